#include "core/model/model.h"

#include "core/model/vision_tower.h"

#include "core/base/error.h"

#include <array>
#include <cmath>

namespace paretoscope {

namespace {

int64_t bytesOf(const std::optional<NormParameters>& norm)
{
    return norm ? norm->weight.sizeBytes() + norm->bias.sizeBytes() : 0;
}

int64_t countOf(const std::optional<NormParameters>& norm)
{
    return norm ? norm->weight.count() + norm->bias.count() : 0;
}

template <class Visit> void visitNorms(const Model& model, const Visit& visit)
{
    visit(model.embeddingNorm);
    visit(model.finalNorm);
    for (const auto& block : model.blocks)
        for (const auto* norm :
             {&block->attentionNorm, &block->postAttentionNorm, &block->feedForwardNorm,
              &block->postFeedForwardNorm, &block->attention.queryNorm, &block->attention.keyNorm,
              &block->attention.queryLatentNorm, &block->attention.kvLatentNorm})
            visit(*norm);
}

// Linear maps outside the blocks.
std::array<const Linear*, 5> frameLinears(const Model& model)
{
    return {&model.embeddingMap, &model.embeddingProjection, &model.outputProjection, &model.output,
            &model.pooler};
}

void requireFinite(const Tensor& tensor, const std::string& name)
{
    constexpr int64_t piece = 1 << 16;
    std::vector<float> values;
    for (int64_t begin = 0; begin < tensor.count(); begin += piece) {
        values.resize(size_t(std::min(piece, tensor.count() - begin)));
        tensor.toFloats(begin, values);
        for (const float value : values)
            if (!std::isfinite(value))
                fail(ErrorCode::BadFile, "tensor '{}' holds {}", name,
                     std::isnan(value) ? "NaN" : "an infinite value");
    }
}

} // namespace

int64_t weightBytes(const Model& model)
{
    int64_t bytes = model.embedding.sizeBytes() + model.positionEmbedding.sizeBytes() +
                    model.tokenTypeEmbedding.sizeBytes();
    for (const Linear* linear : frameLinears(model))
        if (*linear) bytes += linear->weight->storedBytes() + linear->bias.sizeBytes();
    visitNorms(model, [&](const auto& norm) { bytes += bytesOf(norm); });
    forEachLinear(model, [&](const LinearId&, const Linear& linear) {
        bytes += linear.weight->storedBytes() + linear.bias.sizeBytes();
    });
    for (const auto& block : model.blocks) {
        bytes += block->attention.sinks.sizeBytes();
        if (block->moe) bytes += block->moe->selectionBias.sizeBytes();
    }
    return model.vision ? bytes + model.vision->storedBytes() : bytes;
}

LinearFootprint linearFootprint(const Model& model)
{
    LinearFootprint footprint;
    forEachLinear(model, [&](const LinearId&, const Linear& linear) {
        footprint.bytes += linear.weight->storedBytes();
        footprint.parameters += linear.weight->parameters();
    });
    return footprint;
}

ParameterCounts countParameters(const Model& model)
{
    ParameterCounts counts;
    counts.embedding = model.embedding.count() + model.positionEmbedding.count() +
                       model.tokenTypeEmbedding.count();
    if (model.embeddingMap) counts.embedding += model.embeddingMap.weight->parameters();
    if (model.output) counts.embedding += model.output.weight->parameters();
    for (const Linear* linear : {&model.embeddingProjection, &model.outputProjection, &model.pooler})
        if (*linear) counts.other += linear->weight->parameters() + linear->bias.count();
    forEachLinear(model, [&](const LinearId& id, const Linear& linear) {
        const int64_t parameters = linear.weight->parameters() + linear.bias.count();
        (id.role.starts_with("attention") ? counts.attention : counts.feedForward) += parameters;
    });
    visitNorms(model, [&](const auto& norm) { counts.other += countOf(norm); });
    counts.other += model.output.bias.count();
    for (const auto& block : model.blocks)
        counts.other += block->attention.sinks.count() + (block->moe ? block->moe->selectionBias.count() : 0);
    counts.total = counts.embedding + counts.attention + counts.feedForward + counts.other;
    return counts;
}

void requireFiniteWeights(const Model& model)
{
    const auto requireNorm = [](const std::optional<NormParameters>& norm) {
        if (!norm) return;
        requireFinite(norm->weight, "a normalization weight");
        requireFinite(norm->bias, "a normalization bias");
    };
    requireFinite(model.embedding, "embedding");
    requireFinite(model.positionEmbedding, "position embedding");
    requireFinite(model.tokenTypeEmbedding, "token type embedding");
    visitNorms(model, requireNorm);
    const auto requireLinear = [](const LinearId& id, const Linear& linear) {
        for (const auto& [name, tensor] : linear.weight->tensors())
            if (traits(tensor.dtype()).isFloat) requireFinite(tensor, id.text() + "." + name);
        if (!linear.weight->hasFiniteParts())
            fail(ErrorCode::BadFile, "'{}' holds a scale that is NaN or infinite", id.text());
        requireFinite(linear.bias, id.text() + ".bias");
    };
    forEachLinear(model, requireLinear);
    static constexpr std::array names{"embedding_map", "embedding_projection", "output_projection", "output", "pooler"};
    const auto frame = frameLinears(model);
    for (size_t i = 0; i < frame.size(); ++i)
        if (*frame[i]) requireLinear({-1, -1, names[i]}, *frame[i]);
    if (!model.vision) return;
    const VisionTower& tower = *model.vision;
    requireFiniteWeights(*tower.encoder);
    requireFinite(tower.classEmbedding, "vision class embedding");
    for (const Linear* linear : {&tower.patches, &tower.projection1, &tower.projection2, &tower.embeddingProjection})
        if (*linear) requireLinear({-1, -1, "vision"}, *linear);
}

} // namespace paretoscope
