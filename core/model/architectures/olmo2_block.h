// The block of OLMo 2 and 3.
#pragma once

#include "core/model/architectures/llama_block.h"

namespace paretoscope::families {

// Norms act on what attention and feed-forward add; queries and keys are normalized over their full
// width.
void readOlmo2Model(const Json& config, const WeightSource& weights, Model& model);

} // namespace paretoscope::families
