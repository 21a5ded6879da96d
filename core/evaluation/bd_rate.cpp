#include "core/evaluation/bjontegaard.h"
#include "core/evaluation/oriented_points.h"

#include <limits>

namespace paretoscope {

namespace {

// A curve's frontier: quality strictly rising with log cost.
struct Samples {
    std::vector<double> logX;
    std::vector<double> y;
    int64_t leftOut = 0;
};

std::optional<Samples> samplesOf(std::span<const FrontierPoint> points,
                                 FrontierDirections directions)
{
    std::vector<OrientedPoint> usable;
    for (const OrientedPoint& point : orientedPoints(points, directions))
        if (std::isfinite(point.x) && std::isfinite(point.y)) usable.push_back(point);
    Samples samples;
    const std::vector<OrientedPoint> front = nonDominated(usable);
    samples.leftOut = int64_t(usable.size() - front.size());
    for (const OrientedPoint& point : front) {
        const double x = directions.xHigherIsBetter ? -point.x : point.x;
        if (!(x > 0)) return std::nullopt;
        if (!samples.y.empty() && samples.y.back() == -point.y) continue; // an equal point
        samples.logX.push_back(std::log(x));
        samples.y.push_back(-point.y); // oriented: lower was better
    }
    // Where more x is better, better y comes with less x.
    if (directions.xHigherIsBetter)
        for (double& x : samples.logX)
            x = -x;
    if (samples.y.size() < 2) return std::nullopt;
    return samples;
}

struct Range {
    double low, high;
    double length() const { return high - low; }
};

Range shared(const std::vector<double>& a, const std::vector<double>& b)
{
    return {std::max(a.front(), b.front()), std::min(a.back(), b.back())};
}

double meanGap(const Curve& a, const Curve& b, Range range)
{
    return (a.integral(range.low, range.high) - b.integral(range.low, range.high)) / range.length();
}

// Looks at 200 places and the knots between them are near enough for a warning.
bool crossing(const Curve& a, const Curve& b, Range range)
{
    constexpr int places = 200;
    bool below = false;
    bool above = false;
    for (int i = 0; i <= places; ++i) {
        const double t = range.low + range.length() * i / places;
        const double gap = a.at(t) - b.at(t);
        below = below || gap < -1e-9;
        above = above || gap > 1e-9;
    }
    return below && above;
}

} // namespace

std::optional<BdResult> bdDifference(std::span<const FrontierPoint> a,
                                     std::span<const FrontierPoint> b,
                                     FrontierDirections directions, Interpolant interpolant)
{
    const std::optional<Samples> left = samplesOf(a, directions);
    const std::optional<Samples> right = samplesOf(b, directions);
    if (!left || !right) return std::nullopt;
    const Range range = shared(left->y, right->y);
    if (!(range.length() > 0)) return std::nullopt;
    const Curve curveA(left->y, left->logX, interpolant);
    const Curve curveB(right->y, right->logX, interpolant);
    const double sign = directions.xHigherIsBetter ? -1 : 1;
    BdResult result;
    result.rate = std::expm1(sign * meanGap(curveA, curveB, range));
    result.crosses = crossing(curveA, curveB, range);
    const double covered =
        std::max(left->y.back(), right->y.back()) - std::min(left->y.front(), right->y.front());
    result.overlapShare = range.length() / covered;
    result.dominatedPoints = left->leftOut + right->leftOut;
    const Range costs = shared(left->logX, right->logX);
    result.quality = std::numeric_limits<double>::quiet_NaN();
    if (costs.length() > 0)
        result.quality = (directions.yHigherIsBetter ? 1 : -1) *
                         meanGap(Curve(left->logX, left->y, interpolant),
                                 Curve(right->logX, right->y, interpolant), costs);
    return result;
}

std::optional<double> bdRate(std::span<const FrontierPoint> a, std::span<const FrontierPoint> b,
                             FrontierDirections directions)
{
    const std::optional<BdResult> result = bdDifference(a, b, directions);
    return result ? std::optional(result->rate) : std::nullopt;
}

} // namespace paretoscope
