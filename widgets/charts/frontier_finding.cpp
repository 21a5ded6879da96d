#include "widgets/charts/frontier_finding.h"

#include <algorithm>

namespace paretoscope {

std::optional<FrontierFinding> cheapestThatKeeps(const FrontierChartData& data, double keep)
{
    if (data.experiments.size() != 1 || data.x.metric.higherIsBetter) return std::nullopt;
    const auto baseline = std::find_if(data.points.begin(), data.points.end(), [](const FrontierChartPoint& p) { return p.baseline; });
    if (baseline == data.points.end() || !(baseline->x > 0) || !(baseline->y > 0)) return std::nullopt;
    std::optional<FrontierFinding> best;
    for (const FrontierChartPoint& point : data.points) {
        if (point.baseline || !(point.y > 0)) continue;
        const double kept = data.y.metric.higherIsBetter ? point.y / baseline->y : baseline->y / point.y;
        const double cost = point.x / baseline->x;
        if (kept >= keep && cost < 1 && (!best || cost < best->cost)) 
            best = FrontierFinding{point.run, kept, cost, point.yLow < point.yHigh && baseline->y >= point.yLow && baseline->y <= point.yHigh};
    }
    return best;
}

} // namespace paretoscope
