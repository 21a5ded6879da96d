#include "core/inference/vision.h"

#include "core/base/error.h"

#include <algorithm>

namespace paretoscope {

namespace {

// Every patch as a row of its channels, each row by row.
void cutPatches(const VisionTower& tower, std::span<const float> pixels, MatrixView rows)
{
    const int64_t side = tower.imageSize, patch = tower.patchSize, count = tower.patchesOfSide();
    for (int64_t py = 0; py < count; ++py)
        for (int64_t px = 0; px < count; ++px) {
            float* to = rows.row(py * count + px);
            for (int64_t channel = 0; channel < 3; ++channel)
                for (int64_t y = 0; y < patch; ++y) {
                    const int64_t from = (channel * side + py * patch + y) * side + px * patch;
                    to = std::copy_n(pixels.begin() + from, patch, to);
                }
        }
}

// One pass over a tower. The memory of all values is the object's.
class TowerPass {
public:
    TowerPass(const VisionTower& tower, const Backend& backend, std::span<const float> pixels, Observer* observer)
        : tower_(tower), encoder_(*tower.encoder), operations_(backend, scratch_), observer_(observer),
          cache_(makeCache(encoder_)), tokens_(size_t(1 + tower.patchCount()), 0)
    {
        if (pixels.size() != size_t(3 * tower.imageSize * tower.imageSize))
            fail(ErrorCode::BadUsage, "a picture of {} numbers does not have 3 · {} · {}", pixels.size(),
                 tower.imageSize, tower.imageSize);
        embed(backend, pixels);
    }

    // The residual stream [1 + patches, D] after so many blocks.
    Value after(int64_t blocks)
    {
        const SequenceStep step{tokens_, 0, &cache_, int64_t(tokens_.size()), {}};
        Value x = stream_;
        for (int64_t b = 0; b < blocks; ++b)
            x = runBlock(encoder_, operations_, scratch_, memory_, {&step, 1}, int(b), x, observer_);
        return x;
    }

    Operations& operations() { return operations_; }

private:
    void embed(const Backend& backend, std::span<const float> pixels)
    {
        const int64_t patches = tower_.patchCount(), hidden = encoder_.config.hidden;
        const MatrixView cut = scratch_.matrix(patches, 3 * tower_.patchSize * tower_.patchSize);
        cutPatches(tower_, pixels, cut);
        const MatrixView x = scratch_.matrix(1 + patches, hidden);
        std::copy_n(tower_.classEmbedding.view<float>().data(), hidden, x.row(0));
        tower_.patches.weight->apply(backend, cut, nullptr, x.rowRange(1, 1 + patches));
        const std::vector<float> positions = encoder_.positionEmbedding.toFloats();
        for (size_t i = 0; i < positions.size(); ++i) x.data[i] += positions[i];
        stream_ = operations_.norm({x}, *encoder_.embeddingNorm);
        if (observer_) observer_->blockOutput(-1, stream_.view);
    }

    const VisionTower& tower_;
    const Model& encoder_;
    Scratch scratch_;
    PassMemory memory_;
    EagerOperations operations_;
    Observer* observer_;
    KvCache cache_;
    std::vector<int32_t> tokens_; // as many as rows; which they are does not matter
    Value stream_;
};

std::vector<float> copied(ConstMatrixView rows)
{
    std::vector<float> result;
    for (int64_t r = 0; r < rows.rows; ++r) result.insert(result.end(), rows.row(r), rows.row(r) + rows.columns);
    return result;
}

} // namespace

std::vector<float> pictureRows(const VisionTower& tower, const Backend& backend, std::span<const float> pixels,
                               Observer* observer)
{
    if (!tower.projection1) fail(ErrorCode::Unsupported, "the vision tower has no projector into a language model");
    TowerPass pass(tower, backend, pixels, observer);
    Value x = pass.after(tower.featureBlocks);
    if (!tower.withClassRow) x.view = x.view.rowRange(1, x.rows());
    Operations& operations = pass.operations();
    x = operations.linear(x, *tower.projection1.weight, tower.projection1.bias);
    x = operations.activate(tower.projectionActivation, x);
    return copied(operations.linear(x, *tower.projection2.weight, tower.projection2.bias).view);
}

std::vector<float> pictureEmbedding(const VisionTower& tower, const Backend& backend, std::span<const float> pixels,
                                    Observer* observer)
{
    if (!tower.embeddingProjection) fail(ErrorCode::Unsupported, "the vision tower makes no embeddings");
    TowerPass pass(tower, backend, pixels, observer);
    Value x = pass.after(int64_t(tower.encoder->blocks.size()));
    x.view = x.view.rowRange(0, 1);
    x = pass.operations().norm(x, *tower.encoder->finalNorm);
    return copied(pass.operations().linear(x, *tower.embeddingProjection.weight, {}).view);
}

std::vector<float> textEmbedding(const ModelPtr& model, const std::shared_ptr<const Backend>& backend,
                                 std::span<const int32_t> tokens)
{
    if (!model->vision || !model->vision->embeddingProjection || !model->outputProjection)
        fail(ErrorCode::Unsupported, "'{}' makes no embeddings of texts beside those of pictures", model->name);
    if (tokens.empty()) fail(ErrorCode::BadUsage, "there is no token to read");
    auto end = std::find(tokens.begin(), tokens.end(), model->vision->textEndToken);
    if (end == tokens.end()) end = std::max_element(tokens.begin(), tokens.end());
    const int64_t row = end - tokens.begin();
    Session session(model, backend);
    const ConstMatrixView hidden = session.hidden(tokens);
    std::vector<float> embedding(size_t(model->outputProjection.weight->outputs()));
    model->outputProjection.weight->apply(*backend, hidden.rowRange(row, row + 1), nullptr,
                                          {embedding.data(), 1, int64_t(embedding.size())});
    return embedding;
}

std::vector<int32_t> withPicturePlaces(const VisionTower& tower, std::span<const int32_t> tokens, size_t pictures)
{
    const auto places = size_t(std::count(tokens.begin(), tokens.end(), tower.imageToken));
    if (places != pictures)
        fail(ErrorCode::BadUsage, "the prompt has {} places for pictures and {} were given", places, pictures);
    std::vector<int32_t> result;
    for (const int32_t token : tokens)
        result.insert(result.end(), token == tower.imageToken ? size_t(tower.rowsOfPicture()) : 1, token);
    return result;
}

} // namespace paretoscope
