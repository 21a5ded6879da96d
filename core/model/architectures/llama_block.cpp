#include "core/model/architectures/llama_block.h"

#include <fmt/format.h>

namespace paretoscope::families {

AttentionWeights readLlamaAttention(const WeightSource& weights, const std::string& prefix,
                                    const BlockConfig& config, int64_t hidden,
                                    const LlamaBlockBiases& biases)
{
    const std::string at = prefix + "self_attn.";
    const int64_t keys = config.kvHeads * config.headDim;
    const int64_t values = config.kvHeads * config.valueDim;
    AttentionWeights attention;
    attention.query =
        readLinear(weights, at + "q_proj", config.heads * config.headDim, hidden, biases.query);
    attention.key = readLinear(weights, at + "k_proj", keys, hidden, biases.query);
    attention.value = readLinear(weights, at + "v_proj", values, hidden, biases.query);
    attention.output =
        readLinear(weights, at + "o_proj", hidden, config.heads * config.valueDim, biases.output);
    return attention;
}

FeedForwardWeights readGatedFeedForward(const WeightSource& weights, const std::string& prefix,
                                        int64_t hidden, int64_t feedForward, Bias bias)
{
    return {readLinear(weights, prefix + "gate_proj", feedForward, hidden, bias),
            readLinear(weights, prefix + "up_proj", feedForward, hidden, bias),
            readLinear(weights, prefix + "down_proj", hidden, feedForward, bias)};
}

void readLlamaStyleModel(const Json& config, const WeightSource& weights, const LlamaBlockBiases& biases,
                         Model& model)
{
    const double epsilon = readEpsilon(config, "rms_norm_eps", 1e-6, weights.describe());
    const int64_t hidden = model.config.hidden;
    readEmbeddingAndHead(weights, NormKind::Rms, epsilon, model);
    for (size_t i = 0; i < model.config.blocks.size(); ++i) {
        const std::string prefix = fmt::format("model.layers.{}.", i);
        auto block = std::make_shared<Block>();
        block->config = model.config.blocks[i];
        block->attentionNorm =
            readNorm(weights, prefix + "input_layernorm", NormKind::Rms, hidden, epsilon);
        block->feedForwardNorm =
            readNorm(weights, prefix + "post_attention_layernorm", NormKind::Rms, hidden, epsilon);
        block->attention = readLlamaAttention(weights, prefix, block->config, hidden, biases);
        block->feedForward = readGatedFeedForward(weights, prefix + "mlp.", hidden,
                                                  block->config.feedForward, biases.feedForward);
        model.blocks.push_back(std::move(block));
    }
}

} // namespace paretoscope::families
