// The sentence that a frontier comes down to.
#pragma once

#include "widgets/charts/frontier_data.h"

#include <cstdint>
#include <optional>

namespace paretoscope {

struct FrontierFinding {
    int64_t run = 0;
    double kept = 0; // share of the baseline's quality, along y; for a loss, baseline by value
    double cost = 0; // share of the baseline's x
    bool withinNoise = false; // the baseline's y lies inside the run's interval
};

// The run that is least in x among those that keep at least `keep` of the baseline's y. Nothing when x
// is better large, when several experiments are shown, without a baseline, when no run qualifies, or
// when numbers are not positive.
std::optional<FrontierFinding> cheapestThatKeeps(const FrontierChartData& data, double keep = 0.99);

// What the limits of the axes leave.
struct LimitFinding {
    size_t within = 0;               // runs, of those that the chart shows
    std::optional<size_t> best;      // index into the points: the best in y, or in x where only y is limited
    std::optional<size_t> nearest;   // when none is within: the smallest largest excess
    double xExcess = 0, yExcess = 0; // of the nearest, as shares of the limits; 0 where it keeps one
};

// Nothing without limits or points.
std::optional<LimitFinding> withinLimits(const FrontierChartData& data);

} // namespace paretoscope
