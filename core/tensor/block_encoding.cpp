#include "core/tensor/block_encoding.h"

#include "core/base/error.h"
#include "core/base/parallel.h"
#include "core/tensor/block_encoders.h"

namespace paretoscope {

namespace {

using namespace blocks;

struct Row {
    uint32_t ggmlType;
    BlockEncoder encode;
};

constexpr Row rows[]{{2, encodeQ4_0},     {3, encodeQ4_1},     {6, encodeQ5_0},   {7, encodeQ5_1},
                     {8, encodeQ8_0},     {10, encodeQ2K},     {11, encodeQ3K},   {12, encodeQ4K},
                     {13, encodeQ5K},     {14, encodeQ6K},     {20, encodeIq4Nl}, {23, encodeIq4Xs},
                     {34, encodeTq1_0},   {35, encodeTq2_0},   {39, encodeMxfp4}, {40, encodeNvfp4}};

float meanSquareOf(std::span<const float> values)
{
    double sum = 0;
    for (const float value : values) sum += double(value) * double(value);
    return float(sum / double(values.size()));
}

} // namespace

BlockEncoder blockEncoder(const BlockFormat& format)
{
    for (const Row& row : rows)
        if (row.ggmlType == format.ggmlType) return row.encode;
    return nullptr;
}

BlockMatrix encodeBlocks(const BlockFormat& format, std::span<const float> values, int64_t rows, int64_t columns,
                         std::span<const float> importance, const std::string& what)
{
    const BlockEncoder encode = blockEncoder(format);
    if (!encode || rows * columns != int64_t(values.size()) || columns % format.elements != 0 ||
        (!importance.empty() && int64_t(importance.size()) != columns))
        fail(ErrorCode::Internal, "{}: {} by {} values cannot be written as {} blocks", what, rows, columns,
             format.name);
    BlockMatrix matrix{&format, rows, columns, {}};
    matrix.blocks = Tensor::zeros(DType::U8, {rows, matrix.rowBytes()});
    uint8_t* const first = matrix.blocks.fill<uint8_t>().data();
    parallelFor(rows, 4, [&](int64_t begin, int64_t end) {
        for (int64_t r = begin; r < end; ++r) {
            const auto row = values.subspan(size_t(r * columns), size_t(columns));
            const float meanSquare = meanSquareOf(row);
            uint8_t* block = first + r * matrix.rowBytes();
            for (int64_t at = 0; at < columns; at += format.elements, block += format.bytes)
                encode({row.data() + at, importance.empty() ? nullptr : importance.data() + at, meanSquare}, block);
        }
    });
    if (!blocksAreFinite(matrix))
        fail(ErrorCode::Unsupported, "{}: its weights are too large for the 16-bit scales of {}", what, format.name);
    return matrix;
}

} // namespace paretoscope
