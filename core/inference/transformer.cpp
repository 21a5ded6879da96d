#include "core/inference/transformer.h"

#include "core/base/error.h"
#include "core/inference/forward_state.h"
#include "core/model/rope.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace paretoscope {

namespace {

using detail::ForwardState;

void requireTokens(const Model& model, std::span<const SequenceStep> steps)
{
    for (const SequenceStep& step : steps)
        for (const int32_t token : step.tokens)
            if (token < 0 || token >= model.embedding.extent(0))
                fail(ErrorCode::BadUsage, "token {} is outside the vocabulary of {}", token,
                     model.embedding.extent(0));
}

// Scalings that depend on the length use the longest sequence of the batch.
int64_t longestSequence(std::span<const SequenceStep> steps)
{
    int64_t longest = 0;
    for (const SequenceStep& step : steps)
        longest = std::max(longest, step.firstPosition + int64_t(step.tokens.size()));
    return longest;
}

void prepareRopes(ForwardState& state)
{
    const auto rows = int64_t(state.positions.size());
    for (const RopeConfig& rope : state.model.config.ropes) {
        const RopeFrequencies frequencies =
            ropeFrequencies(rope, longestSequence(state.steps), state.model.config.contextLength);
        const auto pairs = int64_t(frequencies.steps.size());
        const detail::RopeRows made{state.scratch.matrix(rows, pairs), state.scratch.matrix(rows, pairs)};
        fillRotation(frequencies, state.positions, made.cosines.data, made.sines.data);
        state.ropes.push_back(made);
    }
}

// Press et al. 2021 (arXiv:2108.12409): a geometric sequence; for a head count that is no power of
// two the rest interleaves the sequence of the next one.
void fillAlibiSlopes(int64_t heads, double maximumBias, float* slopes)
{
    int64_t power = 1;
    while (power * 2 <= heads) power *= 2;
    for (int64_t h = 0; h < heads; ++h) {
        const bool extra = h >= power;
        const double exponent = extra ? (2 * double(h - power) + 1) / double(2 * power) : double(h + 1) / double(power);
        slopes[h] = float(std::pow(2.0, -maximumBias * exponent));
    }
}

void prepareAlibi(ForwardState& state)
{
    for (const auto& block : state.model.blocks)
        if (block->config.positions == PositionKind::Alibi && state.alibiSlopes.empty()) {
            float* slopes = state.scratch.floats(block->config.heads);
            fillAlibiSlopes(block->config.heads, state.model.config.alibiMaximumBias, slopes);
            state.alibiSlopes = {slopes, size_t(block->config.heads)};
        }
}

Value embedTokens(ForwardState& state)
{
    const Model& model = state.model;
    std::vector<int32_t> ids;
    for (const SequenceStep& step : state.steps) ids.insert(ids.end(), step.tokens.begin(), step.tokens.end());
    Value x = state.operations.embed(model.embedding, ids, float(model.config.embeddingScale));
    if (!model.positionEmbedding.empty()) {
        const auto offset = int32_t(model.config.learnedPositionOffset);
        for (size_t i = 0; i < ids.size(); ++i) {
            ids[i] = state.positions[i] + offset;
            if (ids[i] >= model.positionEmbedding.extent(0))
                fail(ErrorCode::BadUsage, "position {} is beyond the {} positions that the model learned",
                     state.positions[i], model.positionEmbedding.extent(0) - offset);
        }
        x = state.operations.add(x, state.operations.embed(model.positionEmbedding, ids, 1), 1);
    }
    if (model.embeddingNorm) x = state.operations.norm(x, *model.embeddingNorm);
    return x;
}

Value normed(Operations& operations, const std::optional<NormParameters>& norm, Value x)
{
    return norm ? operations.norm(x, *norm) : x;
}

Value runBlock(ForwardState& state, const Block& block, int index, Value x)
{
    Operations& operations = state.operations;
    const auto scale = float(block.config.residualScale);
    const Value attentionInput = normed(operations, block.attentionNorm, x);
    if (block.config.parallel) {
        const Value feedInput =
            block.feedForwardNorm ? operations.norm(x, *block.feedForwardNorm) : attentionInput;
        const Value attended = detail::runAttention(state, block, index, attentionInput);
        const Value fed = detail::runFeedForward(state, block, index, feedInput);
        return operations.add(operations.add(x, attended, scale), fed, scale);
    }
    if (block.attention.output) {
        const Value attended = detail::runAttention(state, block, index, attentionInput);
        x = operations.add(x, normed(operations, block.postAttentionNorm, attended), scale);
    }
    const Value fed = detail::runFeedForward(state, block, index, normed(operations, block.feedForwardNorm, x));
    return operations.add(x, normed(operations, block.postFeedForwardNorm, fed), scale);
}

} // namespace

KvCache makeCache(const Model& model)
{
    KvCache cache;
    for (const auto& block : model.blocks) {
        const BlockConfig& config = block->config;
        cache.layers.emplace_back(KvLayerShape{config.kvHeads, config.headDim, config.valueDim});
    }
    return cache;
}

Value runTransformer(const Model& model, Operations& operations, Scratch& scratch,
                     std::span<const SequenceStep> steps, Observer* observer)
{
    requireTokens(model, steps);
    std::vector<int32_t> positions;
    for (const SequenceStep& step : steps)
        for (size_t i = 0; i < step.tokens.size(); ++i)
            positions.push_back(step.firstPosition + int32_t(i));
    ForwardState state{model, operations, scratch, steps, observer, positions, {}, {}, {}, {}};
    prepareRopes(state);
    prepareAlibi(state);
    Value x = embedTokens(state);
    // The residual stream is copied out of each block's scratch, so that a pass needs the memory
    // of one block and not of all.
    const MatrixView residual = scratch.matrix(x.rows(), x.columns());
    for (size_t i = 0; i < model.blocks.size(); ++i) {
        const Scratch::Mark mark = scratch.mark();
        x = runBlock(state, *model.blocks[i], int(i), x);
        if (observer) observer->blockOutput(int(i), x.view);
        if (x.node < 0) {
            if (x.view.data != residual.data)
                std::copy_n(x.view.data, x.rows() * x.columns(), residual.data);
            x.view = residual;
            scratch.release(mark);
        }
    }
    return model.finalNorm ? operations.norm(x, *model.finalNorm) : x;
}

Value runOutputHead(const Model& model, Operations& operations, Value hidden)
{
    Value logits;
    if (model.output) {
        logits = operations.linear(hidden, *model.output.weight, model.output.bias);
    } else {
        const DenseLinear tied(model.embedding);
        logits = operations.linear(hidden, tied, {});
    }
    if (model.config.logitScale != 1) logits = operations.scale(logits, float(model.config.logitScale));
    if (model.config.logitSoftCap > 0) {
        const auto cap = float(model.config.logitSoftCap);
        for (int64_t r = 0; r < logits.rows(); ++r)
            for (float& element : logits.view.rowSpan(r)) element = cap * std::tanh(element / cap);
    }
    return logits;
}

} // namespace paretoscope
