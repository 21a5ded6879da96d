#include "core/evaluation/linear_fit.h"

#include "core/evaluation/statistics.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace paretoscope {

std::optional<LinearFit> linearFit(std::span<const double> x, std::span<const double> y)
{
    const auto n = double(x.size());
    if (x.size() < 2 || x.size() != y.size()) return std::nullopt;
    const double meanX = std::accumulate(x.begin(), x.end(), 0.0) / n;
    const double meanY = std::accumulate(y.begin(), y.end(), 0.0) / n;
    double xx = 0, xy = 0, yy = 0;
    for (size_t i = 0; i < x.size(); ++i) {
        xx += (x[i] - meanX) * (x[i] - meanX);
        xy += (x[i] - meanX) * (y[i] - meanY);
        yy += (y[i] - meanY) * (y[i] - meanY);
    }
    if (!(xx > 0)) return std::nullopt;
    LinearFit fit;
    fit.count = int64_t(x.size());
    fit.slope = xy / xx;
    fit.intercept = meanY - fit.slope * meanX;
    fit.r = std::clamp(xy / std::sqrt(xx * yy), -1.0, 1.0);
    double squares = 0;
    for (size_t i = 0; i < x.size(); ++i) squares += std::pow(y[i] - fit.at(x[i]), 2);
    fit.rmse = std::sqrt(squares / n);
    if (x.size() >= 4 && std::abs(fit.r) < 1) {
        const double half = normalQuantile(0.975) / std::sqrt(n - 3);
        fit.rLow = std::tanh(std::atanh(fit.r) - half);
        fit.rHigh = std::tanh(std::atanh(fit.r) + half);
    }
    return fit;
}

} // namespace paretoscope
