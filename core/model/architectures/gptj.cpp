// GPT-J (Wang and Komatsuzaki 2021): parallel attention and feed-forward after one norm, rotation of
// neighbouring values in the first part of each head.
#include "core/base/json.h"
#include "core/model/architectures/plain_config.h"

#include <fmt/format.h>

namespace paretoscope::architectures {

namespace {

ModelConfig configure(const Json& config, const std::string& where)
{
    families::PlainFields fields;
    fields.tied = false;
    ModelConfig result = families::readPlainConfig(config, where, fields);
    RopeConfig rope;
    // An explicit null rotates whole heads.
    rope.dimensions = optionalInteger(config, "rotary_dim", 0, 1 << 14,
                                      config.contains("rotary_dim") ? result.blocks[0].headDim : 64, where);
    rope.interleaved = true;
    rope.originalContext = result.contextLength;
    result.ropes = {rope};
    for (BlockConfig& block : result.blocks) {
        block.positions = PositionKind::Rope;
        block.parallel = true;
        block.activation = families::readActivation(config, "activation_function", "gelu_new", where);
    }
    return result;
}

void load(const Json& config, const WeightSource& weights, Model& model)
{
    using families::Bias;
    using families::readLinear;
    const families::NormStyle norm{
        NormKind::Layer, families::readEpsilon(config, "layer_norm_epsilon", 1e-5, weights.describe())};
    const int64_t hidden = model.config.hidden;
    families::readFrame(weights, norm, model, {"transformer.wte", "transformer.ln_f", "lm_head"});
    families::readBlocks(model, [&](size_t i, Block& block) {
        const std::string prefix = fmt::format("transformer.h.{}.", i);
        const int64_t inner = block.config.feedForward;
        AttentionWeights& a = block.attention;
        block.attentionNorm = families::readNorm(weights, prefix + "ln_1", norm, hidden);
        a.query = readLinear(weights, prefix + "attn.q_proj", hidden, hidden, Bias::Never);
        a.key = readLinear(weights, prefix + "attn.k_proj", hidden, hidden, Bias::Never);
        a.value = readLinear(weights, prefix + "attn.v_proj", hidden, hidden, Bias::Never);
        a.output = readLinear(weights, prefix + "attn.out_proj", hidden, hidden, Bias::Never);
        block.feedForward.up = readLinear(weights, prefix + "mlp.fc_in", inner, hidden, Bias::Required);
        block.feedForward.down = readLinear(weights, prefix + "mlp.fc_out", hidden, inner, Bias::Required);
    });
}

} // namespace

const Architecture& gptj()
{
    static const Architecture row{"gptj", {"GPTJForCausalLM"}, {"gptj"}, configure, load};
    return row;
}

} // namespace paretoscope::architectures
