#include "core/model/affine_linear.h"

#include "core/backend/compressed_products.h"
#include "core/base/error.h"
#include "core/base/json.h"

#include <algorithm>
#include <fmt/format.h>

namespace paretoscope {

namespace {

constexpr int64_t mostExtent = int64_t{1} << 31;

const Tensor& part(const TensorMap& tensors, const std::string& name, const std::string& what)
{
    const auto found = tensors.find(name);
    if (found == tensors.end()) fail(ErrorCode::BadFile, "{}: its '{}' are missing", what, name);
    return found->second;
}

void addTensors(const GroupNumbers& numbers, const std::string& name, TensorMap& map)
{
    if (!numbers.twoLevel()) {
        map[name + "s"] = numbers.values;
        return;
    }
    map[name + "_codes"] = numbers.codes;
    map[name + "_grids"] = numbers.grids;
}

GroupNumbers readNumbers(const Json& attributes, const TensorMap& tensors, const std::string& name, const std::string& what)
{
    GroupNumbers numbers;
    if (tensors.contains(name + "s")) {
        numbers.values = tensors.at(name + "s");
        return numbers;
    }
    numbers.bits = int(requireInteger(attributes, (name + "_bits").c_str(), minPackedBits, maxPackedBits, what));
    numbers.sharedRows = requireInteger(attributes, (name + "_rows").c_str(), 1, mostExtent, what);
    numbers.codes = part(tensors, name + "_codes", what);
    numbers.grids = part(tensors, name + "_grids", what);
    return numbers;
}

GroupNumbers selectNumbers(const GroupNumbers& numbers, std::span<const RowRange> ranges)
{
    GroupNumbers result;
    if (!numbers.twoLevel()) {
        result.values = selectTensorRows(numbers.values, ranges);
        return result;
    }
    result.bits = numbers.bits;
    result.codes = selectTensorRows(numbers.codes, ranges);
    std::vector<RowRange> grids;
    for (const RowRange& range : ranges)
        for (int64_t row = range.begin; row < range.end; ++row)
            grids.push_back({row / numbers.sharedRows, row / numbers.sharedRows + 1});
    result.grids = selectTensorRows(numbers.grids, grids);
    return result;
}

} // namespace

AffineLinear::AffineLinear(AffineMatrix matrix) : matrix_(std::move(matrix))
{
    validateAffine(matrix_, "weight with real zero points");
}

void AffineLinear::apply(const Backend& backend, ConstMatrixView x, const float* bias, MatrixView y) const
{
    compressedProducts(backend).linearAffine(x, matrix_, bias, y);
}

std::string AffineLinear::description() const
{
    const std::string base = fmt::format("{}-bit groups of {}", matrix_.bits, matrix_.groupSize);
    if (!matrix_.scales.twoLevel()) return base + " with real zeros";
    return fmt::format("{} with {}-bit scales and {}-bit zeros", base, matrix_.scales.bits,
                       matrix_.zeros.twoLevel() ? matrix_.zeros.bits : 16);
}

void AffineLinear::toDense(int64_t begin, MatrixView y) const
{
    for (int64_t r = 0; r < y.rows; ++r) dequantizeRow(matrix_, begin + r, y.rowSpan(r));
}

TensorMap AffineLinear::tensors() const
{
    TensorMap map{{"codes", matrix_.codes}};
    addTensors(matrix_.scales, "scale", map);
    addTensors(matrix_.zeros, "zero", map);
    return map;
}

Json AffineLinear::attributes() const
{
    Json json{{"bits", matrix_.bits},
              {"group_size", matrix_.groupSize},
              {"rows", matrix_.rows},
              {"columns", matrix_.columns}};
    for (const auto& [name, numbers] : {std::pair{"scale", &matrix_.scales}, {"zero", &matrix_.zeros}}) {
        if (!numbers->twoLevel()) continue;
        json[std::string(name) + "_bits"] = numbers->bits;
        json[std::string(name) + "_rows"] = numbers->sharedRows;
    }
    return json;
}

std::shared_ptr<const LinearWeight> AffineLinear::selectRows(std::span<const RowRange> ranges) const
{
    AffineMatrix result = matrix_;
    result.codes = selectTensorRows(matrix_.codes, ranges);
    result.rows = result.codes.extent(0);
    result.scales = selectNumbers(matrix_.scales, ranges);
    result.zeros = selectNumbers(matrix_.zeros, ranges);
    return std::make_shared<AffineLinear>(std::move(result));
}

OutlierLinear::OutlierLinear(LinearWeightPtr inner, SparseRows outliers)
    : inner_(std::move(inner))
    , outliers_(validatedSparse(std::move(outliers), "outliers"))
{
    if (outliers_.rows != inner_->outputs() || outliers_.columns != inner_->inputs())
        fail(ErrorCode::BadFile, "outliers of a [{}, {}] matrix do not fit a map of [{}, {}]", outliers_.rows,
             outliers_.columns, inner_->outputs(), inner_->inputs());
}

void OutlierLinear::apply(const Backend& backend, ConstMatrixView x, const float* bias, MatrixView y) const
{
    inner_->apply(backend, x, bias, y);
    compressedProducts(backend).addSparse(x, outliers_, y);
}

std::string OutlierLinear::description() const
{
    return fmt::format("{}, {:.2f}% outliers in 16 bits", inner_->description(),
                       100.0 * double(outliers_.entries()) / double(parameters()));
}

void OutlierLinear::toDense(int64_t begin, MatrixView y) const
{
    inner_->toDense(begin, y);
    for (int64_t r = 0; r < y.rows; ++r) addSparseRow(outliers_, begin + r, y.rowSpan(r));
}

TensorMap OutlierLinear::tensors() const
{
    TensorMap map = inner_->tensors();
    map["outlier_offsets"] = outliers_.offsets;
    map["outlier_columns"] = outliers_.indices;
    map["outlier_values"] = outliers_.values;
    return map;
}

Json OutlierLinear::attributes() const
{
    return {{"inner", inner_->kind()}, {"inner_attributes", inner_->attributes()}};
}

std::shared_ptr<const LinearWeight> OutlierLinear::selectRows(std::span<const RowRange> ranges) const
{
    LinearWeightPtr inner = inner_->selectRows(ranges); // checks the ranges
    const std::span<const uint32_t> offsets = outliers_.offsets.view<uint32_t>();
    SparseRows part;
    part.rows = inner->outputs();
    part.columns = outliers_.columns;
    part.offsets = Tensor::zeros(DType::U32, {part.rows + 1});
    const std::span<uint32_t> ends = part.offsets.fill<uint32_t>();
    std::vector<RowRange> entries;
    size_t row = 0;
    for (const RowRange& range : ranges) {
        entries.push_back({offsets[size_t(range.begin)], offsets[size_t(range.end)]});
        for (int64_t r = range.begin; r < range.end; ++r, ++row)
            ends[row + 1] = ends[row] + offsets[size_t(r) + 1] - offsets[size_t(r)];
    }
    part.indices = selectTensorRows(outliers_.indices, entries);
    part.values = selectTensorRows(outliers_.values, entries);
    return std::make_shared<OutlierLinear>(std::move(inner), std::move(part));
}

LinearWeightPtr readAffine(const Json& attributes, const TensorMap& tensors, const std::string& what)
{
    AffineMatrix matrix;
    matrix.bits = int(requireInteger(attributes, "bits", minPackedBits, maxPackedBits, what));
    matrix.groupSize = requireInteger(attributes, "group_size", 1, mostExtent, what);
    matrix.rows = requireInteger(attributes, "rows", 1, mostExtent, what);
    matrix.columns = requireInteger(attributes, "columns", 1, mostExtent, what);
    matrix.codes = part(tensors, "codes", what);
    matrix.scales = readNumbers(attributes, tensors, "scale", what);
    matrix.zeros = readNumbers(attributes, tensors, "zero", what);
    validateAffine(matrix, what);
    return std::make_shared<AffineLinear>(std::move(matrix));
}

LinearWeightPtr readOutliers(const Json& attributes, const TensorMap& tensors, const std::string& what)
{
    const std::string kind = requireString(attributes, "inner", what);
    if (kind == "outliers" || kind == "gathered")
        fail(ErrorCode::BadFile, "{}: outliers of a map of kind '{}'", what, kind);
    TensorMap inner = tensors;
    SparseRows outliers;
    outliers.offsets = part(tensors, "outlier_offsets", what);
    outliers.indices = part(tensors, "outlier_columns", what);
    outliers.values = part(tensors, "outlier_values", what);
    for (const char* name : {"outlier_offsets", "outlier_columns", "outlier_values"}) inner.erase(name);
    LinearWeightPtr base =
        linearWeightFromTensors(kind, requireField(attributes, "inner_attributes", what), inner, what);
    outliers.rows = base->outputs();
    outliers.columns = base->inputs();
    return std::make_shared<OutlierLinear>(std::move(base), validatedSparse(std::move(outliers), what));
}

} // namespace paretoscope
