#include "core/tensor/bilevel_layout.h"

#include "core/base/error.h"
#include "core/tensor/packed_layout.h"

#include <vector>

namespace paretoscope {

namespace {

void requireTensor(const Tensor& tensor, DType type, const Shape& shape, const std::string& what, const char* name)
{
    if (tensor.empty() || tensor.dtype() != type || tensor.shape() != shape)
        fail(ErrorCode::BadFile, "{}: its '{}' have the shape {}, expected {} of {}", what, name,
             tensor.empty() ? "nothing" : shapeText(tensor.shape()), traits(type).name, shapeText(shape));
}

std::span<const uint8_t> rowOf(const Tensor& tensor, int64_t row)
{
    const auto width = size_t(tensor.extent(1));
    return tensor.view<uint8_t>().subspan(size_t(row) * width, width);
}

} // namespace

int64_t BilevelMatrix::storedBytes() const
{
    return codes.sizeBytes() + scaleCodes.sizeBytes() + zeroCodes.sizeBytes() + statistics.sizeBytes();
}

void validateBilevel(const BilevelMatrix& matrix, const std::string& what)
{
    const bool sensible = matrix.bits >= 2 && matrix.bits <= 8 && matrix.statisticBits >= 2 && matrix.statisticBits <= 8 &&
                          matrix.groupSize > 0 && matrix.tileRows > 0 && matrix.rows > 0 && matrix.columns > 0 &&
                          matrix.columns % matrix.groupSize == 0 && matrix.columns * matrix.bits % 8 == 0;
    if (!sensible) fail(ErrorCode::BadFile, "{}: its widths and groups do not fit together", what);
    const int64_t groups = matrix.groups(), statistics = packedBytes(groups, matrix.statisticBits);
    requireTensor(matrix.codes, DType::U8, {matrix.rows, matrix.columns * matrix.bits / 8}, what, "codes");
    requireTensor(matrix.scaleCodes, DType::U8, {matrix.rows, statistics}, what, "scale_codes");
    requireTensor(matrix.zeroCodes, DType::U8, {matrix.rows, statistics}, what, "zero_codes");
    requireTensor(matrix.statistics, DType::F16, {matrix.tiles(), groups, 4}, what, "statistics");
}

void expandBilevelRow(const BilevelMatrix& matrix, int64_t row, std::span<float> destination)
{
    const auto groups = size_t(matrix.groups());
    std::vector<uint8_t> codes(size_t(matrix.columns)), scales(groups), zeros(groups);
    unpackCodes(rowOf(matrix.codes, row), matrix.bits, 0, codes);
    unpackCodes(rowOf(matrix.scaleCodes, row), matrix.statisticBits, 0, scales);
    unpackCodes(rowOf(matrix.zeroCodes, row), matrix.statisticBits, 0, zeros);
    std::vector<float> statistics(groups * 4);
    matrix.statistics.toFloats(row / matrix.tileRows * int64_t(groups) * 4, statistics);
    for (size_t g = 0; g < groups; ++g) {
        const float* shared = statistics.data() + g * 4;
        const float scale = shared[1] + shared[0] * float(scales[g]), zero = shared[3] + shared[2] * float(zeros[g]);
        const size_t first = g * size_t(matrix.groupSize);
        for (size_t c = first; c < first + size_t(matrix.groupSize); ++c) destination[c] = scale * (float(codes[c]) - zero);
    }
}

void validateSparse(const SparseRows& sparse, const std::string& what)
{
    constexpr int64_t widest = 65536;
    if (sparse.rows < 1 || sparse.width < 1 || sparse.width > widest)
        fail(ErrorCode::BadFile, "{}: sparse rows of {} columns", what, sparse.width);
    requireTensor(sparse.offsets, DType::I32, {sparse.rows + 1}, what, "offsets");
    const int64_t entries = sparse.values.empty() ? -1 : sparse.values.count();
    requireTensor(sparse.values, DType::F16, {entries}, what, "values");
    requireTensor(sparse.places, DType::I16, {entries}, what, "places");
    const auto offsets = sparse.offsets.view<int32_t>();
    if (offsets.front() != 0 || offsets.back() != entries)
        fail(ErrorCode::BadFile, "{}: 'offsets' do not cover its {} entries", what, entries);
    for (size_t r = 0; r + 1 < offsets.size(); ++r)
        if (offsets[r] > offsets[r + 1]) fail(ErrorCode::BadFile, "{}: 'offsets' fall at row {}", what, r);
    for (const uint16_t place : sparse.places.view<uint16_t>())
        if (place >= sparse.width) fail(ErrorCode::BadFile, "{}: an entry at column {} of {}", what, place, sparse.width);
}

} // namespace paretoscope
