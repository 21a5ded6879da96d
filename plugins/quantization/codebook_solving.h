// A whole model in additive codebooks, block by block: what AQLM does and PV-Tuning starts from.
#pragma once

#include "core/strategy/strategy.h"

#include <string>
#include <vector>

namespace paretoscope::quantization {

// codebooks, code_bits, group_size and how they are searched and tuned; calibration.
std::vector<Parameter> codebookParameters();

// Error(Unsupported) naming strategy and map when a map is compressed already or its inputs are no
// multiple of the group size.
void requireCodebookGroups(const std::string& strategy, const Model& model, const Settings& settings);

// `title` is what progress says.
Pipeline withCodebooks(const Pipeline& pipeline, const Settings& settings, Workbench& workbench,
                       const std::string& strategy, const std::string& title);

} // namespace paretoscope::quantization
