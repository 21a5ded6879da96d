// CLIP (Radford et al. 2021, arXiv:2103.00020): a causal encoder of texts and one of pictures, whose
// embeddings lie in one space. The text's is its end token's row after the final norm.
#include "core/base/json.h"
#include "core/model/architectures/clip_vision.h"

#include <fmt/format.h>

namespace paretoscope::architectures {

namespace {

ModelConfig configure(const Json& config, const std::string& where)
{
    const Json text = config.value("text_config", Json::object());
    ModelConfig result;
    result.hidden = optionalInteger(text, "hidden_size", 1, 1 << 20, 512, where);
    result.vocabulary = optionalInteger(text, "vocab_size", 1, 1 << 26, 49408, where);
    result.contextLength = optionalInteger(text, "max_position_embeddings", 1, 1 << 20, 77, where);
    result.languageHead = false;
    BlockConfig block;
    block.heads = block.kvHeads = optionalInteger(text, "num_attention_heads", 1, 1 << 14, 8, where);
    block.headDim = block.valueDim = families::headDimOf(result.hidden, block.heads, where);
    block.feedForward = optionalInteger(text, "intermediate_size", 1, 1 << 20, 2048, where);
    block.positions = PositionKind::Learned;
    block.gated = false;
    block.activation = families::readActivation(text, "hidden_act", "quick_gelu", where);
    result.blocks.assign(size_t(optionalInteger(text, "num_hidden_layers", 1, 4096, 12, where)), block);
    return result;
}

void load(const Json& config, const WeightSource& weights, Model& model)
{
    const std::string where = weights.describe();
    const Json text = config.value("text_config", Json::object());
    const families::NormStyle norm{NormKind::Layer, families::readEpsilon(text, "layer_norm_eps", 1e-5, where)};
    const int64_t hidden = model.config.hidden;
    const int64_t shared = optionalInteger(config, "projection_dim", 1, 1 << 20, 512, where);
    families::readEmbedding(weights, "text_model.embeddings.token_embedding", hidden, model);
    model.positionEmbedding = weights.tensor("text_model.embeddings.position_embedding.weight", {-1, hidden});
    families::readBlocks(model, [&](size_t i, Block& block) {
        families::readClipBlock(weights, fmt::format("text_model.encoder.layers.{}.", i), norm, hidden, block);
    });
    model.finalNorm = families::readNorm(weights, "text_model.final_layer_norm", norm, hidden);
    model.outputProjection =
        families::readLinear(weights, "text_projection", shared, hidden, families::Bias::Never);
    VisionTower tower =
        families::readClipVision(config.value("vision_config", Json::object()), "vision_model.", weights);
    tower.embeddingProjection = families::readLinear(weights, "visual_projection", shared,
                                                     tower.encoder->config.hidden, families::Bias::Never);
    // The first published files say 2 and mean the end token, which has the largest number.
    constexpr int64_t nothing = 2;
    const int64_t end = optionalInteger(text, "eos_token_id", 0, model.config.vocabulary - 1, nothing, where);
    tower.textEndToken = end == nothing ? -1 : int32_t(end);
    model.vision = std::make_shared<const VisionTower>(std::move(tower));
}

} // namespace

const Architecture& clip()
{
    static const Architecture row{"clip", {"CLIPModel"}, {"clip"}, configure, load};
    return row;
}

} // namespace paretoscope::architectures
