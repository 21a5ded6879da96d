#include "plugins/quantization/spqr_grid.h"

#include "core/base/half.h"

#include <algorithm>
#include <cmath>

namespace paretoscope::quantization {

namespace {

double squaredError(std::span<const double> weights, std::span<const double> factors, int bits)
{
    const FloatGrid grid = fitFloatGrid(weights, bits);
    double sum = 0;
    for (size_t i = 0; i < weights.size(); ++i) {
        const double error = (grid.dequantize(grid.quantize(weights[i], bits)) - weights[i]) / factors[i];
        sum += error * error;
    }
    return sum;
}

double half(double value)
{
    return double(halfToFloat(floatToHalf(float(value))));
}

} // namespace

int FloatGrid::quantize(double weight, int bits) const
{
    constexpr double least = 1e-9;
    const double code = std::nearbyint(weight / std::max(scale, least) + zero);
    return int(std::clamp(code, 0.0, double((1 << bits) - 1)));
}

FloatGrid fitFloatGrid(std::span<const double> weights, int bits)
{
    const auto [smallest, largest] = std::minmax_element(weights.begin(), weights.end());
    double low = *smallest, high = *largest;
    if (low == high) low = -1, high = 1;
    FloatGrid grid;
    grid.scale = (high - low) / double((1 << bits) - 1);
    grid.zero = -low / grid.scale;
    return grid;
}

NumberCodes codeNumbers(std::span<const double> numbers, int bits, bool halves)
{
    const auto [smallest, largest] = std::minmax_element(numbers.begin(), numbers.end());
    NumberCodes result;
    // The same number everywhere: the published code takes [-1, 1]; one code that is exact is better.
    const bool equal = *smallest == *largest;
    result.first = *smallest;
    result.step = equal ? 0 : (*largest - *smallest) / double((1 << bits) - 1);
    if (halves) result.first = half(result.first), result.step = half(result.step);
    for (const double number : numbers) {
        const double code = result.step > 0 ? std::nearbyint((number - result.first) / result.step) : 0;
        result.codes.push_back(uint8_t(std::clamp(code, 0.0, double((1 << bits) - 1))));
    }
    return result;
}

std::vector<double> leaveOneOutGain(std::span<const double> weights, std::span<const double> factors, int bits)
{
    const double all = squaredError(weights, factors, bits);
    std::vector<double> gain, others, otherFactors;
    for (size_t left = 0; left < weights.size(); ++left) {
        others.assign(weights.begin(), weights.end());
        otherFactors.assign(factors.begin(), factors.end());
        others.erase(others.begin() + std::ptrdiff_t(left));
        otherFactors.erase(otherFactors.begin() + std::ptrdiff_t(left));
        gain.push_back(all - squaredError(others, otherFactors, bits));
    }
    return gain;
}

} // namespace paretoscope::quantization
