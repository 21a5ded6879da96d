#include "core/inference/transformer.h"

#include "core/base/error.h"
#include "core/inference/forward_state.h"
#include "core/model/vision_tower.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace paretoscope {

namespace {

using detail::ForwardState;

void requireTokens(const Model& model, std::span<const SequenceStep> steps)
{
    for (const SequenceStep& step : steps) {
        for (const int32_t token : step.tokens)
            if (token < 0 || token >= model.config.vocabulary)
                fail(ErrorCode::BadUsage, "token {} is outside the vocabulary of {}", token,
                     model.config.vocabulary);
        for (const int32_t type : step.tokenTypes)
            if (type < 0 || type >= model.config.tokenTypes)
                fail(ErrorCode::BadUsage, "token type {} is outside the model's {}", type,
                     model.config.tokenTypes);
        if (!step.tokenTypes.empty() && step.tokenTypes.size() != step.tokens.size())
            fail(ErrorCode::BadUsage, "{} token types for {} tokens", step.tokenTypes.size(),
                 step.tokens.size());
    }
}

Value addPositionEmbedding(ForwardState& state, Value x)
{
    const Tensor& table = state.model.positionEmbedding;
    const auto offset = int32_t(state.model.config.learnedPositionOffset);
    std::vector<int32_t>& ids = state.memory.ids;
    ids.clear();
    for (const int32_t position : state.positions()) {
        if (position + offset >= table.extent(0))
            fail(ErrorCode::BadUsage, "position {} is beyond the {} positions that the model learned",
                 position, table.extent(0) - offset);
        ids.push_back(position + offset);
    }
    return state.operations.add(x, state.operations.embed(table, ids, 1), 1);
}

Value addTokenTypes(ForwardState& state, Value x)
{
    std::vector<int32_t>& ids = state.memory.ids;
    ids.clear();
    for (const SequenceStep& step : state.steps) {
        ids.insert(ids.end(), step.tokenTypes.begin(), step.tokenTypes.end());
        ids.resize(ids.size() + step.tokens.size() - step.tokenTypes.size(), 0);
    }
    return state.operations.add(x, state.operations.embed(state.model.tokenTypeEmbedding, ids, 1), 1);
}

// Rows of pictures in place of the tokens that stand for them.
void putPictures(ForwardState& state, Value x)
{
    const int32_t place = state.model.vision->imageToken;
    int64_t row = 0;
    for (const SequenceStep& step : state.steps) {
        int64_t used = 0;
        for (const int32_t token : step.tokens) {
            if (token == place && place >= 0) {
                if (used >= step.pictures.rows || step.pictures.columns != x.columns())
                    fail(ErrorCode::BadUsage, "the text has more places for pictures than rows of them were given");
                detail::requireEager(x, "a picture");
                std::copy_n(step.pictures.row(used++), x.columns(), x.view.row(row));
            }
            ++row;
        }
    }
}

// Expands the rows that are asked for and no others.
Value embedFromMap(ForwardState& state, const LinearWeight& map, float scale)
{
    std::vector<int32_t>& ids = state.memory.ids;
    const auto count = int64_t(ids.size());
    Tensor rows = Tensor::zeros(DType::F32, {count, map.inputs()});
    const std::span<float> values = rows.fill<float>();
    for (int64_t i = 0; i < count; ++i)
        map.toDense(ids[size_t(i)], {values.data() + i * map.inputs(), 1, map.inputs()});
    std::iota(ids.begin(), ids.end(), 0);
    return state.operations.embed(rows, ids, scale);
}

Value embedTokens(ForwardState& state)
{
    const Model& model = state.model;
    std::vector<int32_t>& ids = state.memory.ids;
    ids.clear();
    for (const SequenceStep& step : state.steps) ids.insert(ids.end(), step.tokens.begin(), step.tokens.end());
    const auto scale = float(model.config.embeddingScale);
    Value x = model.embeddingMap ? embedFromMap(state, *model.embeddingMap.weight, scale)
                                 : state.operations.embed(model.embedding, ids, scale);
    if (model.vision) putPictures(state, x);
    if (model.embeddingProjection)
        x = detail::applyLinear(state, model.embeddingProjection, x, -1, "embedding_projection");
    if (!model.tokenTypeEmbedding.empty()) x = addTokenTypes(state, x);
    if (!model.positionEmbedding.empty()) x = addPositionEmbedding(state, x);
    if (model.embeddingNorm) x = state.operations.norm(x, *model.embeddingNorm);
    return x;
}

Value normed(Operations& operations, const std::optional<NormParameters>& norm, Value x)
{
    return norm ? operations.norm(x, *norm) : x;
}

Value attend(ForwardState& state, const Block& block, int index, Value x)
{
    return block.config.mla.kvRank > 0 ? detail::runLatentAttention(state, block, index, x)
                                       : detail::runAttention(state, block, index, x);
}

Value feedForward(ForwardState& state, const Block& block, int index, Value x)
{
    return block.moe ? detail::runExperts(state, block, index, x)
                     : detail::runFeedForward(state, block, index, x);
}

Value runParallelBlock(ForwardState& state, const Block& block, int index, Value x)
{
    Operations& operations = state.operations;
    const auto scale = float(block.config.residualScale);
    const Value attentionInput = normed(operations, block.attentionNorm, x);
    const Value feedInput = block.feedForwardNorm ? operations.norm(x, *block.feedForwardNorm) : attentionInput;
    Value attended;
    if (block.attention.output) attended = attend(state, block, index, attentionInput);
    if (block.moe || block.feedForward.up) {
        const Value fed = feedForward(state, block, index, feedInput);
        x = operations.add(x, normed(operations, block.postFeedForwardNorm, fed), scale);
    }
    if (block.attention.output)
        x = operations.add(x, normed(operations, block.postAttentionNorm, attended), scale);
    return x;
}

Value runSequentialBlock(ForwardState& state, const Block& block, int index, Value x)
{
    Operations& operations = state.operations;
    const auto scale = float(block.config.residualScale);
    const bool after = block.config.normAfterAdd;
    if (block.attention.output) {
        const Value input = after ? x : normed(operations, block.attentionNorm, x);
        const Value attended = attend(state, block, index, input);
        x = operations.add(x, normed(operations, block.postAttentionNorm, attended), scale);
        if (after) x = normed(operations, block.attentionNorm, x);
    }
    if (block.moe || block.feedForward.up) {
        const Value input = after ? x : normed(operations, block.feedForwardNorm, x);
        const Value fed = feedForward(state, block, index, input);
        x = operations.add(x, normed(operations, block.postFeedForwardNorm, fed), scale);
        if (after) x = normed(operations, block.feedForwardNorm, x);
    }
    return x;
}

void preparePositions(ForwardState& state)
{
    std::vector<int32_t>& positions = state.memory.positions;
    positions.clear();
    for (const SequenceStep& step : state.steps)
        for (size_t i = 0; i < step.tokens.size(); ++i)
            positions.push_back(step.firstPosition + int32_t(i));
    if (state.memory.model != &state.model) state.memory.frequencies.clear();
    state.memory.model = &state.model;
    detail::prepareRopes(state);
    detail::prepareAlibi(state);
}

KvLayerShape cacheShape(const BlockConfig& config)
{
    // The latent row is key and value at once (its first kvRank values are the value).
    if (config.mla.kvRank > 0) return {1, config.mla.kvRank + config.mla.ropeDim, 0};
    return {config.kvHeads, config.headDim, config.valueDim};
}

Value runOneBlock(ForwardState& state, size_t index, Value x)
{
    const Block& block = *state.model.blocks[index];
    return block.config.parallel ? runParallelBlock(state, block, int(index), x)
                                 : runSequentialBlock(state, block, int(index), x);
}

// The embedding as output head, without copying the tensor's description.
class TiedHead : public LinearMap {
public:
    explicit TiedHead(const Tensor& table) : table_(table) {}

    int64_t outputs() const override { return table_.extent(0); }
    int64_t inputs() const override { return table_.extent(1); }
    void apply(const Backend& backend, ConstMatrixView x, const float* bias, MatrixView y) const override
    {
        backend.linear(x, table_, bias, y);
    }
    void toDense(int64_t begin, MatrixView y) const override
    {
        for (int64_t r = 0; r < y.rows; ++r) table_.toFloats((begin + r) * inputs(), y.rowSpan(r));
    }
    const Tensor* trainable() const override { return table_.dtype() == DType::F32 ? &table_ : nullptr; }

private:
    const Tensor& table_;
};

} // namespace

KvCache makeCache(const Model& model)
{
    KvCache cache;
    for (const auto& block : model.blocks) cache.layers.emplace_back(cacheShape(block->config));
    return cache;
}

Value runTransformer(const Model& model, Operations& operations, Scratch& scratch, PassMemory& memory,
                     std::span<const SequenceStep> steps, Observer* observer)
{
    requireTokens(model, steps);
    ForwardState state{model, operations, scratch, memory, steps, observer};
    preparePositions(state);
    Value x = embedTokens(state);
    // The residual stream is copied out of each block's scratch, so that a pass needs the memory
    // of one block and not of all.
    const MatrixView residual = scratch.matrix(x.rows(), x.columns());
    for (size_t i = 0; i < model.blocks.size(); ++i) {
        const Scratch::Mark mark = scratch.mark();
        x = runOneBlock(state, i, x);
        if (observer) observer->blockOutput(int(i), x.view);
        if (x.node < 0) {
            if (x.view.data != residual.data)
                std::copy_n(x.view.data, x.rows() * x.columns(), residual.data);
            x.view = residual;
            scratch.release(mark);
        }
    }
    return normed(operations, model.finalNorm, x);
}

Value runTransformer(const Model& model, Operations& operations, Scratch& scratch,
                     std::span<const SequenceStep> steps, Observer* observer)
{
    PassMemory memory;
    return runTransformer(model, operations, scratch, memory, steps, observer);
}

Value runEmbedding(const Model& model, Operations& operations, Scratch& scratch, PassMemory& memory,
                   std::span<const SequenceStep> steps)
{
    requireTokens(model, steps);
    ForwardState state{model, operations, scratch, memory, steps, nullptr};
    preparePositions(state);
    return embedTokens(state);
}

Value runBlock(const Model& model, Operations& operations, Scratch& scratch, PassMemory& memory,
               std::span<const SequenceStep> steps, int block, Value x, Observer* observer)
{
    ForwardState state{model, operations, scratch, memory, steps, observer};
    preparePositions(state);
    const Value y = runOneBlock(state, size_t(block), x);
    if (observer) observer->blockOutput(block, y.view);
    return y;
}

Value runOutputHead(const Model& model, Operations& operations, Value hidden)
{
    if (!model.config.languageHead)
        fail(ErrorCode::Unsupported, "{} ends in hidden states and predicts no tokens", model.name);
    if (model.outputProjection)
        hidden = operations.linear(hidden, *model.outputProjection.weight, model.outputProjection.bias);
    const Linear& head = model.output ? model.output : model.embeddingMap;
    if (!head && model.embedding.dtype() != DType::F32)
        detail::requireEager(hidden, "a tied output head that is not stored in f32");
    Value logits = head ? operations.linear(hidden, *head.weight, head.bias)
                        : operations.linear(hidden, TiedHead(model.embedding), {});
    if (model.config.logitScale != 1) logits = operations.scale(logits, float(model.config.logitScale));
    if (model.config.logitSoftCap > 0) {
        detail::requireEager(logits, "a soft cap of the logits");
        const auto cap = float(model.config.logitSoftCap);
        for (int64_t r = 0; r < logits.rows(); ++r)
            for (float& element : logits.view.rowSpan(r)) element = cap * std::tanh(element / cap);
    }
    return logits;
}

Value runPooler(const Model& model, Operations& operations, Value firstTokens)
{
    if (!model.pooler) fail(ErrorCode::Unsupported, "{} has no pooler", model.name);
    Value pooled = operations.linear(firstTokens, *model.pooler.weight, model.pooler.bias);
    detail::requireEager(pooled, "a pooler");
    for (int64_t r = 0; r < pooled.rows(); ++r)
        for (float& element : pooled.view.rowSpan(r)) element = std::tanh(element);
    return pooled;
}

} // namespace paretoscope
