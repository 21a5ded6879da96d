#include "core/autograd/tape.h"

#include "core/autograd/gradient_kernels.h"
#include "core/base/error.h"
#include "core/base/parallel.h"

#include <algorithm>

namespace paretoscope {

namespace {

MatrixView copyOf(ConstMatrixView x, Scratch& scratch)
{
    const MatrixView y = scratch.matrix(x.rows, x.columns);
    for (int64_t r = 0; r < x.rows; ++r) std::copy_n(x.row(r), x.columns, y.row(r));
    return y;
}

void addColumnSums(ConstMatrixView dy, MatrixView bias)
{
    std::vector<double> sums(size_t(dy.columns));
    for (int64_t r = 0; r < dy.rows; ++r)
        for (int64_t c = 0; c < dy.columns; ++c) sums[size_t(c)] += double(dy.row(r)[c]);
    for (int64_t c = 0; c < dy.columns; ++c) bias.data[c] += float(sums[size_t(c)]);
}

// dx += dy · W, panel by panel, so that a compressed map is never expanded as a whole.
void addInputGradient(const Backend& backend, const LinearMap& map, ConstMatrixView dy, MatrixView dx)
{
    constexpr int64_t panelFloats = 1 << 20;
    const int64_t step = std::clamp<int64_t>(panelFloats / std::max<int64_t>(1, map.inputs()), 1, map.outputs());
    std::vector<float> memory(size_t(step * map.inputs()));
    for (int64_t begin = 0; begin < map.outputs(); begin += step) {
        const MatrixView panel{memory.data(), std::min(step, map.outputs() - begin), map.inputs()};
        map.toDense(begin, panel);
        const ConstMatrixView columns{dy.data + begin, dy.rows, panel.rows, dy.stride};
        backend.gemm(false, false, 1, columns, panel, true, dx);
    }
}

} // namespace

TapeOperations::TapeOperations(const Backend& backend, Scratch& scratch, Gradients& gradients)
    : backend_(backend), scratch_(scratch), gradients_(gradients)
{
}

Value TapeOperations::record(MatrixView value)
{
    nodes_.push_back({value, {}, {}});
    return {value, int32_t(nodes_.size()) - 1};
}

void TapeOperations::onBackward(Value value, std::function<void()> backward)
{
    nodes_[size_t(value.node)].backward = std::move(backward);
}

MatrixView TapeOperations::gradientOf(int32_t node)
{
    Node& entry = nodes_[size_t(node)];
    if (!entry.gradient.data) {
        entry.gradient = scratch_.matrix(entry.value.rows, entry.value.columns);
        std::fill_n(entry.gradient.data, entry.value.rows * entry.value.columns, 0.0f);
    }
    return entry.gradient;
}

void TapeOperations::addGradient(Value value, ConstMatrixView seed)
{
    if (wants(value)) backend_.add(seed, 1, gradientOf(value.node));
}

void TapeOperations::backward()
{
    for (auto node = int32_t(nodes_.size()) - 1; node >= 0; --node) {
        const Node& entry = nodes_[size_t(node)];
        if (entry.gradient.data && entry.backward) entry.backward();
    }
}

void TapeOperations::reset()
{
    nodes_.clear();
}

Value TapeOperations::input(ConstMatrixView x)
{
    return record(copyOf(x, scratch_));
}

Value TapeOperations::embed(const Tensor& table, std::span<const int32_t> ids, float scale)
{
    const MatrixView y = scratch_.matrix(int64_t(ids.size()), table.extent(1));
    backend_.embed(table, ids, scale, y);
    const Value result = record(y);
    const MatrixView sum = gradients_.of(table);
    if (sum.data)
        onBackward(result, [this, result, sum, scale, rows = std::vector<int32_t>(ids.begin(), ids.end())] {
            const MatrixView dy = gradientOf(result.node);
            for (int64_t i = 0; i < dy.rows; ++i)
                for (int64_t c = 0; c < dy.columns; ++c) sum.row(rows[size_t(i)])[c] += scale * dy.row(i)[c];
        });
    return result;
}

Value TapeOperations::linear(Value x, const LinearMap& map, const Tensor& bias)
{
    const MatrixView y = scratch_.matrix(x.rows(), map.outputs());
    map.apply(backend_, x.view, floatsOrNull(bias), y);
    const Value result = record(y);
    const MatrixView weightSum = map.trainable() ? gradients_.of(*map.trainable()) : MatrixView{};
    const MatrixView biasSum = gradients_.of(bias);
    // A tied head is a temporary of its caller; what it maps with is not.
    const Tensor* dense = map.trainable();
    onBackward(result, [this, result, x, weightSum, biasSum, &map, weight = dense ? *dense : Tensor()] {
        const MatrixView dy = gradientOf(result.node);
        if (weightSum.data) backend_.gemm(true, false, 1, dy, x.view, true, weightSum);
        if (biasSum.data) addColumnSums(dy, biasSum);
        if (!wants(x)) return;
        const MatrixView dx = gradientOf(x.node);
        if (weight.empty()) return addInputGradient(backend_, map, dy, dx);
        backend_.gemm(false, false, 1, dy, {weight.view<float>().data(), weight.extent(0), weight.extent(1)}, true, dx);
    });
    return result;
}

Value TapeOperations::normalize(Value x, int64_t width, const NormParameters& parameters)
{
    const ConstMatrixView in{x.view.data, x.rows() * (x.columns() / width), width};
    const MatrixView out = scratch_.matrix(x.rows(), x.columns());
    const MatrixView rows{out.data, in.rows, width};
    const float* weight = floatsOrNull(parameters.weight);
    const float* bias = floatsOrNull(parameters.bias);
    if (parameters.kind == NormKind::Rms) backend_.rmsNorm(in, weight, bias, parameters.epsilon, rows);
    else backend_.layerNorm(in, weight, bias, parameters.epsilon, rows);
    const Value result = record(out);
    NormGradients sums;
    sums.weight = gradients_.of(parameters.weight).data;
    sums.bias = gradients_.of(parameters.bias).data;
    onBackward(result, [this, result, x, in, weight, sums, kind = parameters.kind, epsilon = parameters.epsilon] {
        NormGradients to = sums;
        if (wants(x)) to.x = {gradientOf(x.node).data, in.rows, in.columns};
        const ConstMatrixView dy{gradientOf(result.node).data, in.rows, in.columns};
        addNormGradient(kind, epsilon, weight, in, dy, to);
    });
    return result;
}

Value TapeOperations::norm(Value x, const NormParameters& parameters)
{
    return normalize(x, x.columns(), parameters);
}

Value TapeOperations::headNorm(Value x, int64_t headDim, const NormParameters& parameters)
{
    return normalize(x, headDim, parameters);
}

Value TapeOperations::rope(Value x, int64_t heads, int64_t headDim, const RopeRotation& rotation)
{
    if (x.view.data != nodes_[size_t(x.node)].value.data)
        fail(ErrorCode::Unsupported, "models that rotate a part of each head cannot be trained");
    const MatrixView y = copyOf(x.view, scratch_);
    backend_.rope(y, heads, headDim, rotation.cosines, rotation.sines, rotation.interleaved);
    const Value result = record(y);
    onBackward(result, [this, result, x, heads, headDim, rotation] {
        // The transpose of a rotation turns the other way.
        const MatrixView sines = copyOf(rotation.sines, scratch_);
        for (int64_t i = 0; i < sines.rows * sines.columns; ++i) sines.data[i] = -sines.data[i];
        const MatrixView turned = copyOf(gradientOf(result.node), scratch_);
        backend_.rope(turned, heads, headDim, rotation.cosines, sines, rotation.interleaved);
        backend_.add(turned, 1, gradientOf(x.node));
    });
    return result;
}

Value TapeOperations::attention(const AttentionShape& shape, Value query, Value keys, Value values,
                                std::span<const AttentionSegment> segments)
{
    struct Segment {
        int64_t firstRow, rows;
        std::vector<int32_t> positions;
    };
    const MatrixView y = scratch_.matrix(query.rows(), shape.queryHeads * shape.valueDim);
    std::vector<Segment> kept;
    for (const AttentionSegment& segment : segments) {
        for (const KeyValueSpan& head : segment.kvHeads)
            if (head.length != segment.rows)
                fail(ErrorCode::Unsupported, "a tape starts with an empty cache");
        const int64_t end = segment.firstRow + segment.rows;
        backend_.attention(shape, query.view.rowRange(segment.firstRow, end), segment.positions, segment.kvHeads,
                           y.rowRange(segment.firstRow, end));
        kept.push_back({segment.firstRow, segment.rows, {segment.positions.begin(), segment.positions.end()}});
    }
    const Value result = record(y);
    onBackward(result, [this, result, shape, query, keys, values, kept = std::move(kept)] {
        const MatrixView dy = gradientOf(result.node);
        const MatrixView dQuery = gradientOf(query.node), dKeys = gradientOf(keys.node);
        const MatrixView dValues = gradientOf(values.node);
        const auto work = int64_t(kept.size()) * shape.kvHeads;
        parallelFor(work, 1, [&](int64_t begin, int64_t end) {
            for (int64_t item = begin; item < end; ++item) {
                const Segment& segment = kept[size_t(item / shape.kvHeads)];
                const int64_t first = segment.firstRow, last = first + segment.rows;
                const auto rows = [&](const auto& view) { return view.rowRange(first, last); };
                const AttentionOperands operands{shape, segment.positions, rows(query.view), rows(keys.view),
                                                 rows(values.view), rows(result.view), rows(dy), rows(dQuery),
                                                 rows(dKeys), rows(dValues)};
                addAttentionGradient(backend_, operands, item % shape.kvHeads);
            }
        });
    });
    return result;
}

Value TapeOperations::activate(Activation activation, Value x)
{
    const MatrixView y = scratch_.matrix(x.rows(), x.columns());
    backend_.activate(activation, x.view, y);
    const Value result = record(y);
    onBackward(result, [this, result, activation, x] {
        addActivationGradient(activation, x.view, gradientOf(result.node), gradientOf(x.node));
    });
    return result;
}

Value TapeOperations::gatedActivation(Activation activation, Value gate, Value up)
{
    const MatrixView y = scratch_.matrix(gate.rows(), gate.columns());
    backend_.gatedActivation(activation, gate.view, up.view, y);
    const Value result = record(y);
    onBackward(result, [this, result, activation, gate, up] {
        addGatedGradient(activation, gate.view, up.view, gradientOf(result.node), gradientOf(gate.node),
                         gradientOf(up.node));
    });
    return result;
}

Value TapeOperations::add(Value x, Value y, float alpha)
{
    const MatrixView sum = copyOf(x.view, scratch_);
    backend_.add(y.view, alpha, sum);
    const Value result = record(sum);
    onBackward(result, [this, result, x, y, alpha] {
        const MatrixView dy = gradientOf(result.node);
        if (wants(x)) backend_.add(dy, 1, gradientOf(x.node));
        if (wants(y)) backend_.add(dy, alpha, gradientOf(y.node));
    });
    return result;
}

Value TapeOperations::scale(Value x, float factor)
{
    const MatrixView y = scratch_.matrix(x.rows(), x.columns());
    std::fill_n(y.data, y.rows * y.columns, 0.0f);
    backend_.add(x.view, factor, y);
    const Value result = record(y);
    onBackward(result, [this, result, x, factor] {
        if (wants(x)) backend_.add(gradientOf(result.node), factor, gradientOf(x.node));
    });
    return result;
}

Value TapeOperations::gatherRows(Value x, std::span<const int32_t> rows)
{
    const MatrixView y = scratch_.matrix(int64_t(rows.size()), x.columns());
    for (int64_t i = 0; i < y.rows; ++i) std::copy_n(x.view.row(rows[size_t(i)]), y.columns, y.row(i));
    const Value result = record(y);
    onBackward(result, [this, result, x, kept = std::vector<int32_t>(rows.begin(), rows.end())] {
        const MatrixView dy = gradientOf(result.node), dx = gradientOf(x.node);
        for (int64_t i = 0; i < dy.rows; ++i)
            for (int64_t c = 0; c < dy.columns; ++c) dx.row(kept[size_t(i)])[c] += dy.row(i)[c];
    });
    return result;
}

} // namespace paretoscope
