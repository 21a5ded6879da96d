#include "plugins/quantization/rotation.h"

#include "core/base/error.h"
#include "core/base/half.h"
#include "core/base/random.h"
#include "core/model/rotated_linear.h"

#include <cmath>
#include <optional>

namespace paretoscope::quantization {

namespace {

void requireNorm(const std::optional<NormParameters>& norm, const std::string& who)
{
    if (norm && norm->kind != NormKind::Rms)
        fail(ErrorCode::Unsupported, "{} has layer norms, which subtract the mean of the channels: no rotation passes them", who);
}

void requireBlock(const Block& block, const std::string& who)
{
    for (const auto* norm : {&block.attentionNorm, &block.feedForwardNorm}) requireNorm(*norm, who);
    if (block.config.normAfterAdd)
        fail(ErrorCode::Unsupported, "{} normalizes the residual stream itself, whose gains no map can take", who);
    if (block.postAttentionNorm || block.postFeedForwardNorm)
        fail(ErrorCode::Unsupported, "{} normalizes what its blocks add, and no rotation passes the gains of those norms", who);
    const bool feeds = block.moe || block.feedForward.up;
    if ((block.attention.output && !block.attentionNorm) || (feeds && !block.feedForwardNorm && !block.config.parallel))
        fail(ErrorCode::Unsupported, "{} reads the residual stream without a norm", who);
}

std::vector<float> ofNorm(const Tensor& tensor, int64_t count, float otherwise)
{
    return tensor.empty() ? std::vector<float>(size_t(count), otherwise) : tensor.toFloats();
}

std::vector<float> transposed(std::span<const float> matrix, int64_t rows, int64_t columns)
{
    std::vector<float> result(matrix.size());
    for (int64_t r = 0; r < rows; ++r)
        for (int64_t c = 0; c < columns; ++c) result[size_t(c * rows + r)] = matrix[size_t(r * columns + c)];
    return result;
}

class Rotator {
public:
    Rotator(const Model& model, const Backend& backend, const RotationSettings& settings, JobContext& job)
        : model_(model), backend_(compressedProducts(backend)), settings_(settings), job_(job), stream_(model.config.hidden)
    {
        Random random(settings.seed, "signs of the rotation");
        for (int64_t i = 0; i < model.config.hidden; ++i) signs_.push_back(random.below(2) ? 1.0f : -1.0f);
    }

    std::shared_ptr<Model> run()
    {
        auto result = std::make_shared<Model>(model_);
        rotateFrame(*result);
        for (size_t b = 0; b < model_.blocks.size(); ++b) {
            job_.report(double(b) / double(model_.blocks.size()), fmt::format("rotating block {} of {}", b + 1, model_.blocks.size()));
            auto block = std::make_shared<Block>(*model_.blocks[b]);
            rotateBlock(*block);
            result->blocks[b] = std::move(block);
        }
        return result;
    }

private:
    int64_t hidden() const { return model_.config.hidden; }

    // x becomes R x for each row x [hidden].
    void rotateRows(std::vector<float>& rows) const
    {
        for (size_t i = 0; i < rows.size(); ++i) rows[i] *= signs_[i % signs_.size()];
        backend_.rotate(stream_, false, 1, {rows.data(), int64_t(rows.size()) / hidden(), hidden()});
    }

    void rotateFrame(Model& result) const
    {
        std::vector<float> table = model_.embedding.toFloats();
        rotateRows(table);
        result.embedding = storedLike(model_.embedding, model_.embedding.shape(), table, "embedding");
        if (model_.output) {
            result.output = asWide(model_.output, reader(model_.output, model_.finalNorm));
        } else if (model_.finalNorm && !model_.finalNorm->weight.empty()) {
            result.outputProjection.weight = std::make_shared<DenseLinear>(
                storedLike(model_.embedding, {hidden(), hidden()}, rotatedGains(model_.finalNorm->weight), "output_projection"));
        }
        dropGains(result.finalNorm);
    }

    // R · diag(gains) · Rᵀ
    std::vector<float> rotatedGains(const Tensor& gains) const
    {
        const std::vector<float> values = gains.toFloats();
        std::vector<float> matrix(size_t(hidden() * hidden()), 0.0f);
        for (int64_t i = 0; i < hidden(); ++i) matrix[size_t(i * hidden() + i)] = values[size_t(i)];
        rotateRows(matrix);
        matrix = transposed(matrix, hidden(), hidden());
        rotateRows(matrix);
        return matrix; // symmetric
    }

    void rotateBlock(Block& block) const
    {
        AttentionWeights& attention = block.attention;
        for (Linear* map : {&attention.query, &attention.key, &attention.value, &attention.queryDown, &attention.kvDown})
            if (*map) *map = reader(*map, block.attentionNorm);
        if (attention.output) rotateAttentionOutput(block);
        const auto& norm = block.feedForwardNorm ? block.feedForwardNorm : block.attentionNorm;
        rotateFeedForward(block.feedForward, norm);
        if (block.moe) {
            for (Linear* map : {&block.moe->router, &block.moe->sharedGate})
                if (*map) *map = asWide(*map, reader(*map, norm));
            for (FeedForwardWeights& expert : block.moe->experts) rotateFeedForward(expert, norm);
            rotateFeedForward(block.moe->shared, norm);
        }
        dropGains(block.attentionNorm);
        dropGains(block.feedForwardNorm);
    }

    void rotateFeedForward(FeedForwardWeights& maps, const std::optional<NormParameters>& norm) const
    {
        if (!maps.up) return;
        maps.up = reader(maps.up, norm);
        if (maps.gate) maps.gate = reader(maps.gate, norm);
        maps.down = writer(maps.down);
        if (settings_.online) rotateInputs(maps.down, {maps.down.weight->inputs(), 1}, true);
    }

    void rotateAttentionOutput(Block& block) const
    {
        AttentionWeights& attention = block.attention;
        attention.output = writer(attention.output);
        const BlockConfig& config = block.config;
        if (attention.value && config.clampQkv == 0) {
            rotateValueHeads(attention.value, config.valueDim);
            rotateInputs(attention.output, {config.valueDim, 1}, false);
            if (settings_.online && config.heads > 1) rotateInputs(attention.output, {config.heads, config.valueDim}, true);
        } else if (settings_.online) {
            rotateInputs(attention.output, {attention.output.weight->inputs(), 1}, true);
        }
    }

    // Takes the norm's gains and reads the rotated stream.
    Linear reader(const Linear& map, const std::optional<NormParameters>& norm) const
    {
        std::vector<float> dense = map.weight->toDense();
        Linear result = map;
        if (norm && !norm->bias.empty()) result.bias = biasPlus(map, dense, norm->bias.toFloats());
        if (norm && !norm->weight.empty()) {
            const std::vector<float> gains = norm->weight.toFloats();
            for (size_t i = 0; i < dense.size(); ++i) dense[i] *= gains[i % gains.size()];
        }
        rotateRows(dense);
        result.weight = denseOf(map, dense);
        return result;
    }

    static Linear asWide(const Linear& before, Linear map)
    {
        const auto& dense = dynamic_cast<const DenseLinear&>(*before.weight);
        const Shape shape{before.weight->outputs(), before.weight->inputs()};
        map.weight = std::make_shared<DenseLinear>(storedLike(dense.weight(), shape, map.weight->toDense(), dense.description()));
        return map;
    }

    // b + W · shift
    static Tensor biasPlus(const Linear& map, std::span<const float> dense, std::span<const float> shift)
    {
        std::vector<float> bias = ofNorm(map.bias, map.weight->outputs(), 0);
        for (size_t i = 0; i < dense.size(); ++i) bias[i / shift.size()] += dense[i] * shift[i % shift.size()];
        return Tensor::fromFloats({map.weight->outputs()}, bias);
    }

    Linear writer(const Linear& map) const
    {
        const int64_t outputs = map.weight->outputs(), inputs = map.weight->inputs();
        std::vector<float> columns = transposed(map.weight->toDense(), outputs, inputs);
        rotateRows(columns);
        Linear result = map;
        result.weight = denseOf(map, transposed(columns, inputs, outputs));
        if (!map.bias.empty()) {
            std::vector<float> bias = map.bias.toFloats();
            rotateRows(bias);
            result.bias = Tensor::fromFloats({outputs}, bias);
        }
        return result;
    }

    void rotateValueHeads(Linear& value, int64_t headDim) const
    {
        const HadamardMatrix head(headDim);
        const int64_t outputs = value.weight->outputs(), inputs = value.weight->inputs();
        std::vector<float> dense = value.weight->toDense();
        backend_.rotate(head, false, inputs, {dense.data(), outputs / headDim, headDim * inputs});
        value.weight = denseOf(value, dense);
        if (value.bias.empty()) return;
        std::vector<float> bias = value.bias.toFloats();
        backend_.rotate(head, false, 1, {bias.data(), 1, outputs});
        value.bias = Tensor::fromFloats({outputs}, bias);
    }

    // For inputs that are rotated the same way: by an earlier map, or online by this one.
    void rotateInputs(Linear& map, const InputRotation& rotation, bool online) const
    {
        std::vector<float> dense = map.weight->toDense();
        backend_.rotate(HadamardMatrix(rotation.order), false, rotation.inner,
                        {dense.data(), map.weight->outputs(), map.weight->inputs()});
        map.weight = denseOf(map, dense);
        if (online) map.weight = std::make_shared<RotatedLinear>(map.weight, rotation);
    }

    static LinearWeightPtr denseOf(const Linear& map, std::span<const float> dense)
    {
        return std::make_shared<DenseLinear>(Tensor::fromFloats({map.weight->outputs(), map.weight->inputs()}, dense));
    }

    void dropGains(std::optional<NormParameters>& norm) const
    {
        if (!norm) return;
        norm->weight = Tensor::fromFloats({hidden()}, std::vector<float>(size_t(hidden()), 1.0f));
        norm->bias = {};
    }

    const Model& model_;
    const CompressedProducts& backend_;
    const RotationSettings& settings_;
    JobContext& job_;
    HadamardMatrix stream_;
    std::vector<float> signs_;
};

} // namespace

void requireRotatable(const Model& model, const std::string& strategy)
{
    const std::string who = fmt::format("{}: {} ({})", strategy, model.name, model.config.architecture);
    if (model.vision)
        fail(ErrorCode::Unsupported, "{} reads pictures, whose rows enter between its blocks unrotated", who);
    for (const auto& block : model.blocks) requireBlock(*block, who);
    requireNorm(model.finalNorm, who);
    if (model.embeddingNorm || model.embeddingProjection || model.outputProjection || !model.positionEmbedding.empty() ||
        !model.tokenTypeEmbedding.empty() || model.pooler)
        fail(ErrorCode::Unsupported, "{} has more around its blocks than an embedding, a norm and an output head", who);
    if (model.embeddingMap)
        fail(ErrorCode::Unsupported, "{}: the embedding is already compressed ({})", who, model.embeddingMap.weight->description());
    if (!model.output && model.finalNorm && !model.finalNorm->bias.empty())
        fail(ErrorCode::Unsupported, "{} adds a bias in front of an output head that is tied to the embedding", who);
    if (model.output && model.output.weight->kind() != "dense")
        fail(ErrorCode::Unsupported, "{}: the output head is already compressed ({})", who, model.output.weight->description());
    HadamardMatrix{model.config.hidden};
    forEachLinear(model, [&](const LinearId& id, const Linear& linear) {
        if (linear.weight->kind() != "dense")
            fail(ErrorCode::Unsupported, "{}: {} is already compressed ({})", strategy, id.text(), linear.weight->description());
        if (id.role.ends_with("down") && id.role.find("_down") == std::string::npos) HadamardMatrix{linear.weight->inputs()};
    });
}

std::shared_ptr<Model> rotatedModel(const Model& model, const Backend& backend, const RotationSettings& settings,
                                    JobContext& job)
{
    return Rotator(model, backend, settings, job).run();
}

Tensor storedLike(const Tensor& like, const Shape& shape, std::span<const float> values, const std::string& what)
{
    if (traits(like.dtype()).sizeBytes != 2) return Tensor::fromFloats(shape, values);
    Tensor result = Tensor::zeros(DType::F16, shape);
    const std::span<uint16_t> halves = result.fill<uint16_t>();
    for (size_t i = 0; i < values.size(); ++i) {
        halves[i] = floatToHalf(values[i]);
        if (!std::isfinite(halfToFloat(halves[i])))
            fail(ErrorCode::Unsupported, "{}: a rotated weight of {} does not fit 16 bits", what, values[i]);
    }
    return result;
}

} // namespace paretoscope::quantization
