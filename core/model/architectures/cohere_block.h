// The block of Command R and its successors.
#pragma once

#include "core/model/architectures/llama_block.h"

namespace paretoscope::families {

// Parallel parts after one norm without bias, neighbouring values rotated, scaled logits.
ModelConfig readCohereConfig(const Json& config, const std::string& where);
void readCohereModel(const Json& config, const WeightSource& weights, Model& model);

} // namespace paretoscope::families
