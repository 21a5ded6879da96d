#include "plugins/quantization/half_quadratic.h"

namespace paretoscope::quantization {

double shrink(double x, double strength, double power)
{
    const double size = std::abs(x);
    if (size == 0) return 0;
    return std::copysign(std::max(0.0, size - std::pow(size, power - 1) / strength), x);
}

double improvedZero(std::span<const float> weights, const RealGrid& grid, double strength,
                    const HalfQuadraticSettings& settings)
{
    double sum = 0;
    for (const float weight : weights) {
        const int code = quantize(double(weight), grid, settings.bits);
        const double outlying = shrink(double(weight) - dequantize(code, grid), strength, settings.power);
        sum += code - (double(weight) - outlying) / grid.scale;
    }
    return sum / double(weights.size());
}

double meanAbsoluteError(std::span<const float> weights, const RealGrid& grid, int bits)
{
    double sum = 0;
    for (const float weight : weights)
        sum += std::abs(double(weight) - dequantize(quantize(double(weight), grid, bits), grid));
    return sum / double(weights.size());
}

RealGrid fitHalfQuadratic(std::span<const float> weights, const HalfQuadraticSettings& settings, bool half)
{
    const auto [low, high] = std::minmax_element(weights.begin(), weights.end());
    RealGrid best = gridOfRange(double(*low), double(*high), settings.bits, half);
    if (*low == *high) return best; // exact already
    double bestError = meanAbsoluteError(weights, best, settings.bits), strength = settings.strength;
    RealGrid grid = best;
    for (int64_t i = 0; i < settings.iterations; ++i, strength *= settings.growth) {
        grid.zero = improvedZero(weights, grid, strength, settings);
        if (half) grid.zero = halfOf(grid.zero);
        const double error = meanAbsoluteError(weights, grid, settings.bits);
        if (!(error < bestError)) break;
        bestError = error;
        best = grid;
    }
    return best;
}

} // namespace paretoscope::quantization
