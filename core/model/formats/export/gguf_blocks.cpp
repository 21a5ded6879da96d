#include "core/model/formats/export/gguf_blocks.h"

#include "core/base/error.h"
#include "core/base/half.h"
#include "core/base/parallel.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <string_view>

namespace paretoscope {

namespace {

constexpr int64_t elements = 32; // of every block type used here

// Least and largest distance of a code from its zero point.
std::pair<int, int> rangeOf(const PlainCodes& codes)
{
    int low = 0, high = 0;
    for (int64_t r = 0; r < codes.rows; ++r)
        for (int64_t c = 0; c < codes.columns; ++c) {
            const int distance = int(codes.codes[size_t(r * codes.columns + c)]) -
                                 int(codes.zeros[size_t(r * codes.groups() + c / codes.groupSize)]);
            low = std::min(low, distance);
            high = std::max(high, distance);
        }
    return {low, high};
}

void putHalf(uint8_t* to, uint16_t half)
{
    std::memcpy(to, &half, sizeof half);
}

// Low four bits: value i in the low half of byte i, value i + 16 in the high half of byte i.
void putNibbles(const uint8_t* values, uint8_t* to)
{
    for (int i = 0; i < 16; ++i) to[i] = uint8_t((values[i] & 15) | (values[i + 16] & 15) << 4);
}

void putFifthBits(const uint8_t* values, uint8_t* to)
{
    uint32_t bits = 0;
    for (int i = 0; i < 32; ++i) bits |= uint32_t(values[i] >> 4 & 1) << i;
    std::memcpy(to, &bits, sizeof bits);
}

struct Group {
    uint16_t scale;
    int zero;

    uint16_t offset() const { return floatToHalf(-halfToFloat(scale) * float(zero)); }
};

void encode(std::string_view name, const uint8_t* codes, const Group& group, uint8_t* block)
{
    uint8_t values[elements];
    const auto shifted = [&](int center) {
        for (int i = 0; i < elements; ++i) values[i] = uint8_t(int(codes[i]) - group.zero + center);
        return values;
    };
    putHalf(block, group.scale);
    if (name == "Q8_0") {
        std::memcpy(block + 2, shifted(0), elements); // two's complement
    } else if (name == "Q4_0") {
        putNibbles(shifted(8), block + 2);
    } else if (name == "Q5_0") {
        putFifthBits(shifted(16), block + 2);
        putNibbles(values, block + 6);
    } else if (name == "Q4_1") {
        putHalf(block + 2, group.offset());
        putNibbles(codes, block + 4);
    } else { // Q5_1
        putHalf(block + 2, group.offset());
        putFifthBits(codes, block + 4);
        putNibbles(codes, block + 8);
    }
}

} // namespace

std::optional<BlockChoice> blockFor(const PlainCodes& codes)
{
    if (!codes.order.empty() || codes.columns % elements != 0 || codes.groupSize % elements != 0) return std::nullopt;
    const auto [low, high] = rangeOf(codes);
    const auto choice = [](const char* name, bool rounds) { return BlockChoice{blockFormatByName(name), rounds}; };
    if (low >= -8 && high <= 7) return choice("Q4_0", false);
    if (codes.bits <= 4) return choice("Q4_1", true);
    if (low >= -16 && high <= 15) return choice("Q5_0", false);
    if (codes.bits <= 5) return choice("Q5_1", true);
    if (low >= -128 && high <= 127) return choice("Q8_0", false);
    return std::nullopt;
}

Tensor toBlocks(const PlainCodes& codes, const BlockFormat& format)
{
    const int64_t rowBytes = codes.columns / elements * format.bytes;
    Tensor blocks = Tensor::zeros(DType::U8, {codes.rows, rowBytes});
    uint8_t* const to = blocks.fill<uint8_t>().data();
    parallelFor(codes.rows, 16, [&](int64_t begin, int64_t end) {
        for (int64_t r = begin; r < end; ++r)
            for (int64_t b = 0; b < codes.columns / elements; ++b) {
                const auto group = size_t(r * codes.groups() + b * elements / codes.groupSize);
                encode(format.name, codes.codes.data() + r * codes.columns + b * elements,
                       {codes.scales[group], codes.zeros[group]}, to + r * rowBytes + b * format.bytes);
            }
    });
    return blocks;
}

} // namespace paretoscope
