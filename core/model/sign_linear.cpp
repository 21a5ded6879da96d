#include "core/model/sign_linear.h"

#include "core/backend/compressed_products.h"
#include "core/base/error.h"
#include "core/base/json.h"

namespace paretoscope {

SignLinear::SignLinear(SignMatrix matrix) : matrix_(std::move(matrix))
{
    validateSigns(matrix_, "weight of signs");
}

void SignLinear::apply(const Backend& backend, ConstMatrixView x, const float* bias, MatrixView y) const
{
    compressedProducts(backend).linearSigns(x, matrix_, bias, y);
}

void SignLinear::toDense(int64_t begin, MatrixView y) const
{
    for (int64_t r = 0; r < y.rows; ++r) expandSigns(matrix_, begin + r, 0, y.rowSpan(r));
}

TensorMap SignLinear::tensors() const
{
    return {{"signs", matrix_.signs}, {"row_scales", matrix_.rowScales}, {"column_scales", matrix_.columnScales}};
}

Json SignLinear::attributes() const
{
    return {{"rows", matrix_.rows}, {"columns", matrix_.columns}};
}

std::shared_ptr<const LinearWeight> SignLinear::selectRows(std::span<const RowRange> ranges) const
{
    SignMatrix part = matrix_;
    part.signs = selectTensorRows(matrix_.signs, ranges);
    part.rowScales = selectTensorRows(matrix_.rowScales, ranges);
    part.rows = part.signs.extent(0);
    return std::make_shared<SignLinear>(std::move(part));
}

LinearWeightPtr readSigns(const Json& attributes, const TensorMap& tensors, const std::string& what)
{
    constexpr int64_t most = int64_t{1} << 31;
    const auto part = [&](const char* name) {
        const auto found = tensors.find(name);
        if (found == tensors.end()) fail(ErrorCode::BadFile, "{}: its '{}' are missing", what, name);
        return found->second;
    };
    SignMatrix matrix;
    matrix.rows = requireInteger(attributes, "rows", 1, most, what);
    matrix.columns = requireInteger(attributes, "columns", 1, most, what);
    matrix.signs = part("signs");
    matrix.rowScales = part("row_scales");
    matrix.columnScales = part("column_scales");
    validateSigns(matrix, what);
    return std::make_shared<SignLinear>(std::move(matrix));
}

} // namespace paretoscope
