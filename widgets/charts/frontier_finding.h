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

} // namespace paretoscope
