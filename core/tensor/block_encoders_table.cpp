// Blocks whose codes choose from sixteen unevenly spaced values.
#include "core/tensor/block_encoders.h"
#include "core/tensor/block_fits.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace paretoscope::blocks {

namespace {

constexpr int64_t length = 32; // values of one scale
constexpr std::array<float, 16> levels{-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113};

uint8_t nearestLevel(float x)
{
    const auto above = std::upper_bound(levels.begin(), levels.end(), x);
    if (above == levels.begin()) return 0;
    if (above == levels.end()) return uint8_t(levels.size() - 1);
    return uint8_t(above - levels.begin() - (x - above[-1] < above[0] - x ? 1 : 0));
}

void nearestLevels(const float* x, float inverse, uint8_t* codes)
{
    for (int64_t i = 0; i < length; ++i) codes[i] = nearestLevel(inverse * x[i]);
}

// The scale that explains most of Σ w x², of those that put the largest value on or near the first level.
float fitLevels(const float* x, const float* weights, uint8_t* codes)
{
    const float largest = *std::max_element(x, x + length, [](float a, float b) { return std::abs(a) < std::abs(b); });
    if (!(std::abs(largest) > 1e-15f)) {
        nearestLevels(x, 0, codes);
        return 0;
    }
    float bestScale = 0, bestShare = -1;
    const auto attempt = [&](float inverse) {
        float product = 0, square = 0;
        for (int64_t i = 0; i < length; ++i) {
            const float level = levels[nearestLevel(inverse * x[i])];
            product += weights[i] * level * x[i];
            square += weights[i] * level * level;
        }
        if (!(square > 0 && product * product > bestShare * square)) return;
        bestScale = product / square;
        bestShare = product * bestScale;
    };
    constexpr int reach = 7;
    attempt(-levels[0] / largest);
    for (int step = -reach; step <= reach; ++step) attempt((levels[0] + float(step)) / largest);
    if (bestScale != 0) nearestLevels(x, 1 / bestScale, codes);
    else nearestLevels(x, 0, codes);
    return bestScale;
}

void levelWeights(const BlockSource& source, int64_t begin, float meanSquare, float* weights)
{
    if (importanceWeights(source, begin, length, meanSquare, weights)) return;
    float sum = 0;
    for (int64_t i = 0; i < length; ++i) sum += weights[i] = source.values[begin + i] * source.values[begin + i];
    if (!(sum > 0)) std::fill_n(weights, length, 1.0f);
}

void putNibbles(const uint8_t* codes, uint8_t* to)
{
    for (int i = 0; i < 16; ++i) to[i] = uint8_t(codes[i] | codes[i + 16] << 4);
}

float twiceMeanSquare(const float* x, int64_t count)
{
    float sum = 0;
    for (int64_t i = 0; i < count; ++i) sum += x[i] * x[i];
    return 2 * sum / float(count);
}

} // namespace

void encodeIq4Nl(const BlockSource& source, uint8_t* block)
{
    float weights[length];
    uint8_t codes[length];
    levelWeights(source, 0, twiceMeanSquare(source.values, length), weights);
    const float d = asHalf(fitLevels(source.values, weights, codes));
    nearestLevels(source.values, d != 0 ? 1 / d : 0, codes);
    writeHalf(d, block);
    putNibbles(codes, block + 2);
}

void encodeIq4Xs(const BlockSource& source, uint8_t* block)
{
    constexpr int parts = 8;
    const float meanSquare = twiceMeanSquare(source.values, parts * length);
    float weights[length], scales[parts];
    uint8_t codes[length];
    for (int part = 0; part < parts; ++part) {
        levelWeights(source, part * length, meanSquare, weights);
        scales[part] = fitLevels(source.values + part * length, weights, codes);
    }
    const float largest =
        *std::max_element(scales, scales + parts, [](float a, float b) { return std::abs(a) < std::abs(b); });
    const float d = asHalf(-largest / 32); // the largest scale becomes -32, which has no counterpart
    writeHalf(d, block);
    uint16_t high = 0;
    std::fill_n(block + 4, 4, uint8_t{0});
    for (int part = 0; part < parts; ++part) {
        const int scale = d != 0 ? nearestCode(scales[part] / d, -32, 31) : 0;
        const float stored = d * float(scale);
        nearestLevels(source.values + part * length, stored != 0 ? 1 / stored : 0, codes);
        putNibbles(codes, block + 8 + 16 * part);
        block[4 + part / 2] = uint8_t(block[4 + part / 2] | ((scale + 32) & 15) << (4 * (part % 2)));
        high = uint16_t(high | ((scale + 32) >> 4) << (2 * part));
    }
    std::memcpy(block + 2, &high, 2);
}

} // namespace paretoscope::blocks
