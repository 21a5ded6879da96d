// GPT-NeoX and Pythia (Black et al. 2022, arXiv:2204.06745; Biderman et al. 2023,
// arXiv:2304.01373): queries, keys and values fused head by head, part of each head rotated,
// parallel or sequential parts.
#include "core/base/json.h"
#include "core/model/architectures/fused.h"
#include "core/model/architectures/plain_config.h"

#include <fmt/format.h>

namespace paretoscope::architectures {

namespace {

ModelConfig configure(const Json& config, const std::string& where)
{
    families::PlainFields fields;
    fields.tied = false;
    ModelConfig result = families::readPlainConfig(config, where, fields);
    families::RopeDefaults rope;
    rope.share = 0.25;
    rope.thetaField = "rotary_emb_base";
    rope.shareField = "rotary_pct";
    result.ropes = {
        families::readRope(config, result.blocks[0].headDim, result.contextLength, where, rope)};
    const bool parallel = optionalBool(config, "use_parallel_residual", true, where);
    for (BlockConfig& block : result.blocks) {
        block.positions = PositionKind::Rope;
        block.parallel = parallel;
        block.activation = families::readActivation(config, "hidden_act", "gelu", where);
    }
    return result;
}

void load(const Json& config, const WeightSource& weights, Model& model)
{
    using families::Bias;
    using families::readLinear;
    const std::string where = weights.describe();
    const families::NormStyle norm{NormKind::Layer, families::readEpsilon(config, "layer_norm_eps", 1e-5, where)};
    const Bias attentionBias = families::biasWhen(optionalBool(config, "attention_bias", true, where));
    const int64_t hidden = model.config.hidden;
    families::readFrame(weights, norm, model,
                        {"gpt_neox.embed_in", "gpt_neox.final_layer_norm", "embed_out"});
    families::readBlocks(model, [&](size_t i, Block& block) {
        const std::string prefix = fmt::format("gpt_neox.layers.{}.", i);
        const int64_t inner = block.config.feedForward;
        block.attentionNorm = families::readNorm(weights, prefix + "input_layernorm", norm, hidden);
        block.feedForwardNorm = families::readNorm(weights, prefix + "post_attention_layernorm", norm, hidden);
        const Linear qkv =
            readLinear(weights, prefix + "attention.query_key_value", 3 * hidden, hidden, attentionBias);
        families::splitFamilyQkv(weights, qkv, block.config, block.attention);
        block.attention.output = readLinear(weights, prefix + "attention.dense", hidden, hidden, attentionBias);
        block.feedForward.up =
            readLinear(weights, prefix + "mlp.dense_h_to_4h", inner, hidden, Bias::Required);
        block.feedForward.down =
            readLinear(weights, prefix + "mlp.dense_4h_to_h", hidden, inner, Bias::Required);
    });
}

} // namespace

const Architecture& gptNeox()
{
    static const Architecture row{"gpt_neox", {"GPTNeoXForCausalLM"}, {"gpt_neox"}, configure, load};
    return row;
}

} // namespace paretoscope::architectures
