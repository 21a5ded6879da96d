// OPT (Zhang et al. 2022, arXiv:2205.01068): learned positions counted from 2, norms before or (350M)
// after each part, embeddings that may be narrower than the blocks (350M).
#include "core/base/json.h"
#include "core/model/architectures/plain_config.h"

#include <fmt/format.h>

namespace paretoscope::architectures {

namespace {

ModelConfig configure(const Json& config, const std::string& where)
{
    families::PlainFields fields;
    fields.feedForward = {"ffn_dim", "intermediate_size"};
    ModelConfig result = families::readPlainConfig(config, where, fields);
    result.learnedPositionOffset = 2;
    const bool before = optionalBool(config, "do_layer_norm_before", true, where);
    for (BlockConfig& block : result.blocks) {
        block.positions = PositionKind::Learned;
        block.normAfterAdd = !before;
        block.activation = families::readActivation(config, "activation_function", "relu", where);
    }
    return result;
}

struct Reader {
    const WeightSource& weights;
    families::Bias bias;
    bool normWeights;

    std::optional<NormParameters> norm(const std::string& name, int64_t size) const
    {
        const families::NormStyle style{NormKind::Layer, 1e-5};
        if (!normWeights) return NormParameters{style.kind, float(style.epsilon), {}, {}};
        return families::readNorm(weights, name, style, size);
    }
    Linear linear(const std::string& name, int64_t outputs, int64_t inputs) const
    {
        return families::readLinear(weights, name, outputs, inputs, bias);
    }
};

void loadFrame(const Json& config, const Reader& reader, Model& model)
{
    const std::string where = reader.weights.describe();
    const int64_t hidden = model.config.hidden;
    const int64_t vocabulary = model.config.vocabulary;
    const int64_t width = optionalInteger(config, "word_embed_proj_dim", 1, 1 << 20, hidden, where);
    families::readEmbedding(reader.weights, "model.decoder.embed_tokens", width, model);
    model.positionEmbedding = reader.weights.tensor("model.decoder.embed_positions.weight", {-1, hidden});
    if (width != hidden) {
        model.embeddingProjection = families::readLinear(reader.weights, "model.decoder.project_in", hidden,
                                                         width, families::Bias::Never);
        model.outputProjection = families::readLinear(reader.weights, "model.decoder.project_out", width,
                                                      hidden, families::Bias::Never);
    }
    if (!model.config.blocks[0].normAfterAdd && !optionalBool(config, "_remove_final_layer_norm", false, where))
        model.finalNorm = reader.norm("model.decoder.final_layer_norm", hidden);
    if (!model.config.tiedEmbeddings)
        model.output =
            families::readLinear(reader.weights, "lm_head", vocabulary, width, families::Bias::Never);
}

void load(const Json& config, const WeightSource& weights, Model& model)
{
    const std::string where = weights.describe();
    const Reader reader{weights, families::biasWhen(optionalBool(config, "enable_bias", true, where)),
                        optionalBool(config, "layer_norm_elementwise_affine", true, where)};
    const int64_t hidden = model.config.hidden;
    loadFrame(config, reader, model);
    families::readBlocks(model, [&](size_t i, Block& block) {
        const std::string prefix = fmt::format("model.decoder.layers.{}.", i);
        const std::string at = prefix + "self_attn.";
        const int64_t inner = block.config.feedForward;
        block.attentionNorm = reader.norm(prefix + "self_attn_layer_norm", hidden);
        block.feedForwardNorm = reader.norm(prefix + "final_layer_norm", hidden);
        block.attention.query = reader.linear(at + "q_proj", hidden, hidden);
        block.attention.key = reader.linear(at + "k_proj", hidden, hidden);
        block.attention.value = reader.linear(at + "v_proj", hidden, hidden);
        block.attention.output = reader.linear(at + "out_proj", hidden, hidden);
        block.feedForward.up = reader.linear(prefix + "fc1", inner, hidden);
        block.feedForward.down = reader.linear(prefix + "fc2", hidden, inner);
    });
}

} // namespace

const Architecture& opt()
{
    static const Architecture row{"opt", {"OPTForCausalLM"}, {"opt"}, configure, load};
    return row;
}

} // namespace paretoscope::architectures
