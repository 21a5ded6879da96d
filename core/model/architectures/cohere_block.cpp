#include "core/model/architectures/cohere_block.h"

#include "core/base/json.h"

#include <fmt/format.h>

namespace paretoscope::families {

namespace {

// Stored as [heads, headDim].
NormParameters readOwnPerHead(const WeightSource& weights, const std::string& name, const NormStyle& norm,
                              int64_t heads, int64_t headDim)
{
    const Tensor stored = weights.tensor(name + ".weight", {heads, headDim});
    return {norm.kind, float(norm.epsilon), Tensor::fromFloats({heads * headDim}, stored.toFloats()), {}};
}

} // namespace

ModelConfig readCohereConfig(const Json& config, const std::string& where)
{
    ConfigDefaults defaults;
    defaults.tied = true;
    defaults.contextLength = 8192;
    ModelConfig result = readLlamaStyleConfig(config, where, defaults);
    result.logitScale = optionalNumber(config, "logit_scale", 0.0625, where);
    for (RopeConfig& rope : result.ropes) rope.interleaved = true;
    for (BlockConfig& block : result.blocks) block.parallel = true;
    return result;
}

void readCohereModel(const Json& config, const WeightSource& weights, Model& model)
{
    const std::string where = weights.describe();
    LlamaStyle style;
    style.norm = {NormKind::Layer, readEpsilon(config, "layer_norm_eps", 1e-5, where)};
    style.query = style.output = biasWhen(optionalBool(config, "attention_bias", false, where));
    const int64_t hidden = model.config.hidden;
    readFrame(weights, style.norm, model);
    readBlocks(model, [&](size_t i, Block& block) {
        const std::string prefix = fmt::format("model.layers.{}.", i);
        BlockConfig shape = block.config;
        shape.qkNorm = BlockConfig::QkNorm::None; // stored in a shape of its own
        block.attentionNorm = readNorm(weights, prefix + "input_layernorm", style.norm, hidden);
        block.attention = readLlamaAttention(weights, prefix, shape, hidden, style);
        if (block.config.qkNorm == BlockConfig::QkNorm::OwnPerHead) {
            const std::string at = prefix + "self_attn.";
            block.attention.queryNorm =
                readOwnPerHead(weights, at + "q_norm", style.norm, shape.heads, shape.headDim);
            block.attention.keyNorm =
                readOwnPerHead(weights, at + "k_norm", style.norm, shape.kvHeads, shape.headDim);
        }
        block.feedForward =
            readGatedFeedForward(weights, prefix + "mlp.", hidden, shape.feedForward, Bias::Never);
    });
}

} // namespace paretoscope::families
