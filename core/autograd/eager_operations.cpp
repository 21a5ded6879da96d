#include "core/autograd/operations.h"

#include "core/base/error.h"

#include <algorithm>

namespace paretoscope {

namespace {

void normalize(const Backend& backend, const NormParameters& parameters, ConstMatrixView x, MatrixView y)
{
    const float* weight = floatsOrNull(parameters.weight);
    const float* bias = floatsOrNull(parameters.bias);
    if (parameters.kind == NormKind::Rms)
        backend.rmsNorm(x, weight, bias, parameters.epsilon, y);
    else
        backend.layerNorm(x, weight, bias, parameters.epsilon, y);
}

[[noreturn]] void refuseExperts()
{
    fail(ErrorCode::Unsupported, "mixtures of experts cannot be trained");
}

} // namespace

Value Operations::gatherRows(Value, std::span<const int32_t>)
{
    refuseExperts();
}

Value Operations::addRows(Value, Value, std::span<const int32_t>, std::span<const float>)
{
    refuseExperts();
}

Value EagerOperations::gatherRows(Value x, std::span<const int32_t> rows)
{
    const MatrixView y = scratch_.matrix(int64_t(rows.size()), x.columns());
    for (int64_t i = 0; i < y.rows; ++i) std::copy_n(x.view.row(rows[size_t(i)]), y.columns, y.row(i));
    return {y};
}

Value EagerOperations::addRows(Value x, Value y, std::span<const int32_t> rows, std::span<const float> weights)
{
    for (int64_t i = 0; i < y.rows(); ++i) {
        const MatrixView target = x.view.rowRange(rows[size_t(i)], rows[size_t(i)] + 1);
        backend_.add(y.view.rowRange(i, i + 1), weights[size_t(i)], target);
    }
    return x;
}

Value EagerOperations::embed(const Tensor& table, std::span<const int32_t> ids, float scale)
{
    const MatrixView y = scratch_.matrix(int64_t(ids.size()), table.extent(1));
    backend_.embed(table, ids, scale, y);
    return {y};
}

Value EagerOperations::linear(Value x, const LinearMap& map, const Tensor& bias)
{
    const MatrixView y = scratch_.matrix(x.rows(), map.outputs());
    map.apply(backend_, x.view, floatsOrNull(bias), y);
    return {y};
}

Value EagerOperations::norm(Value x, const NormParameters& parameters)
{
    const MatrixView y = scratch_.matrix(x.rows(), x.columns());
    normalize(backend_, parameters, x.view, y);
    return {y};
}

Value EagerOperations::headNorm(Value x, int64_t headDim, const NormParameters& parameters)
{
    const MatrixView heads{x.view.data, x.rows() * (x.columns() / headDim), headDim};
    normalize(backend_, parameters, heads, heads);
    return x;
}

Value EagerOperations::rope(Value x, int64_t heads, int64_t headDim, const RopeRotation& rotation)
{
    backend_.rope(x.view, heads, headDim, rotation.cosines, rotation.sines, rotation.interleaved);
    return x;
}

Value EagerOperations::attention(const AttentionShape& shape, Value query, Value, Value,
                                 std::span<const AttentionSegment> segments)
{
    const MatrixView y = scratch_.matrix(query.rows(), shape.queryHeads * shape.valueDim);
    for (const AttentionSegment& segment : segments) {
        const int64_t end = segment.firstRow + segment.rows;
        backend_.attention(shape, query.view.rowRange(segment.firstRow, end), segment.positions,
                           segment.kvHeads, y.rowRange(segment.firstRow, end));
    }
    return {y};
}

Value EagerOperations::activate(Activation activation, Value x)
{
    backend_.activate(activation, x.view, x.view);
    return x;
}

Value EagerOperations::gatedActivation(Activation activation, Value gate, Value up)
{
    backend_.gatedActivation(activation, gate.view, up.view, gate.view);
    return gate;
}

Value EagerOperations::add(Value x, Value y, float alpha)
{
    backend_.add(y.view, alpha, x.view);
    return x;
}

Value EagerOperations::scale(Value x, float factor)
{
    for (int64_t r = 0; r < x.rows(); ++r)
        for (float& element : x.view.rowSpan(r)) element *= factor;
    return x;
}

} // namespace paretoscope
