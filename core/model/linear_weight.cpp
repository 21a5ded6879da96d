#include "core/model/linear_weight.h"

#include "core/base/error.h"
#include "core/base/json.h"

#include <algorithm>

namespace paretoscope {

std::vector<float> LinearWeight::toDense() const
{
    std::vector<float> dense(static_cast<size_t>(parameters()));
    toDense(0, {dense.data(), outputs(), inputs()});
    return dense;
}

namespace {

int64_t countRows(std::span<const RowRange> ranges, int64_t rows)
{
    int64_t count = 0;
    for (const RowRange& range : ranges) {
        if (range.begin < 0 || range.end < range.begin || range.end > rows)
            fail(ErrorCode::BadFile, "rows {} to {} of a map with {} outputs do not exist", range.begin,
                 range.end, rows);
        count += range.end - range.begin;
    }
    return count;
}

} // namespace

Tensor selectTensorRows(const Tensor& tensor, std::span<const RowRange> ranges)
{
    const int64_t count = countRows(ranges, tensor.extent(0));
    if (ranges.size() == 1) return tensor.rows(ranges[0].begin, ranges[0].end);
    Shape shape = tensor.shape();
    shape[0] = count;
    Tensor result = Tensor::zeros(tensor.dtype(), shape);
    const auto rowBytes = size_t(tensor.sizeBytes() / std::max<int64_t>(1, tensor.extent(0)));
    auto* to = const_cast<std::byte*>(result.bytes().data()); // fresh, not shared yet
    for (const RowRange& range : ranges) {
        const auto bytes = tensor.bytes().subspan(size_t(range.begin) * rowBytes,
                                                  size_t(range.end - range.begin) * rowBytes);
        to = std::copy(bytes.begin(), bytes.end(), to);
    }
    return result;
}

std::shared_ptr<const LinearWeight> LinearWeight::selectRows(std::span<const RowRange>) const
{
    fail(ErrorCode::Unsupported, "a map stored as {} cannot be split into the maps that are fused in it",
         description());
}

DenseLinear::DenseLinear(Tensor weight) : weight_(std::move(weight))
{
    if (weight_.shape().size() != 2 || !traits(weight_.dtype()).isFloat)
        fail(ErrorCode::BadFile, "a linear map needs a float matrix, not {} of type {}",
             shapeText(weight_.shape()), traits(weight_.dtype()).name);
}

void DenseLinear::apply(const Backend& backend, ConstMatrixView x, const float* bias, MatrixView y) const
{
    backend.linear(x, weight_, bias, y);
}

std::string DenseLinear::description() const
{
    return fmt::format("dense {}", traits(weight_.dtype()).name);
}

void DenseLinear::toDense(int64_t begin, MatrixView y) const
{
    for (int64_t r = 0; r < y.rows; ++r) weight_.toFloats((begin + r) * inputs(), y.rowSpan(r));
}

Json DenseLinear::attributes() const
{
    return Json::object();
}

std::shared_ptr<const LinearWeight> DenseLinear::selectRows(std::span<const RowRange> ranges) const
{
    return std::make_shared<DenseLinear>(selectTensorRows(weight_, ranges));
}

PackedLinear::PackedLinear(PackedMatrix matrix) : matrix_(std::move(matrix))
{
    validatePacked(matrix_, "packed weight");
}

void PackedLinear::apply(const Backend& backend, ConstMatrixView x, const float* bias, MatrixView y) const
{
    backend.linearPacked(x, matrix_, bias, y);
}

std::string PackedLinear::description() const
{
    return fmt::format("{}-bit {} groups of {}", matrix_.bits,
                       matrix_.symmetric ? "symmetric" : "asymmetric", matrix_.groupSize);
}

void PackedLinear::toDense(int64_t begin, MatrixView y) const
{
    for (int64_t r = 0; r < y.rows; ++r) dequantizeRow(matrix_, begin + r, y.rowSpan(r));
}

std::shared_ptr<const LinearWeight> PackedLinear::selectRows(std::span<const RowRange> ranges) const
{
    PackedMatrix part = matrix_;
    part.rows = countRows(ranges, matrix_.rows);
    part.codes = selectTensorRows(matrix_.codes, ranges);
    part.scales = selectTensorRows(matrix_.scales, ranges);
    if (!part.symmetric) part.zeros = selectTensorRows(matrix_.zeros, ranges);
    return std::make_shared<PackedLinear>(std::move(part));
}

TensorMap PackedLinear::tensors() const
{
    TensorMap map{{"codes", matrix_.codes}, {"scales", matrix_.scales}};
    if (!matrix_.symmetric) map["zeros"] = matrix_.zeros;
    return map;
}

Json PackedLinear::attributes() const
{
    return {{"bits", matrix_.bits},
            {"group_size", matrix_.groupSize},
            {"symmetric", matrix_.symmetric},
            {"rows", matrix_.rows},
            {"columns", matrix_.columns}};
}

BlockLinear::BlockLinear(BlockMatrix matrix) : matrix_(std::move(matrix))
{
    validateBlocks(matrix_, "weight in blocks");
}

void BlockLinear::apply(const Backend& backend, ConstMatrixView x, const float* bias, MatrixView y) const
{
    backend.linearBlocks(x, matrix_, bias, y);
}

std::string BlockLinear::description() const
{
    return fmt::format("{} blocks of {}", matrix_.format->name, matrix_.format->elements);
}

std::string BlockLinear::slowBecause() const
{
    if (matrix_.format->multiplied) return {};
    return fmt::format("{} blocks are expanded to floats before they are multiplied", matrix_.format->name);
}

void BlockLinear::toDense(int64_t begin, MatrixView y) const
{
    for (int64_t r = 0; r < y.rows; ++r) decodeRow(matrix_, begin + r, 0, y.rowSpan(r));
}

std::shared_ptr<const LinearWeight> BlockLinear::selectRows(std::span<const RowRange> ranges) const
{
    BlockMatrix part = matrix_;
    part.rows = countRows(ranges, matrix_.rows);
    part.blocks = selectTensorRows(matrix_.blocks, ranges);
    return std::make_shared<BlockLinear>(std::move(part));
}

Json BlockLinear::attributes() const
{
    return {{"type", matrix_.format->name}, {"rows", matrix_.rows}, {"columns", matrix_.columns}};
}

} // namespace paretoscope
