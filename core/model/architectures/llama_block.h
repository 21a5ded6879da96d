// The block of Llama and its descendants.
#pragma once

#include "core/model/architectures/common.h"

namespace paretoscope::families {

struct LlamaBlockBiases {
    Bias query = Bias::Never; // query, key and value
    Bias output = Bias::Never;
    Bias feedForward = Bias::Never;
};

// Attention projections below "<prefix>self_attn."
AttentionWeights readLlamaAttention(const WeightSource& weights, const std::string& prefix,
                                    const BlockConfig& config, int64_t hidden,
                                    const LlamaBlockBiases& biases);
// gate_proj, up_proj and down_proj below `prefix`.
FeedForwardWeights readGatedFeedForward(const WeightSource& weights, const std::string& prefix,
                                        int64_t hidden, int64_t feedForward, Bias bias);
// Embedding, blocks with input_layernorm and post_attention_layernorm, final norm, head.
void readLlamaStyleModel(const Json& config, const WeightSource& weights, const LlamaBlockBiases& biases,
                         Model& model);

} // namespace paretoscope::families
