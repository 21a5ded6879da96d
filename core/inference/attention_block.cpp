#include "core/base/error.h"
#include "core/inference/forward_state.h"

#include <algorithm>
#include <cmath>

namespace paretoscope::detail {

namespace {

Value normedHeads(ForwardState& state, const BlockConfig& config, const std::optional<NormParameters>& norm,
                  Value x)
{
    using QkNorm = BlockConfig::QkNorm;
    if (!norm) return x;
    if (config.qkNorm == QkNorm::FullWidth) return state.operations.norm(x, *norm);
    if (config.qkNorm == QkNorm::PerHead) return state.operations.headNorm(x, config.headDim, *norm);
    requireEager(x, "a normalization with weights of every head");
    x = state.operations.headNorm(x, config.headDim, {norm->kind, norm->epsilon, {}, {}});
    if (norm->weight.empty()) return x;
    const std::span<const float> weight = norm->weight.view<float>();
    for (int64_t r = 0; r < x.rows(); ++r)
        for (int64_t c = 0; c < x.columns(); ++c) x.view.row(r)[c] *= weight[size_t(c)];
    return x;
}

Value clamped(Value x, double limit)
{
    if (limit <= 0) return x;
    requireEager(x, "a limit of queries, keys and values");
    const auto bound = float(limit);
    for (int64_t r = 0; r < x.rows(); ++r)
        for (float& element : x.view.rowSpan(r)) element = std::clamp(element, -bound, bound);
    return x;
}

// Puts the new rows into each sequence's cache and says what every row may look at.
void appendToCaches(ForwardState& state, int index, Value keys, Value values)
{
    int64_t row = 0;
    std::vector<KeyValueSpan>& spans = state.memory.spans;
    std::vector<AttentionSegment>& segments = state.memory.segments;
    spans.clear();
    segments.clear();
    for (const SequenceStep& step : state.steps) {
        const auto rows = int64_t(step.tokens.size());
        KvLayer& layer = step.cache->layers[size_t(index)];
        const auto positions = state.positions().subspan(size_t(row), size_t(rows));
        layer.append(keys.view.rowRange(row, row + rows), values.view.rowRange(row, row + rows), positions);
        for (int64_t h = 0; h < layer.shape().kvHeads; ++h) spans.push_back(layer.span(h));
        segments.push_back({row, rows, positions, {}});
        row += rows;
    }
    const size_t heads = spans.size() / segments.size();
    for (size_t s = 0; s < segments.size(); ++s)
        segments[s].kvHeads = std::span(spans).subspan(s * heads, heads);
}

} // namespace

AttentionShape attentionShape(const ForwardState& state, const Block& block)
{
    const BlockConfig& config = block.config;
    AttentionShape shape;
    shape.queryHeads = config.heads;
    shape.kvHeads = config.kvHeads;
    shape.keyDim = config.headDim;
    shape.valueDim = config.valueDim;
    shape.scale = float(config.attentionScale > 0 ? config.attentionScale
                                                  : 1 / std::sqrt(double(config.headDim)));
    shape.softCap = float(config.attentionSoftCap);
    shape.window = config.window;
    shape.causal = state.model.config.causal;
    if (config.positions == PositionKind::Alibi) shape.alibiSlopes = state.memory.alibiSlopes.data();
    if (!block.attention.sinks.empty()) shape.sinks = block.attention.sinks.view<float>().data();
    return shape;
}

void requireEager(Value x, const char* what)
{
    if (x.node >= 0) fail(ErrorCode::Unsupported, "models with {} cannot be trained", what);
}

Value applyLinear(ForwardState& state, const Linear& linear, Value x, int block, const char* role, int expert)
{
    if (state.observer) state.observer->linearInput({block, expert, role}, x.view);
    return state.operations.linear(x, *linear.weight, linear.bias);
}

Value runAttention(ForwardState& state, const Block& block, int index, Value x)
{
    const BlockConfig& config = block.config;
    const AttentionWeights& weights = block.attention;
    Value query = applyLinear(state, weights.query, x, index, "attention.query");
    Value keys = applyLinear(state, weights.key, x, index, "attention.key");
    Value values = applyLinear(state, weights.value, x, index, "attention.value");
    if (!config.normAfterRope) {
        query = normedHeads(state, config, weights.queryNorm, query);
        keys = normedHeads(state, config, weights.keyNorm, keys);
    }
    query = clamped(query, config.clampQkv);
    keys = clamped(keys, config.clampQkv);
    values = clamped(values, config.clampQkv);
    query = rotated(state, config, query, config.heads, config.headDim);
    keys = rotated(state, config, keys, config.kvHeads, config.headDim);
    if (config.normAfterRope) {
        query = normedHeads(state, config, weights.queryNorm, query);
        keys = normedHeads(state, config, weights.keyNorm, keys);
    }
    appendToCaches(state, index, keys, values);
    const Value mixed = state.operations.attention(attentionShape(state, block), query, keys, values,
                                                   state.memory.segments);
    return applyLinear(state, weights.output, mixed, index, "attention.output");
}

} // namespace paretoscope::detail
