#include "core/tensor/block_format.h"

#include "core/base/error.h"
#include "core/tensor/block_decoders.h"

#include <algorithm>
#include <array>

namespace paretoscope {

namespace {

using namespace blocks;

constexpr int64_t mostElements = 256;

constexpr std::array<BlockFormat, 23> rows{{
    {"Q4_0", 2, 32, 18, 0, -1, true, decodeQ4_0},
    {"Q4_1", 3, 32, 20, 0, 2, true, decodeQ4_1},
    {"Q5_0", 6, 32, 22, 0, -1, true, decodeQ5_0},
    {"Q5_1", 7, 32, 24, 0, 2, true, decodeQ5_1},
    {"Q8_0", 8, 32, 34, 0, -1, true, decodeQ8_0},
    {"Q2_K", 10, 256, 84, 80, 82, true, decodeQ2K},
    {"Q3_K", 11, 256, 110, 108, -1, true, decodeQ3K},
    {"Q4_K", 12, 256, 144, 0, 2, true, decodeQ4K},
    {"Q5_K", 13, 256, 176, 0, 2, true, decodeQ5K},
    {"Q6_K", 14, 256, 210, 208, -1, true, decodeQ6K},
    {"IQ4_NL", 20, 32, 18, 0, -1, true, decodeIq4Nl},
    {"IQ4_XS", 23, 256, 136, 0, -1, true, decodeIq4Xs},
    {"IQ1_S", 19, 256, 50, 0, -1, false, decodeIq1S},
    {"IQ1_M", 29, 256, 56, -1, -1, false, decodeIq1M},
    {"IQ2_XXS", 16, 256, 66, 0, -1, false, decodeIq2Xxs},
    {"IQ2_XS", 17, 256, 74, 0, -1, false, decodeIq2Xs},
    {"IQ2_S", 22, 256, 82, 0, -1, false, decodeIq2S},
    {"IQ3_XXS", 18, 256, 98, 0, -1, false, decodeIq3Xxs},
    {"IQ3_S", 21, 256, 110, 0, -1, false, decodeIq3S},
    {"TQ1_0", 34, 256, 54, 52, -1, false, decodeTq1_0},
    {"TQ2_0", 35, 256, 66, 64, -1, true, decodeTq2_0},
    {"MXFP4", 39, 32, 17, -1, -1, true, decodeMxfp4},
    {"NVFP4", 40, 64, 36, -1, -1, false, decodeNvfp4},
}};

bool isFiniteHalf(const uint8_t* bytes)
{
    return (bytes[1] & 0x7c) != 0x7c;
}

} // namespace

std::span<const BlockFormat> blockFormats()
{
    return rows;
}

const BlockFormat* blockFormatByType(uint32_t ggmlType)
{
    for (const BlockFormat& row : rows)
        if (row.ggmlType == ggmlType) return &row;
    return nullptr;
}

const BlockFormat* blockFormatByName(std::string_view name)
{
    for (const BlockFormat& row : rows)
        if (row.name == name) return &row;
    return nullptr;
}

void validateBlocks(const BlockMatrix& matrix, const std::string& what)
{
    const auto check = [&](bool good, const char* reason) {
        if (!good) fail(ErrorCode::BadFile, "{}: {}", what, reason);
    };
    constexpr int64_t most = int64_t{1} << 40;
    check(matrix.format != nullptr, "blocks without a type");
    check(matrix.rows > 0 && matrix.columns > 0 && matrix.columns < most, "an extent is not positive");
    check(matrix.columns % matrix.format->elements == 0, "a row does not end on a whole block");
    check(matrix.blocks.dtype() == DType::U8 &&
              matrix.blocks.shape() == Shape{matrix.rows, matrix.rowBytes()},
          "blocks have the wrong shape");
}

bool blocksAreFinite(const BlockMatrix& matrix)
{
    const BlockFormat& format = *matrix.format;
    const auto* block = reinterpret_cast<const uint8_t*>(matrix.blocks.bytes().data());
    const int64_t count = matrix.blocks.sizeBytes() / format.bytes;
    for (int64_t b = 0; b < count; ++b, block += format.bytes) {
        if (format.decode == decodeMxfp4 && block[0] == 255) return false; // no exponent
        if (format.scaleAt >= 0 && !isFiniteHalf(block + format.scaleAt)) return false;
        if (format.minimumAt >= 0 && !isFiniteHalf(block + format.minimumAt)) return false;
    }
    return true;
}

void decodeRow(const BlockMatrix& matrix, int64_t row, int64_t begin, std::span<float> destination)
{
    const BlockFormat& format = *matrix.format;
    const auto* block = reinterpret_cast<const uint8_t*>(matrix.blocks.bytes().data()) +
                        row * matrix.rowBytes() + begin / format.elements * format.bytes;
    const auto count = int64_t(destination.size());
    float part[mostElements];
    for (int64_t at = 0; at < count; at += format.elements, block += format.bytes) {
        if (count - at >= format.elements) {
            format.decode(block, destination.data() + at);
            continue;
        }
        format.decode(block, part);
        std::copy(part, part + (count - at), destination.data() + at);
    }
}

} // namespace paretoscope
