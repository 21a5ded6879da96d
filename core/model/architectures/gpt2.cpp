// GPT-2 (Radford et al. 2019): learned positions, layer norms, matrices stored transposed.
#include "core/base/json.h"
#include "core/model/architectures/fused.h"
#include "core/model/architectures/plain_config.h"

#include <cmath>
#include <fmt/format.h>

namespace paretoscope::architectures {

namespace {

ModelConfig configure(const Json& config, const std::string& where)
{
    families::refuseUnless(config, "add_cross_attention", false, where);
    families::PlainFields fields;
    fields.contextLength = 1024;
    ModelConfig result = families::readPlainConfig(config, where, fields);
    const bool scaled = optionalBool(config, "scale_attn_weights", true, where);
    const bool byLayer = optionalBool(config, "scale_attn_by_inverse_layer_idx", false, where);
    for (size_t i = 0; i < result.blocks.size(); ++i) {
        BlockConfig& block = result.blocks[i];
        block.positions = PositionKind::Learned;
        block.activation = families::readActivation(config, "activation_function", "gelu_new", where);
        block.attentionScale = scaled ? 1 / std::sqrt(double(block.headDim)) : 1;
        if (byLayer) block.attentionScale /= double(i + 1);
    }
    return result;
}

void load(const Json& config, const WeightSource& weights, Model& model)
{
    using families::Bias;
    using families::readTransposed;
    const families::NormStyle norm{
        NormKind::Layer, families::readEpsilon(config, "layer_norm_epsilon", 1e-5, weights.describe())};
    const int64_t hidden = model.config.hidden;
    families::readFrame(weights, norm, model, {"transformer.wte", "transformer.ln_f", "lm_head"});
    model.positionEmbedding = weights.tensor("transformer.wpe.weight", {-1, hidden});
    families::readBlocks(model, [&](size_t i, Block& block) {
        const std::string prefix = fmt::format("transformer.h.{}.", i);
        const int64_t inner = block.config.feedForward;
        block.attentionNorm = families::readNorm(weights, prefix + "ln_1", norm, hidden);
        block.feedForwardNorm = families::readNorm(weights, prefix + "ln_2", norm, hidden);
        const Linear qkv = readTransposed(weights, prefix + "attn.c_attn", 3 * hidden, hidden, Bias::Required);
        families::splitStackedQkv(qkv, block.config, block.attention);
        block.attention.output = readTransposed(weights, prefix + "attn.c_proj", hidden, hidden, Bias::Required);
        block.feedForward.up = readTransposed(weights, prefix + "mlp.c_fc", inner, hidden, Bias::Required);
        block.feedForward.down = readTransposed(weights, prefix + "mlp.c_proj", hidden, inner, Bias::Required);
    });
}

} // namespace

const Architecture& gpt2()
{
    static const Architecture row{"gpt2", {"GPT2LMHeadModel"}, {"gpt2"}, configure, load};
    return row;
}

} // namespace paretoscope::architectures
