#include "core/tensor/block_fits.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace paretoscope::blocks {

namespace {

constexpr size_t mostValues = 32;
constexpr float tiniest = 1e-15f; // what counts as 0

// Least squares of x ≈ s · code + c under weights.
struct Regression {
    float sumWeights = 0, sumCodes = 0, sumSquares = 0, sumValues = 0, sumProducts = 0;

    void add(float weight, float code, float value)
    {
        sumWeights += weight;
        sumCodes += weight * code;
        sumSquares += weight * code * code;
        sumValues += weight * value;
        sumProducts += weight * code * value;
    }
    // False when every code is the same.
    bool solve(OffsetFit& fit) const
    {
        const float determinant = sumWeights * sumSquares - sumCodes * sumCodes;
        if (!(determinant > 0)) return false;
        fit.scale = (sumWeights * sumProducts - sumValues * sumCodes) / determinant;
        float constant = (sumSquares * sumValues - sumCodes * sumProducts) / determinant;
        if (constant > 0) { // minima are stored without a sign
            constant = 0;
            fit.scale = sumProducts / sumSquares;
        }
        fit.minimum = -constant;
        return fit.scale >= 0;
    }
};

float errorOf(std::span<const float> x, std::span<const float> weights, const OffsetFit& fit, const uint8_t* codes)
{
    float error = 0;
    for (size_t i = 0; i < x.size(); ++i) {
        const float difference = fit.scale * float(codes[i]) - fit.minimum - x[i];
        error += weights[i] * difference * difference;
    }
    return error;
}

// Numerator and denominator of the share of Σ w x² that codes explain.
struct Share {
    float product = 0, square = 0;

    void add(float weight, float value, float code)
    {
        product += weight * value * code;
        square += weight * code * code;
    }
    bool betterThan(const Share& other) const
    {
        return square > 0 && product * product * other.square > other.product * other.product * square;
    }
};

// Codes of positive values one at a time, each where the others want it.
void settle(std::span<const float> x, std::span<const float> weights, int most, uint8_t* codes, Share& share)
{
    constexpr int passes = 5;
    for (int pass = 0; pass < passes; ++pass) {
        bool changed = false;
        for (size_t i = 0; i < x.size(); ++i) {
            Share without = share;
            without.add(-weights[i], x[i], float(codes[i]));
            if (!(without.product > 0 && without.square > 0)) continue;
            const int code = nearestCode(x[i] * without.square / without.product, 0, most);
            if (code == codes[i]) continue;
            without.add(weights[i], x[i], float(code));
            if (!without.betterThan(share)) continue;
            share = without;
            codes[i] = uint8_t(code);
            changed = true;
        }
        if (!changed) return;
    }
}

} // namespace

int nearestCode(float value, int low, int high)
{
    if (!(value > float(low))) return low; // also what is no number
    if (value >= float(high)) return high;
    return int(std::nearbyint(value));
}

OffsetFit fitOffset(std::span<const float> x, std::span<const float> weights, int most, uint8_t* codes)
{
    const auto [least, largest] = std::minmax_element(x.begin(), x.end());
    const float low = std::min(0.0f, *least);
    const float high = *largest;
    std::fill_n(codes, x.size(), uint8_t{0});
    if (!(high - low > tiniest)) return {0, -low};
    OffsetFit best{(high - low) / float(most), -low};
    for (size_t i = 0; i < x.size(); ++i) codes[i] = uint8_t(nearestCode((x[i] - low) / best.scale, 0, most));
    float bestError = errorOf(x, weights, best, codes);
    std::array<uint8_t, mostValues> tried;
    constexpr int steps = 36;
    for (int step = 0; step <= steps; ++step) {
        const float inverse = (float(most) - 0.9f + 0.05f * float(step)) / (high - low);
        Regression sums;
        for (size_t i = 0; i < x.size(); ++i) {
            tried[i] = uint8_t(nearestCode(inverse * (x[i] - low), 0, most));
            sums.add(weights[i], float(tried[i]), x[i]);
        }
        OffsetFit fit;
        if (!sums.solve(fit)) continue;
        const float error = errorOf(x, weights, fit, tried.data());
        if (!(error < bestError)) continue;
        best = fit;
        bestError = error;
        std::copy_n(tried.begin(), x.size(), codes);
    }
    return best;
}

float fitSymmetric(std::span<const float> x, std::span<const float> weights, int most, int8_t* codes)
{
    const float largest =
        *std::max_element(x.begin(), x.end(), [](float a, float b) { return std::abs(a) < std::abs(b); });
    std::fill_n(codes, x.size(), int8_t{0});
    if (!(std::abs(largest) > tiniest)) return 0;
    Share best;
    std::array<int8_t, mostValues> tried;
    const auto attempt = [&](float reach) {
        const float inverse = -reach / largest;
        Share share;
        for (size_t i = 0; i < x.size(); ++i) {
            tried[i] = int8_t(nearestCode(inverse * x[i], -most, most - 1));
            share.add(weights[i], x[i], float(tried[i]));
        }
        if (best.square > 0 && !share.betterThan(best)) return;
        best = share;
        std::copy_n(tried.begin(), x.size(), codes);
    };
    attempt(float(most));
    for (int step = -9; step <= 9; ++step)
        if (step != 0) attempt(float(most) + 0.1f * float(step));
    return best.square > 0 ? best.product / best.square : 0;
}

float fitPositive(std::span<const float> x, std::span<const float> weights, int most, uint8_t* codes)
{
    const float largest = *std::max_element(x.begin(), x.end());
    std::fill_n(codes, x.size(), uint8_t{0});
    if (!(largest > tiniest)) return 0;
    float bestError = HUGE_VALF;
    std::array<uint8_t, mostValues> tried;
    for (int step = -4; step <= 4; ++step) {
        const float inverse = (float(most) + 0.1f * float(step)) / largest;
        float error = 0;
        for (size_t i = 0; i < x.size(); ++i) {
            tried[i] = uint8_t(nearestCode(inverse * x[i], 0, most));
            const float difference = x[i] - float(tried[i]) / inverse;
            error += weights[i] * difference * difference;
        }
        if (!(error < bestError)) continue;
        bestError = error;
        std::copy_n(tried.begin(), x.size(), codes);
    }
    Share share;
    for (size_t i = 0; i < x.size(); ++i) share.add(weights[i], x[i], float(codes[i]));
    settle(x, weights, most, codes, share);
    return share.square > 0 ? share.product / share.square : 0;
}

} // namespace paretoscope::blocks
