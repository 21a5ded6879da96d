#include "core/model/architectures/clip_vision.h"

#include "core/base/error.h"
#include "core/base/json.h"

#include <fmt/format.h>

namespace paretoscope::families {

namespace {

constexpr int64_t channels = 3;

ModelConfig encoderConfig(const Json& config, const std::string& where)
{
    ModelConfig result;
    result.architecture = "clip_vision";
    result.hidden = optionalInteger(config, "hidden_size", 1, 1 << 20, 768, where);
    result.vocabulary = 1;
    result.causal = false;
    result.languageHead = false;
    BlockConfig block;
    block.heads = block.kvHeads = optionalInteger(config, "num_attention_heads", 1, 1 << 14, 12, where);
    block.headDim = block.valueDim = headDimOf(result.hidden, block.heads, where);
    block.feedForward = optionalInteger(config, "intermediate_size", 1, 1 << 20, 3072, where);
    block.positions = PositionKind::Learned;
    block.gated = false;
    block.activation = readActivation(config, "hidden_act", "quick_gelu", where);
    result.blocks.assign(size_t(optionalInteger(config, "num_hidden_layers", 1, 4096, 12, where)), block);
    return result;
}

// [D, 3, P, P] as the matrix [D, 3 · P · P] that it is.
Linear readPatches(const WeightSource& weights, const std::string& prefix, int64_t hidden, int64_t patch)
{
    const Tensor kernel =
        weights.tensor(prefix + "embeddings.patch_embedding.weight", {hidden, channels, patch, patch});
    return {std::make_shared<DenseLinear>(
                Tensor::fromFloats({hidden, channels * patch * patch}, kernel.toFloats())),
            {}};
}

} // namespace

void readClipBlock(const WeightSource& weights, const std::string& prefix, const NormStyle& norm, int64_t hidden,
                   Block& block)
{
    const auto linear = [&](const char* name, int64_t outputs, int64_t inputs) {
        return readLinear(weights, prefix + name, outputs, inputs, Bias::Required);
    };
    const int64_t inner = block.config.feedForward;
    block.attentionNorm = readNorm(weights, prefix + "layer_norm1", norm, hidden);
    block.attention.query = linear("self_attn.q_proj", hidden, hidden);
    block.attention.key = linear("self_attn.k_proj", hidden, hidden);
    block.attention.value = linear("self_attn.v_proj", hidden, hidden);
    block.attention.output = linear("self_attn.out_proj", hidden, hidden);
    block.feedForwardNorm = readNorm(weights, prefix + "layer_norm2", norm, hidden);
    block.feedForward.up = linear("mlp.fc1", inner, hidden);
    block.feedForward.down = linear("mlp.fc2", hidden, inner);
}

VisionTower readClipVision(const Json& config, const std::string& prefix, const WeightSource& weights)
{
    const std::string where = weights.describe();
    VisionTower tower;
    tower.imageSize = optionalInteger(config, "image_size", 1, 1 << 14, 224, where);
    tower.patchSize = optionalInteger(config, "patch_size", 1, 1 << 14, 32, where);
    if (optionalInteger(config, "num_channels", 1, 1 << 10, channels, where) != channels)
        fail(ErrorCode::Unsupported, "{}: pictures that do not have three channels are not supported", where);
    if (tower.imageSize < tower.patchSize)
        fail(ErrorCode::BadFile, "{}: 'image_size' is smaller than 'patch_size'", where);
    auto encoder = std::make_shared<Model>();
    encoder->name = "vision tower";
    encoder->config = encoderConfig(config, where);
    const int64_t hidden = encoder->config.hidden;
    const int64_t rows = 1 + tower.patchCount();
    encoder->config.contextLength = rows;
    const NormStyle norm{NormKind::Layer, readEpsilon(config, "layer_norm_eps", 1e-5, where)};
    tower.patches = readPatches(weights, prefix, hidden, tower.patchSize);
    tower.classEmbedding = readVector(weights, prefix + "embeddings.class_embedding", hidden);
    encoder->positionEmbedding = weights.tensor(prefix + "embeddings.position_embedding.weight", {rows, hidden});
    encoder->embeddingNorm = readNorm(weights, prefix + "pre_layrnorm", norm, hidden); // the published spelling
    encoder->finalNorm = readNorm(weights, prefix + "post_layernorm", norm, hidden);
    readBlocks(*encoder, [&](size_t i, Block& block) {
        readClipBlock(weights, fmt::format("{}encoder.layers.{}.", prefix, i), norm, hidden, block);
    });
    tower.featureBlocks = int64_t(encoder->blocks.size());
    tower.encoder = std::move(encoder);
    return tower;
}

} // namespace paretoscope::families
