#include "core/model/architectures/llama_block.h"

#include "core/base/json.h"

#include <fmt/format.h>

namespace paretoscope::families {

LlamaStyle readLlamaStyle(const Json& config, const std::string& where)
{
    LlamaStyle style;
    style.norm = {NormKind::Rms, readEpsilon(config, "rms_norm_eps", 1e-6, where)};
    style.query = style.output = biasWhen(optionalBool(config, "attention_bias", false, where));
    style.feedForward = biasWhen(optionalBool(config, "mlp_bias", false, where));
    return style;
}

AttentionWeights readLlamaAttention(const WeightSource& weights, const std::string& prefix,
                                    const BlockConfig& config, int64_t hidden, const LlamaStyle& style)
{
    using QkNorm = BlockConfig::QkNorm;
    const std::string at = prefix + "self_attn.";
    const int64_t queries = config.heads * config.headDim;
    const int64_t keys = config.kvHeads * config.headDim;
    AttentionWeights attention;
    attention.query = readLinear(weights, at + "q_proj", queries, hidden, style.query);
    attention.key = readLinear(weights, at + "k_proj", keys, hidden, style.query);
    attention.value =
        readLinear(weights, at + "v_proj", config.kvHeads * config.valueDim, hidden, style.query);
    attention.output =
        readLinear(weights, at + "o_proj", hidden, config.heads * config.valueDim, style.output);
    if (config.qkNorm == QkNorm::None) return attention;
    const bool perHead = config.qkNorm == QkNorm::PerHead;
    attention.queryNorm = readNorm(weights, at + "q_norm", style.norm, perHead ? config.headDim : queries);
    attention.keyNorm = readNorm(weights, at + "k_norm", style.norm, perHead ? config.headDim : keys);
    return attention;
}

FeedForwardWeights readGatedFeedForward(const WeightSource& weights, const std::string& prefix,
                                        int64_t hidden, int64_t feedForward, Bias bias)
{
    return {readLinear(weights, prefix + "gate_proj", feedForward, hidden, bias),
            readLinear(weights, prefix + "up_proj", feedForward, hidden, bias),
            readLinear(weights, prefix + "down_proj", hidden, feedForward, bias)};
}

void readLlamaStyleModel(const WeightSource& weights, const LlamaStyle& style, Model& model,
                         const ReadExperts& readExperts)
{
    const int64_t hidden = model.config.hidden;
    readFrame(weights, style.norm, model);
    readBlocks(model, [&](size_t i, Block& block) {
        const std::string prefix = fmt::format("model.layers.{}.", i);
        block.attentionNorm = readNorm(weights, prefix + "input_layernorm", style.norm, hidden);
        block.feedForwardNorm = readNorm(weights, prefix + "post_attention_layernorm", style.norm, hidden);
        block.attention = readLlamaAttention(weights, prefix, block.config, hidden, style);
        if (block.config.moe.experts > 0)
            readExperts(prefix, block);
        else
            block.feedForward = readGatedFeedForward(weights, prefix + "mlp.", hidden,
                                                     block.config.feedForward, style.feedForward);
    });
}

} // namespace paretoscope::families
