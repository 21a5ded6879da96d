#include "core/model/int8_linear.h"

#include "core/backend/compressed_products.h"
#include "core/base/error.h"
#include "core/base/json.h"

namespace paretoscope {

namespace {

void requireForm(const PackedMatrix& matrix, const std::string& what)
{
    validatePacked(matrix, what);
    if (matrix.bits != 8 || !matrix.symmetric || matrix.groupSize != matrix.columns)
        fail(ErrorCode::BadFile, "{}: eight-bit products need one scale a row and no zero points", what);
    if (matrix.columns > Int8Linear::mostInputs)
        fail(ErrorCode::BadFile, "{}: {} inputs are more than 32-bit sums hold", what, matrix.columns);
}

} // namespace

Int8Linear::Int8Linear(PackedMatrix matrix) : matrix_(std::move(matrix))
{
    requireForm(matrix_, "eight-bit weight");
}

void Int8Linear::apply(const Backend& backend, ConstMatrixView x, const float* bias, MatrixView y) const
{
    compressedProducts(backend).linearInteger(x, matrix_, {}, bias, y);
}

void Int8Linear::toDense(int64_t begin, MatrixView y) const
{
    for (int64_t r = 0; r < y.rows; ++r) dequantizeRow(matrix_, begin + r, y.rowSpan(r));
}

Json Int8Linear::attributes() const
{
    return {{"rows", matrix_.rows}, {"columns", matrix_.columns}};
}

std::shared_ptr<const LinearWeight> Int8Linear::selectRows(std::span<const RowRange> ranges) const
{
    PackedMatrix part = matrix_;
    part.codes = selectTensorRows(matrix_.codes, ranges);
    part.scales = selectTensorRows(matrix_.scales, ranges);
    part.rows = part.codes.extent(0);
    return std::make_shared<Int8Linear>(std::move(part));
}

LinearWeightPtr readInt8(const Json& attributes, const TensorMap& tensors, const std::string& what)
{
    constexpr int64_t most = int64_t{1} << 31;
    PackedMatrix matrix;
    matrix.bits = 8;
    matrix.symmetric = true;
    matrix.rows = requireInteger(attributes, "rows", 1, most, what);
    matrix.columns = matrix.groupSize = requireInteger(attributes, "columns", 1, Int8Linear::mostInputs, what);
    for (const char* name : {"codes", "scales"})
        if (!tensors.contains(name)) fail(ErrorCode::BadFile, "{}: its '{}' are missing", what, name);
    matrix.codes = tensors.at("codes");
    matrix.scales = tensors.at("scales");
    requireForm(matrix, what);
    return std::make_shared<Int8Linear>(std::move(matrix));
}

} // namespace paretoscope
