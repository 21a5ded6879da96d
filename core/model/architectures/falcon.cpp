// Falcon (Almazrouei et al. 2023, arXiv:2311.16867) in its three forms: one key-value head (7B),
// groups of them (40B, 180B, Falcon2) and one for each query head (RW); parallel or sequential
// parts, rotary positions or ALiBi.
#include "core/base/json.h"
#include "core/model/architectures/fused.h"
#include "core/model/architectures/plain_config.h"

#include <cmath>
#include <fmt/format.h>

namespace paretoscope::architectures {

namespace {

// The first files of the 40B form say it by their model type only.
bool isGrouped(const Json& config, const std::string& where)
{
    const bool first = optionalString(config, "model_type", "", where) == "RefinedWeb";
    return optionalBool(config, "new_decoder_architecture", first, where);
}

int64_t readKvHeads(const Json& config, int64_t heads, const std::string& where)
{
    if (!isGrouped(config, where)) return optionalBool(config, "multi_query", true, where) ? 1 : heads;
    return optionalInteger(config, families::presentField(config, {"num_kv_heads", "n_head_kv"}), 1, 1 << 14,
                           heads, where);
}

ModelConfig configure(const Json& config, const std::string& where)
{
    families::PlainFields fields;
    fields.feedForward = {"ffn_hidden_size"};
    ModelConfig result = families::readPlainConfig(config, where, fields);
    const bool alibi =
        optionalBool(config, families::presentField(config, {"alibi", "use_alibi"}), false, where);
    const bool grouped = isGrouped(config, where);
    const int64_t headDim = result.blocks[0].headDim;
    result.ropes = {families::readRope(config, headDim, result.contextLength, where)};
    // The bias is added before the logits are scaled.
    if (alibi) result.alibiScale = 1 / std::sqrt(double(headDim));
    for (BlockConfig& block : result.blocks) {
        block.kvHeads = readKvHeads(config, block.heads, where);
        block.positions = alibi ? PositionKind::Alibi : PositionKind::Rope;
        block.parallel = grouped || optionalBool(config, "parallel_attn", true, where);
        block.activation = families::readActivation(config, "activation", "gelu", where);
    }
    return result;
}

// The norms have other names in each form.
void loadNorms(const Json& config, const WeightSource& weights, const families::NormStyle& norm,
               const std::string& prefix, int64_t hidden, Block& block)
{
    const std::string where = weights.describe();
    const bool grouped = isGrouped(config, where);
    const bool two = grouped && optionalInteger(config, "num_ln_in_parallel_attn", 1, 2, 2, where) == 2;
    const auto read = [&](const char* name) { return families::readNorm(weights, prefix + name, norm, hidden); };
    block.attentionNorm = read(two ? "ln_attn" : "input_layernorm");
    if (two)
        block.feedForwardNorm = read("ln_mlp");
    else if (!block.config.parallel)
        block.feedForwardNorm = read("post_attention_layernorm");
}

void load(const Json& config, const WeightSource& weights, Model& model)
{
    using families::readLinear;
    const std::string where = weights.describe();
    const families::NormStyle norm{NormKind::Layer,
                                   families::readEpsilon(config, "layer_norm_epsilon", 1e-5, where)};
    const families::Bias bias = families::biasWhen(optionalBool(config, "bias", false, where));
    const int64_t hidden = model.config.hidden;
    families::readFrame(weights, norm, model, {"transformer.word_embeddings", "transformer.ln_f", "lm_head"});
    families::readBlocks(model, [&](size_t i, Block& block) {
        const std::string prefix = fmt::format("transformer.h.{}.", i);
        const std::string at = prefix + "self_attention.";
        const int64_t inner = block.config.feedForward;
        loadNorms(config, weights, norm, prefix, hidden, block);
        const Linear qkv =
            readLinear(weights, at + "query_key_value", families::fusedQkvRows(block.config), hidden, bias);
        families::splitFamilyQkv(weights, qkv, block.config, block.attention);
        block.attention.output = readLinear(weights, at + "dense", hidden, hidden, bias);
        block.feedForward.up = readLinear(weights, prefix + "mlp.dense_h_to_4h", inner, hidden, bias);
        block.feedForward.down = readLinear(weights, prefix + "mlp.dense_4h_to_h", hidden, inner, bias);
    });
}

} // namespace

const Architecture& falcon()
{
    static const Architecture row{
        "falcon", {"FalconForCausalLM", "RWForCausalLM"}, {"falcon", "RefinedWeb", "RefinedWebModel"}, configure,
        load};
    return row;
}

} // namespace paretoscope::architectures
