// Phi-1.5 and Phi-2 (Li et al. 2023, arXiv:2309.05463): one norm before parallel attention and
// feed-forward, biases everywhere, part of each head rotated.
#include "core/base/json.h"
#include "core/model/architectures/common.h"

#include <fmt/format.h>

namespace paretoscope::architectures {

namespace {

ModelConfig configure(const Json& config, const std::string& where)
{
    families::ConfigDefaults defaults;
    defaults.activation = "gelu_new";
    defaults.rope.share = 0.5;
    ModelConfig result = families::readLlamaStyleConfig(config, where, defaults);
    const bool normalized = optionalBool(config, "qk_layernorm", false, where);
    for (BlockConfig& block : result.blocks) {
        block.parallel = true;
        block.gated = false;
        block.qkNorm = normalized ? BlockConfig::QkNorm::PerHead : BlockConfig::QkNorm::None;
    }
    return result;
}

void load(const Json& config, const WeightSource& weights, Model& model)
{
    using families::Bias;
    using families::readLinear;
    const families::NormStyle norm{NormKind::Layer,
                                   families::readEpsilon(config, "layer_norm_eps", 1e-5, weights.describe())};
    const int64_t hidden = model.config.hidden;
    families::readFrame(weights, norm, model, {"model.embed_tokens", "model.final_layernorm", "lm_head"});
    families::readBlocks(model, [&](size_t i, Block& block) {
        const BlockConfig& shape = block.config;
        const std::string prefix = fmt::format("model.layers.{}.", i);
        const std::string at = prefix + "self_attn.";
        const int64_t keys = shape.kvHeads * shape.headDim;
        block.attentionNorm = families::readNorm(weights, prefix + "input_layernorm", norm, hidden);
        AttentionWeights& a = block.attention;
        a.query = readLinear(weights, at + "q_proj", shape.heads * shape.headDim, hidden, Bias::Required);
        a.key = readLinear(weights, at + "k_proj", keys, hidden, Bias::Required);
        a.value = readLinear(weights, at + "v_proj", keys, hidden, Bias::Required);
        a.output = readLinear(weights, at + "dense", hidden, shape.heads * shape.headDim, Bias::Required);
        if (shape.qkNorm == BlockConfig::QkNorm::PerHead) {
            a.queryNorm = families::readNorm(weights, at + "q_layernorm", norm, shape.headDim);
            a.keyNorm = families::readNorm(weights, at + "k_layernorm", norm, shape.headDim);
        }
        block.feedForward.up =
            readLinear(weights, prefix + "mlp.fc1", shape.feedForward, hidden, Bias::Required);
        block.feedForward.down =
            readLinear(weights, prefix + "mlp.fc2", hidden, shape.feedForward, Bias::Required);
    });
}

} // namespace

const Architecture& phi()
{
    static const Architecture row{"phi", {"PhiForCausalLM"}, {"phi"}, configure, load};
    return row;
}

} // namespace paretoscope::architectures
