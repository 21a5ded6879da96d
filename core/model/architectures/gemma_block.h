// What the Gemma generations share.
#pragma once

#include "core/model/architectures/llama_block.h"

namespace paretoscope::families {

// Llama's fields with Gemma's defaults: tied, scaled embedding, tanh GELU whatever an old file calls
// it.
ModelConfig readGemmaConfig(const Json& config, const std::string& where, int64_t contextLength,
                            const RopeDefaults& rope);
// Soft caps and attention scale of Gemma 2 and 3.
void readGemmaAttention(const Json& config, double attentionCap, double logitCap, ModelConfig& model,
                        const std::string& where);
// RMSNorm whose stored weight is one less than what multiplies.
LlamaStyle readGemmaStyle(const Json& config, const std::string& where);
// Blocks of Gemma 2 and 3: a norm before and after each part.
void readGemmaSandwich(const WeightSource& weights, const LlamaStyle& style, Model& model);

} // namespace paretoscope::families
