// What DeepSeek-V2 and V3 share: latent attention, shared and routed experts.
#pragma once

#include "core/model/architectures/common.h"

namespace paretoscope::families {

// Everything but how experts are scored.
ModelConfig readDeepseekConfig(const Json& config, const std::string& where);
// n_group and topk_group, for routing that chooses groups first.
void readExpertGroups(const Json& config, MoeConfig& moe, const std::string& where);
void readDeepseekModel(const Json& config, const WeightSource& weights, Model& model);

} // namespace paretoscope::families
