#include "core/model/lookup_linear.h"

#include "core/base/error.h"
#include "core/base/json.h"

#include <algorithm>
#include <fmt/format.h>

namespace paretoscope {

namespace {

const Tensor& part(const TensorMap& tensors, const char* name, const std::string& what)
{
    const auto found = tensors.find(name);
    if (found == tensors.end()) fail(ErrorCode::BadFile, "{}: its '{}' are missing", what, name);
    return found->second;
}

// F32 [rows of the ranges, columns]: the scale row of each row.
Tensor scalesOfRows(const Tensor& scales, int64_t groupRows, std::span<const RowRange> ranges)
{
    const int64_t columns = scales.extent(1);
    std::vector<float> values;
    int64_t rows = 0;
    for (const RowRange& range : ranges)
        for (int64_t row = range.begin; row < range.end; ++row, ++rows) {
            values.resize(values.size() + size_t(columns));
            scales.toFloats(row / groupRows * columns, std::span(values).last(size_t(columns)));
        }
    return Tensor::fromFloats({rows, columns}, values);
}

} // namespace

LookupLinear::LookupLinear(LookupMatrix matrix, std::string name) : matrix_(std::move(matrix)), name_(std::move(name))
{
    validateLookup(matrix_, "weight of codes");
}

void LookupLinear::apply(const Backend& backend, ConstMatrixView x, const float* bias, MatrixView y) const
{
    backend.linearLookup(x, matrix_, bias, y);
}

std::string LookupLinear::description() const
{
    if (matrix_.groupRows > 1)
        return fmt::format("{} in groups of {} by {}", name_, std::min(matrix_.groupRows, matrix_.rows),
                           std::min(matrix_.groupColumns, matrix_.columns));
    return fmt::format("{} in groups of {}", name_, std::min(matrix_.groupColumns, matrix_.columns));
}

void LookupLinear::toDense(int64_t begin, MatrixView y) const
{
    for (int64_t r = 0; r < y.rows; ++r) lookUpRow(matrix_, begin + r, 0, y.rowSpan(r));
}

TensorMap LookupLinear::tensors() const
{
    TensorMap map{{"codes", matrix_.codes}, {"table", matrix_.table}, {"scales", matrix_.scales}};
    if (!matrix_.offsets.empty()) map["offsets"] = matrix_.offsets;
    return map;
}

Json LookupLinear::attributes() const
{
    return {{"name", name_},
            {"bits", matrix_.bits},
            {"rows", matrix_.rows},
            {"columns", matrix_.columns},
            {"group_rows", matrix_.groupRows},
            {"group_columns", matrix_.groupColumns}};
}

std::shared_ptr<const LinearWeight> LookupLinear::selectRows(std::span<const RowRange> ranges) const
{
    LookupMatrix result = matrix_;
    result.codes = selectTensorRows(matrix_.codes, ranges);
    result.rows = result.codes.extent(0);
    result.groupRows = 1;
    result.scales = scalesOfRows(matrix_.scales, matrix_.groupRows, ranges);
    if (!matrix_.offsets.empty()) result.offsets = scalesOfRows(matrix_.offsets, matrix_.groupRows, ranges);
    return std::make_shared<LookupLinear>(std::move(result), name_);
}

GatheredLinear::GatheredLinear(LinearWeightPtr inner, Tensor order)
    : inner_(std::move(inner))
    , order_(std::move(order))
{
    if (order_.dtype() != DType::I32 || order_.shape() != Shape{inner_->inputs()})
        fail(ErrorCode::BadFile, "the order of {} inputs has the shape {}", inner_->inputs(),
             shapeText(order_.shape()));
    if (reinterpret_cast<uintptr_t>(order_.bytes().data()) % alignof(int32_t) != 0) {
        Tensor aligned = Tensor::zeros(DType::I32, order_.shape());
        std::copy_n(order_.bytes().begin(), order_.sizeBytes(), std::as_writable_bytes(aligned.fill<int32_t>()).begin());
        order_ = std::move(aligned);
    }
    std::vector<bool> seen(static_cast<size_t>(inner_->inputs()));
    for (const int32_t column : this->order()) {
        if (column < 0 || size_t(column) >= seen.size() || seen[size_t(column)])
            fail(ErrorCode::BadFile, "the order of inputs is not a permutation (it names {})", column);
        seen[size_t(column)] = true;
    }
}

void GatheredLinear::apply(const Backend& backend, ConstMatrixView x, const float* bias, MatrixView y) const
{
    const std::span<const int32_t> from = order();
    std::vector<float> gathered(static_cast<size_t>(x.rows * x.columns));
    for (int64_t r = 0; r < x.rows; ++r)
        for (size_t i = 0; i < from.size(); ++i)
            gathered[size_t(r) * from.size() + i] = x.row(r)[from[i]];
    inner_->apply(backend, {gathered.data(), x.rows, x.columns}, bias, y);
}

std::string GatheredLinear::description() const
{
    return inner_->description() + " in activation order";
}

void GatheredLinear::toDense(int64_t begin, MatrixView y) const
{
    const std::span<const int32_t> from = order();
    std::vector<float> row(from.size());
    for (int64_t r = 0; r < y.rows; ++r) {
        inner_->toDense(begin + r, {row.data(), 1, inputs()});
        for (size_t i = 0; i < from.size(); ++i) y.row(r)[from[i]] = row[i];
    }
}

TensorMap GatheredLinear::tensors() const
{
    TensorMap map = inner_->tensors();
    map["order"] = order_;
    return map;
}

Json GatheredLinear::attributes() const
{
    return {{"inner", inner_->kind()}, {"inner_attributes", inner_->attributes()}};
}

std::shared_ptr<const LinearWeight> GatheredLinear::selectRows(std::span<const RowRange> ranges) const
{
    return std::make_shared<GatheredLinear>(inner_->selectRows(ranges), order_);
}

LinearWeightPtr readLookup(const Json& attributes, const TensorMap& tensors, const std::string& what)
{
    constexpr int64_t most = int64_t{1} << 31;
    LookupMatrix matrix;
    matrix.bits = int(requireInteger(attributes, "bits", 4, 8, what));
    matrix.rows = requireInteger(attributes, "rows", 1, most, what);
    matrix.columns = requireInteger(attributes, "columns", 1, most, what);
    matrix.groupRows = requireInteger(attributes, "group_rows", 1, most, what);
    matrix.groupColumns = requireInteger(attributes, "group_columns", 1, most, what);
    matrix.codes = part(tensors, "codes", what);
    matrix.table = part(tensors, "table", what);
    matrix.scales = part(tensors, "scales", what);
    if (tensors.contains("offsets")) matrix.offsets = tensors.at("offsets");
    validateLookup(matrix, what);
    return std::make_shared<LookupLinear>(std::move(matrix), optionalString(attributes, "name", "codes", what));
}

LinearWeightPtr readGathered(const Json& attributes, const TensorMap& tensors, const std::string& what)
{
    const std::string kind = requireString(attributes, "inner", what);
    if (kind == "gathered") fail(ErrorCode::BadFile, "{}: an order inside an order", what);
    TensorMap inner = tensors;
    inner.erase("order");
    try {
        return std::make_shared<GatheredLinear>(
            linearWeightFromTensors(kind, requireField(attributes, "inner_attributes", what), inner, what),
            part(tensors, "order", what));
    } catch (const Error& error) {
        if (std::string(error.what()).starts_with(what)) throw;
        fail(error.code(), "{}: {}", what, error.what());
    }
}

} // namespace paretoscope
