// A straight line through points, and how well it fits. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

namespace paretoscope {

struct LinearFit {
    double slope = 0, intercept = 0;
    double r = 0;                     // Pearson's correlation; NaN where one of the two does not vary
    std::optional<double> rLow, rHigh; // 95 %, by Fisher's transformation; from four points on
    double rmse = 0;                  // root of the mean squared residual, in units of y
    int64_t count = 0;

    double at(double x) const { return intercept + slope * x; }
};

// Least squares of y on x; as many of both. Nothing below two points or where x does not vary.
std::optional<LinearFit> linearFit(std::span<const double> x, std::span<const double> y);

} // namespace paretoscope
