// BLOOM (BigScience 2022, arXiv:2211.05100): ALiBi, a norm after the embedding, queries, keys and
// values fused head by head.
#include "core/base/json.h"
#include "core/model/architectures/fused.h"
#include "core/model/architectures/plain_config.h"

#include <fmt/format.h>

namespace paretoscope::architectures {

namespace {

ModelConfig configure(const Json& config, const std::string& where)
{
    families::refuseUnless(config, "apply_residual_connection_post_layernorm", false, where);
    families::PlainFields fields;
    fields.hidden = {"hidden_size", "n_embed", "n_embd"};
    fields.heads = {"n_head", "num_attention_heads"};
    fields.context = {"seq_length", "max_position_embeddings"};
    ModelConfig result = families::readPlainConfig(config, where, fields);
    for (BlockConfig& block : result.blocks) {
        block.positions = PositionKind::Alibi;
        block.activation = Activation::GeluTanh;
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
    families::readFrame(weights, norm, model, {"transformer.word_embeddings", "transformer.ln_f", "lm_head"});
    model.embeddingNorm =
        families::readNorm(weights, "transformer.word_embeddings_layernorm", norm, hidden);
    families::readBlocks(model, [&](size_t i, Block& block) {
        const std::string prefix = fmt::format("transformer.h.{}.", i);
        const std::string at = prefix + "self_attention.";
        const int64_t inner = block.config.feedForward;
        block.attentionNorm = families::readNorm(weights, prefix + "input_layernorm", norm, hidden);
        block.feedForwardNorm = families::readNorm(weights, prefix + "post_attention_layernorm", norm, hidden);
        const Linear qkv = readLinear(weights, at + "query_key_value", 3 * hidden, hidden, Bias::Required);
        families::splitFamilyQkv(weights, qkv, block.config, block.attention);
        block.attention.output = readLinear(weights, at + "dense", hidden, hidden, Bias::Required);
        block.feedForward.up =
            readLinear(weights, prefix + "mlp.dense_h_to_4h", inner, hidden, Bias::Required);
        block.feedForward.down =
            readLinear(weights, prefix + "mlp.dense_4h_to_h", hidden, inner, Bias::Required);
    });
}

} // namespace

const Architecture& bloom()
{
    static const Architecture row{"bloom", {"BloomForCausalLM"}, {"bloom"}, configure, load};
    return row;
}

} // namespace paretoscope::architectures
