#include "widgets/charts/frontier_finding.h"

#include <algorithm>
#include <cmath>
#include <limits>

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

namespace {

// By how much a value misses the limit, as a share of the limit.
double excessOf(const ChartAxis& axis, double value)
{
    if (!axis.limit) return 0;
    const double away = axis.metric.higherIsBetter ? *axis.limit - value : value - *axis.limit;
    if (away <= 0) return 0;
    return *axis.limit != 0 ? away / std::abs(*axis.limit) : std::numeric_limits<double>::infinity();
}

// The better one, by the first axis and where it is the same by the second.
bool better(const ChartAxis& first, double a, double b, const ChartAxis& second, double c, double d)
{
    const auto less = [](const ChartAxis& axis, double p, double q) {
        return axis.metric.higherIsBetter ? p > q : p < q;
    };
    return a != b ? less(first, a, b) : less(second, c, d);
}

} // namespace

std::optional<LimitFinding> withinLimits(const FrontierChartData& data)
{
    if (!data.limited() || data.empty()) return std::nullopt;
    LimitFinding finding;
    double smallest = std::numeric_limits<double>::infinity();
    const bool byX = !data.x.limit;
    for (size_t i = 0; i < data.points.size(); ++i) {
        const FrontierChartPoint& p = data.points[i];
        if (!data.visible(p)) continue;
        if (data.withinLimits(p)) {
            ++finding.within;
            const FrontierChartPoint& best = data.points[finding.best.value_or(i)];
            const bool wins = byX ? better(data.x, p.x, best.x, data.y, p.y, best.y)
                                  : better(data.y, p.y, best.y, data.x, p.x, best.x);
            if (!finding.best || wins) finding.best = i;
            continue;
        }
        const double excess = std::max(excessOf(data.x, p.x), excessOf(data.y, p.y));
        if (finding.nearest && !(excess < smallest)) continue;
        smallest = excess;
        finding.nearest = i;
        finding.xExcess = excessOf(data.x, p.x);
        finding.yExcess = excessOf(data.y, p.y);
    }
    if (finding.best) finding.nearest.reset();
    return finding;
}

} // namespace paretoscope
