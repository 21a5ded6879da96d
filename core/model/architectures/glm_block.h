// The block of GLM-4.
#pragma once

#include "core/model/architectures/common.h"

namespace paretoscope::families {

// Llama's fields; half of each head rotated, neighbouring values together.
ModelConfig readGlmConfig(const Json& config, const std::string& where);
// Fused gate and up. `postNorms`: further norms on what attention and feed-forward add.
void readGlmModel(const Json& config, const WeightSource& weights, bool postNorms, Model& model);

} // namespace paretoscope::families
