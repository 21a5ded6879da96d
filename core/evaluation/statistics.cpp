#include "core/evaluation/statistics.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace paretoscope {

namespace {

constexpr double notANumber = std::numeric_limits<double>::quiet_NaN();

// mean ± t·SE. A mean that is not finite has no error to speak of.
Interval around(double mean, double standardError, int64_t count, double confidence)
{
    Interval result{mean, standardError, mean, mean, count};
    if (count < 2 || !std::isfinite(mean) || !std::isfinite(standardError)) {
        if (count == 0 || !std::isfinite(mean)) result.standardError = notANumber;
        return result;
    }
    const double t = studentQuantile(0.5 + confidence / 2, double(count - 1));
    result.low = mean - t * standardError;
    result.high = mean + t * standardError;
    return result;
}

} // namespace

Interval meanInterval(std::span<const double> values, double confidence)
{
    const auto count = double(values.size());
    const double mean = std::accumulate(values.begin(), values.end(), 0.0) / count;
    double squares = 0;
    for (const double value : values)
        squares += (value - mean) * (value - mean);
    const double error = values.size() > 1 ? std::sqrt(squares / (count - 1) / count) : 0;
    return around(mean, error, int64_t(values.size()), confidence);
}

Interval weightedMeanInterval(std::span<const double> values, std::span<const double> weights,
                              double confidence)
{
    const size_t size = std::min(values.size(), weights.size());
    double total = 0;
    double sum = 0;
    for (size_t i = 0; i < size; ++i) {
        total += weights[i];
        // 0 · ∞ would make an item without weight spoil the mean.
        if (weights[i] != 0) sum += weights[i] * values[i];
    }
    const double mean = sum / total;
    double squares = 0;
    for (size_t i = 0; i < size; ++i) {
        const double residual = weights[i] == 0 ? 0 : weights[i] * (values[i] - mean);
        squares += residual * residual;
    }
    const auto count = double(size);
    const double error = size > 1 ? std::sqrt(count / (count - 1) * squares) / total : 0;
    return around(mean, error, int64_t(size), confidence);
}

Interval wilsonInterval(int64_t successes, int64_t count, double confidence)
{
    if (count <= 0 || successes < 0 || successes > count)
        return {notANumber, notANumber, 0, 1, std::max<int64_t>(0, count)};
    const double z = normalQuantile(0.5 + confidence / 2);
    const auto n = double(count);
    const double share = double(successes) / n;
    const double scale = 1 + z * z / n;
    const double middle = (share + z * z / (2 * n)) / scale;
    const double half = z * std::sqrt(share * (1 - share) / n + z * z / (4 * n * n)) / scale;
    const double error = count > 1 ? std::sqrt(share * (1 - share) / (n - 1)) : 0;
    // At the ends the formula's rounding would leave [0, 1] or miss its exact end.
    return {share, error, successes == 0 ? 0 : std::max(0.0, middle - half),
            successes == count ? 1 : std::min(1.0, middle + half), count};
}

} // namespace paretoscope
