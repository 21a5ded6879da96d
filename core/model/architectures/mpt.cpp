// MPT (MosaicML 2023): ALiBi, norms and maps without biases, stacked queries, keys and values.
#include "core/base/error.h"
#include "core/base/json.h"
#include "core/model/architectures/fused.h"
#include "core/model/architectures/plain_config.h"

#include <fmt/format.h>

namespace paretoscope::architectures {

namespace {

ModelConfig configure(const Json& config, const std::string& where)
{
    families::PlainFields fields;
    fields.hidden = {"d_model", "hidden_size"};
    fields.layers = {"n_layers", "num_hidden_layers"};
    fields.heads = {"n_heads", "num_attention_heads"};
    fields.context = {"max_seq_len"};
    ModelConfig result = families::readPlainConfig(config, where, fields);
    const Json attention = config.value("attn_config", Json::object());
    if (!attention.is_object()) fail(ErrorCode::BadFile, "{}: 'attn_config' must be an object", where);
    families::refuseUnless(attention, "alibi", true, where);
    families::refuseUnless(attention, "qk_ln", false, where);
    families::refuseUnless(attention, "prefix_lm", false, where);
    families::refuseUnless(attention, "attn_type", "multihead_attention", where);
    families::refuseUnless(config, "logit_scale", Json(), where);
    result.alibiMaximumBias = optionalNumber(attention, "alibi_bias_max", 8, where);
    const double ratio = optionalNumber(config, "expansion_ratio", 4, where);
    if (!(ratio > 0 && ratio < 1024)) fail(ErrorCode::BadFile, "{}: 'expansion_ratio' is absurd", where);
    for (BlockConfig& block : result.blocks) {
        block.positions = PositionKind::Alibi;
        block.feedForward = int64_t(ratio * double(result.hidden));
        block.attentionScale = optionalNumber(attention, "softmax_scale", 0, where);
        block.clampQkv = optionalNumber(attention, "clip_qkv", 0, where);
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
    families::readFrame(weights, norm, model, {"transformer.wte", "transformer.norm_f", "lm_head"});
    families::readBlocks(model, [&](size_t i, Block& block) {
        const std::string prefix = fmt::format("transformer.blocks.{}.", i);
        const int64_t inner = block.config.feedForward;
        block.attentionNorm = families::readNorm(weights, prefix + "norm_1", norm, hidden);
        block.feedForwardNorm = families::readNorm(weights, prefix + "norm_2", norm, hidden);
        const Linear qkv = readLinear(weights, prefix + "attn.Wqkv", 3 * hidden, hidden, Bias::IfPresent);
        families::splitStackedQkv(qkv, block.config, block.attention);
        block.attention.output = readLinear(weights, prefix + "attn.out_proj", hidden, hidden, Bias::IfPresent);
        block.feedForward.up = readLinear(weights, prefix + "ffn.up_proj", inner, hidden, Bias::IfPresent);
        block.feedForward.down = readLinear(weights, prefix + "ffn.down_proj", hidden, inner, Bias::IfPresent);
    });
}

} // namespace

const Architecture& mpt()
{
    static const Architecture row{"mpt", {"MptForCausalLM", "MPTForCausalLM"}, {"mpt"}, configure, load};
    return row;
}

} // namespace paretoscope::architectures
