// Blocks of 256 values in parts whose scales are quantized themselves: a scale for each part, then
// integers for the scales, then the codes once more under what is stored.
#include "core/tensor/block_encoders.h"
#include "core/tensor/block_fits.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace paretoscope::blocks {

namespace {

constexpr int64_t length = 256;

float meanSquareOf(const float* x, int64_t count)
{
    float sum = 0;
    for (int64_t i = 0; i < count; ++i) sum += x[i] * x[i];
    return sum / float(count);
}

float sumOf(const float* x, int64_t count)
{
    float sum = 0;
    for (int64_t i = 0; i < count; ++i) sum += x[i];
    return sum;
}

// What a value's error counts without importances, by type.
using PlainWeight = float (*)(float x, float partRms);

float plainByMagnitude(float x, float)
{
    return std::abs(x);
}

float plainBySquare(float x, float)
{
    return x * x;
}

float plainByRmsAndMagnitude(float x, float partRms)
{
    return partRms + std::abs(x);
}

// Weights of a part that are never all 0.
void weightsOf(const BlockSource& source, int64_t begin, int64_t count, float meanSquare, PlainWeight plain,
               float* weights)
{
    if (importanceWeights(source, begin, count, meanSquare, weights)) return;
    const float* x = source.values + begin;
    const float rms = std::sqrt(meanSquareOf(x, count));
    for (int64_t i = 0; i < count; ++i) weights[i] = plain(x[i], rms);
    if (!(sumOf(weights, count) > 0)) std::fill_n(weights, count, 1.0f);
}

// Positive numbers as d · code, codes 0..most.
template <size_t Parts>
float quantizeScales(const std::array<float, Parts>& scales, const std::array<float, Parts>& weights, bool weighted,
                     int most, std::array<uint8_t, Parts>& codes)
{
    if (weighted) return fitPositive(scales, weights, most, codes.data());
    const float largest = *std::max_element(scales.begin(), scales.end());
    codes.fill(0);
    if (!(largest > 0)) return 0;
    for (size_t i = 0; i < Parts; ++i) codes[i] = uint8_t(nearestCode(float(most) / largest * scales[i], 0, most));
    return largest / float(most);
}

// Scale and minimum of every part, quantized, and the values' codes under them.
template <size_t Parts> struct OffsetBlock {
    static constexpr int64_t part = length / int64_t(Parts);
    uint16_t d = 0, minimum = 0; // F16
    std::array<uint8_t, Parts> scales, minima;
    std::array<uint8_t, length> codes;

    OffsetBlock(const BlockSource& source, int mostCode, int mostScale, float meanSquare, PlainWeight plain)
    {
        std::array<float, Parts> fittedScales, fittedMinima, sums;
        for (size_t j = 0; j < Parts; ++j) {
            const int64_t begin = int64_t(j) * part;
            float weights[part];
            weightsOf(source, begin, part, meanSquare, plain, weights);
            const OffsetFit fit =
                fitOffset({source.values + begin, part}, {weights, part}, mostCode, codes.data() + begin);
            fittedScales[j] = fit.scale;
            fittedMinima[j] = fit.minimum;
            sums[j] = sumOf(weights, part);
        }
        const bool weighted = source.importance != nullptr;
        d = floatToHalf(quantizeScales(fittedScales, sums, weighted, mostScale, scales));
        minimum = floatToHalf(quantizeScales(fittedMinima, sums, weighted, mostScale, minima));
        for (size_t j = 0; j < Parts; ++j) {
            const float scale = halfToFloat(d) * float(scales[j]);
            const float offset = halfToFloat(minimum) * float(minima[j]);
            for (int64_t i = int64_t(j) * part; i < (int64_t(j) + 1) * part; ++i)
                codes[size_t(i)] =
                    scale > 0 ? uint8_t(nearestCode((source.values[i] + offset) / scale, 0, mostCode)) : uint8_t{0};
        }
    }
};

// Signed scales of sixteen parts as d · code, codes -most..most-1, and the values' codes under them.
struct SignedBlock {
    static constexpr int64_t part = 16;
    uint16_t d = 0; // F16
    std::array<int8_t, 16> scales;
    std::array<int8_t, length> codes;

    SignedBlock(const BlockSource& source, int mostCode, int mostScale, float meanSquare)
    {
        std::array<float, 16> fitted, sums;
        for (size_t j = 0; j < 16; ++j) {
            const int64_t begin = int64_t(j) * part;
            float weights[part];
            weightsOf(source, begin, part, meanSquare, plainBySquare, weights);
            fitted[j] = fitSymmetric({source.values + begin, part}, {weights, part}, mostCode, codes.data() + begin);
            sums[j] = sumOf(weights, part);
        }
        d = floatToHalf(source.importance && mostScale <= 32 ? fitSymmetric(fitted, sums, mostScale, scales.data())
                                                             : plainScales(fitted, mostScale));
        for (size_t j = 0; j < 16; ++j) {
            const float scale = halfToFloat(d) * float(scales[j]);
            for (int64_t i = int64_t(j) * part; i < (int64_t(j) + 1) * part; ++i)
                codes[size_t(i)] =
                    scale != 0 ? int8_t(nearestCode(source.values[i] / scale, -mostCode, mostCode - 1)) : int8_t{0};
        }
    }

private:
    // The scale of largest magnitude becomes -most, which has no positive counterpart.
    float plainScales(const std::array<float, 16>& fitted, int most)
    {
        const float largest =
            *std::max_element(fitted.begin(), fitted.end(), [](float a, float b) { return std::abs(a) < std::abs(b); });
        scales.fill(0);
        if (largest == 0) return 0;
        const float inverse = float(-most) / largest;
        for (size_t j = 0; j < 16; ++j) scales[j] = int8_t(nearestCode(inverse * fitted[j], -most, most - 1));
        return 1 / inverse;
    }
};

// Six-bit scales and minima of eight parts in twelve bytes: see scaleAndMinimum.
void packScalesAndMinima(const std::array<uint8_t, 8>& scales, const std::array<uint8_t, 8>& minima, uint8_t* to)
{
    for (size_t j = 0; j < 4; ++j) {
        to[j] = uint8_t(scales[j] | (scales[j + 4] >> 4) << 6);
        to[j + 4] = uint8_t(minima[j] | (minima[j + 4] >> 4) << 6);
        to[j + 8] = uint8_t((scales[j + 4] & 15) | (minima[j + 4] & 15) << 4);
    }
}

// Codes of two bits: value l of a half lies at shift 2 · (l / 32) of byte l % 32.
void putPairsOfBits(const uint8_t* codes, uint8_t* to)
{
    for (int half = 0; half < 2; ++half, codes += 128, to += 32)
        for (int m = 0; m < 32; ++m)
            to[m] = uint8_t((codes[m] & 3) | (codes[m + 32] & 3) << 2 | (codes[m + 64] & 3) << 4 |
                            (codes[m + 96] & 3) << 6);
}

// Codes of four bits: two parts of 32 share 32 bytes.
void putNibblePairs(const uint8_t* codes, uint8_t* to)
{
    for (int pair = 0; pair < 4; ++pair, codes += 64, to += 32)
        for (int m = 0; m < 32; ++m) to[m] = uint8_t((codes[m] & 15) | (codes[m + 32] & 15) << 4);
}

} // namespace

void encodeQ2K(const BlockSource& source, uint8_t* block)
{
    const OffsetBlock<16> made(source, 3, 15, meanSquareOf(source.values, length), plainByMagnitude);
    for (size_t j = 0; j < 16; ++j) block[j] = uint8_t(made.scales[j] | made.minima[j] << 4);
    putPairsOfBits(made.codes.data(), block + 16);
    std::memcpy(block + 80, &made.d, 2);
    std::memcpy(block + 82, &made.minimum, 2);
}

void encodeQ3K(const BlockSource& source, uint8_t* block)
{
    const SignedBlock made(source, 4, 32, 2 * meanSquareOf(source.values, length));
    uint8_t low[length];
    std::fill_n(block, 32, uint8_t{0});
    for (int i = 0; i < length; ++i) {
        const int code = made.codes[size_t(i)] + 4;
        low[i] = uint8_t(code & 3);
        if (code > 3) block[i % 32] = uint8_t(block[i % 32] | 1 << (i / 32));
    }
    putPairsOfBits(low, block + 32);
    std::fill_n(block + 96, 12, uint8_t{0});
    for (int j = 0; j < 16; ++j) {
        const int scale = made.scales[size_t(j)] + 32;
        uint8_t& nibble = block[96 + j % 8];
        nibble = uint8_t(nibble | (scale & 15) << (j < 8 ? 0 : 4));
        uint8_t& high = block[104 + j % 4];
        high = uint8_t(high | (scale >> 4) << (2 * (j / 4)));
    }
    std::memcpy(block + 108, &made.d, 2);
}

void encodeQ4K(const BlockSource& source, uint8_t* block)
{
    const OffsetBlock<8> made(source, 15, 63, 2 * meanSquareOf(source.values, length), plainByRmsAndMagnitude);
    std::memcpy(block, &made.d, 2);
    std::memcpy(block + 2, &made.minimum, 2);
    packScalesAndMinima(made.scales, made.minima, block + 4);
    putNibblePairs(made.codes.data(), block + 16);
}

void encodeQ5K(const BlockSource& source, uint8_t* block)
{
    const OffsetBlock<8> made(source, 31, 63, 2 * meanSquareOf(source.values, length), plainByRmsAndMagnitude);
    std::memcpy(block, &made.d, 2);
    std::memcpy(block + 2, &made.minimum, 2);
    packScalesAndMinima(made.scales, made.minima, block + 4);
    std::fill_n(block + 16, 32, uint8_t{0});
    for (int i = 0; i < length; ++i)
        block[16 + i % 32] = uint8_t(block[16 + i % 32] | (made.codes[size_t(i)] >> 4) << (i / 32));
    putNibblePairs(made.codes.data(), block + 48);
}

void encodeQ6K(const BlockSource& source, uint8_t* block)
{
    const SignedBlock made(source, 32, 128, 2 * meanSquareOf(source.values, length));
    for (int half = 0; half < 2; ++half) {
        const int8_t* codes = made.codes.data() + 128 * half;
        for (int l = 0; l < 32; ++l) {
            uint8_t quarters[4];
            for (int q = 0; q < 4; ++q) quarters[q] = uint8_t(codes[l + 32 * q] + 32);
            block[64 * half + l] = uint8_t((quarters[0] & 15) | (quarters[2] & 15) << 4);
            block[64 * half + 32 + l] = uint8_t((quarters[1] & 15) | (quarters[3] & 15) << 4);
            block[128 + 32 * half + l] =
                uint8_t(quarters[0] >> 4 | (quarters[1] >> 4) << 2 | (quarters[2] >> 4) << 4 | (quarters[3] >> 4) << 6);
        }
    }
    std::memcpy(block + 192, made.scales.data(), 16);
    std::memcpy(block + 208, &made.d, 2);
}

} // namespace paretoscope::blocks
