#include "core/model/codebook_linear.h"

#include "core/backend/compressed_products.h"
#include "core/base/error.h"
#include "core/base/json.h"

#include <fmt/format.h>

namespace paretoscope {

CodebookLinear::CodebookLinear(CodebookMatrix matrix) : matrix_(std::move(matrix))
{
    validateCodebooks(matrix_, "weight of codebooks");
}

void CodebookLinear::apply(const Backend& backend, ConstMatrixView x, const float* bias, MatrixView y) const
{
    compressedProducts(backend).linearCodebook(x, matrix_, bias, y);
}

std::string CodebookLinear::description() const
{
    if (matrix_.groupSize == 1 && matrix_.books == 1)
        return fmt::format("{}-bit palette{}", matrix_.bits,
                           matrix_.sets() > 1 ? fmt::format(" for every {} rows", matrix_.setRows) : "");
    return fmt::format("{} codebooks of {} bits in groups of {}", matrix_.books, matrix_.bits, matrix_.groupSize);
}

void CodebookLinear::toDense(int64_t begin, MatrixView y) const
{
    for (int64_t r = 0; r < y.rows; ++r) decodeRow(matrix_, begin + r, y.rowSpan(r));
}

TensorMap CodebookLinear::tensors() const
{
    TensorMap map{{"codes", matrix_.codes}, {"codebooks", matrix_.codebooks}};
    if (!matrix_.scales.empty()) map["scales"] = matrix_.scales;
    return map;
}

Json CodebookLinear::attributes() const
{
    return {{"bits", matrix_.bits},
            {"group_size", matrix_.groupSize},
            {"books", matrix_.books},
            {"set_rows", matrix_.setRows},
            {"rows", matrix_.rows},
            {"columns", matrix_.columns}};
}

std::shared_ptr<const LinearWeight> CodebookLinear::selectRows(std::span<const RowRange> ranges) const
{
    CodebookMatrix result = matrix_;
    result.codes = selectTensorRows(matrix_.codes, ranges); // checks the ranges
    result.rows = result.codes.extent(0);
    if (!matrix_.scales.empty()) result.scales = selectTensorRows(matrix_.scales, ranges);
    if (matrix_.sets() == 1) {
        result.setRows = result.rows;
        return std::make_shared<CodebookLinear>(std::move(result));
    }
    if (ranges.size() != 1 || ranges[0].begin % matrix_.setRows != 0) return LinearWeight::selectRows(ranges);
    const int64_t first = ranges[0].begin / matrix_.setRows;
    result.codebooks = matrix_.codebooks.rows(first, first + result.sets());
    return std::make_shared<CodebookLinear>(std::move(result));
}

LinearWeightPtr readCodebooks(const Json& attributes, const TensorMap& tensors, const std::string& what)
{
    constexpr int64_t most = int64_t{1} << 31;
    CodebookMatrix matrix;
    matrix.bits = int(requireInteger(attributes, "bits", 2, 8, what));
    matrix.groupSize = requireInteger(attributes, "group_size", 1, 64, what);
    matrix.books = requireInteger(attributes, "books", 1, 16, what);
    matrix.setRows = requireInteger(attributes, "set_rows", 1, most, what);
    matrix.rows = requireInteger(attributes, "rows", 1, most, what);
    matrix.columns = requireInteger(attributes, "columns", 1, most, what);
    for (const char* name : {"codes", "codebooks"})
        if (!tensors.contains(name)) fail(ErrorCode::BadFile, "{}: its '{}' are missing", what, name);
    matrix.codes = tensors.at("codes");
    matrix.codebooks = tensors.at("codebooks");
    if (tensors.contains("scales")) matrix.scales = tensors.at("scales");
    validateCodebooks(matrix, what);
    return std::make_shared<CodebookLinear>(std::move(matrix));
}

} // namespace paretoscope
