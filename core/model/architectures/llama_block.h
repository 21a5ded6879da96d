// The block of Llama and its descendants.
#pragma once

#include "core/model/architectures/common.h"

#include <functional>

namespace paretoscope::families {

struct LlamaStyle {
    NormStyle norm;
    Bias query = Bias::Never; // query, key and value
    Bias output = Bias::Never;
    Bias feedForward = Bias::Never;
};

// RMSNorm with "rms_norm_eps", "attention_bias" for all four projections, "mlp_bias".
LlamaStyle readLlamaStyle(const Json& config, const std::string& where);

// Attention projections below "<prefix>self_attn.", with q_norm and k_norm when the configuration
// has them.
AttentionWeights readLlamaAttention(const WeightSource& weights, const std::string& prefix,
                                    const BlockConfig& config, int64_t hidden, const LlamaStyle& style);
// gate_proj, up_proj and down_proj below `prefix`.
FeedForwardWeights readGatedFeedForward(const WeightSource& weights, const std::string& prefix,
                                        int64_t hidden, int64_t feedForward, Bias bias);

// Reads what takes the place of the feed-forward in a block with experts.
using ReadExperts = std::function<void(const std::string& prefix, Block& block)>;
// Embedding, blocks with input_layernorm and post_attention_layernorm, final norm, head.
void readLlamaStyleModel(const WeightSource& weights, const LlamaStyle& style, Model& model,
                         const ReadExperts& readExperts = {});

} // namespace paretoscope::families
