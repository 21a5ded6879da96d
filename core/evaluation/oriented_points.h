// Points turned so that lower is better in both coordinates. Only for core/evaluation/*.cpp.
#pragma once

#include "core/evaluation/frontier.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace paretoscope {

struct OrientedPoint {
    double x = 0, y = 0;
    double xLow = 0, xHigh = 0, yLow = 0, yHigh = 0; // around the value
    int64_t id = 0;
    size_t index = 0; // in the caller's list
};

inline void orientAxis(double& value, double& low, double& high, bool higherIsBetter)
{
    // Ends that are missing or beyond the value say nothing.
    low = low <= value ? low : value;
    high = high >= value ? high : value;
    if (!higherIsBetter) return;
    value = -value;
    std::swap(low, high);
    low = -low;
    high = -high;
}

// Points without NaN, by x, then y, then place in the list.
inline std::vector<OrientedPoint> orientedPoints(std::span<const FrontierPoint> points,
                                                 FrontierDirections directions)
{
    std::vector<OrientedPoint> result;
    for (size_t i = 0; i < points.size(); ++i) {
        const FrontierPoint& p = points[i];
        if (std::isnan(p.x) || std::isnan(p.y)) continue;
        OrientedPoint o{p.x, p.y, p.xLow, p.xHigh, p.yLow, p.yHigh, p.id, i};
        orientAxis(o.x, o.xLow, o.xHigh, directions.xHigherIsBetter);
        orientAxis(o.y, o.yLow, o.yHigh, directions.yHigherIsBetter);
        result.push_back(o);
    }
    std::sort(result.begin(), result.end(), [](const OrientedPoint& a, const OrientedPoint& b) {
        if (a.x != b.x) return a.x < b.x;
        return a.y != b.y ? a.y < b.y : a.index < b.index;
    });
    return result;
}

// Those that no point dominates, by x; equal points all stay. `sorted` as by orientedPoints.
inline std::vector<OrientedPoint> nonDominated(const std::vector<OrientedPoint>& sorted)
{
    std::vector<OrientedPoint> front;
    for (const OrientedPoint& point : sorted) {
        const bool better = front.empty() || point.y < front.back().y;
        const bool equal = !front.empty() && point.x == front.back().x && point.y == front.back().y;
        if (better || equal) front.push_back(point);
    }
    return front;
}

// Area that a front dominates up to the reference corner.
double areaUpTo(const std::vector<OrientedPoint>& front, double referenceX, double referenceY);

} // namespace paretoscope
