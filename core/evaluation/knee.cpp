#include "core/evaluation/knee.h"

#include "core/evaluation/front_indicators.h"
#include "core/evaluation/oriented_points.h"

#include <limits>

namespace paretoscope {

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

// The frontier in its own unit square: cost u rises, gain v rises; equal points once.
struct Bend {
    int64_t id = 0;
    double u = 0, v = 0;
    double bulge() const { return v - u; }
};

std::vector<OrientedPoint> distinctFront(std::span<const FrontierPoint> points,
                                         FrontierDirections directions)
{
    std::vector<OrientedPoint> front;
    for (const OrientedPoint& point : nonDominated(orientedPoints(points, directions))) {
        if (!std::isfinite(point.x) || !std::isfinite(point.y)) continue;
        if (front.empty() || point.x != front.back().x) front.push_back(point);
    }
    return front;
}

std::vector<Bend> scaledFront(std::span<const FrontierPoint> points, FrontierDirections directions)
{
    const std::vector<OrientedPoint> front = distinctFront(points, directions);
    if (front.size() < 3) return {};
    std::vector<Bend> bends;
    const double width = front.back().x - front.front().x;
    const double height = front.front().y - front.back().y;
    for (const OrientedPoint& point : front)
        bends.push_back(
            {point.id, (point.x - front.front().x) / width, (front.front().y - point.y) / height});
    return bends;
}

double mengerCurvature(const Bend& a, const Bend& b, const Bend& c)
{
    // Positive where the frontier bends towards the better side.
    const double twiceArea = (b.u - a.u) * (a.v - c.v) - (a.u - c.u) * (b.v - a.v);
    const auto side = [](const Bend& p, const Bend& q) { return std::hypot(p.u - q.u, p.v - q.v); };
    return 2 * twiceArea / (side(a, b) * side(b, c) * side(a, c));
}

} // namespace

std::optional<int64_t> chordKnee(std::span<const FrontierPoint> points,
                                 FrontierDirections directions, double leastBulge)
{
    std::optional<int64_t> knee;
    double largest = leastBulge;
    for (const Bend& bend : scaledFront(points, directions)) {
        if (bend.bulge() <= largest) continue;
        largest = bend.bulge();
        knee = bend.id;
    }
    return knee;
}

std::optional<int64_t> kneedleKnee(std::span<const FrontierPoint> points,
                                   FrontierDirections directions, double sensitivity)
{
    const std::vector<Bend> front = scaledFront(points, directions);
    if (front.empty()) return std::nullopt;
    const double step = sensitivity / double(front.size() - 1);
    for (size_t i = 1; i + 1 < front.size(); ++i) {
        const double bulge = front[i].bulge();
        if (bulge <= front[i - 1].bulge() || bulge < front[i + 1].bulge()) continue;
        for (size_t j = i + 1; j < front.size() && front[j].bulge() <= bulge; ++j)
            if (front[j].bulge() < bulge - step) return front[i].id;
    }
    return std::nullopt;
}

std::optional<int64_t> curvatureKnee(std::span<const FrontierPoint> points,
                                     FrontierDirections directions)
{
    const std::vector<Bend> front = scaledFront(points, directions);
    std::optional<int64_t> knee;
    double largest = 1e-9;
    for (size_t i = 1; i + 1 < front.size(); ++i) {
        const double curvature = mengerCurvature(front[i - 1], front[i], front[i + 1]);
        if (curvature <= largest) continue;
        largest = curvature;
        knee = front[i].id;
    }
    return knee;
}

std::optional<int64_t> exclusiveAreaKnee(std::span<const FrontierPoint> points,
                                         FrontierDirections directions, double referenceX,
                                         double referenceY)
{
    const std::vector<double> areas = exclusiveAreas(points, directions, referenceX, referenceY);
    std::optional<int64_t> knee;
    double largest = 0;
    for (size_t i = 0; i < points.size(); ++i) {
        if (areas[i] <= largest) continue;
        largest = areas[i];
        knee = points[i].id;
    }
    return knee;
}

std::optional<int64_t> cheapestWithin(std::span<const FrontierPoint> points,
                                      FrontierDirections directions, double worstY)
{
    if (directions.yHigherIsBetter) worstY = -worstY;
    for (const OrientedPoint& point : nonDominated(orientedPoints(points, directions)))
        if (point.y <= worstY) return point.id;
    return std::nullopt;
}

std::optional<int64_t> bestWithinBudget(std::span<const FrontierPoint> points,
                                        FrontierDirections directions, double budget)
{
    if (directions.xHigherIsBetter) budget = -budget;
    std::optional<int64_t> best;
    for (const OrientedPoint& point : distinctFront(points, directions))
        if (point.x <= budget) best = point.id;
    return best;
}

std::vector<PriceRange> bestByPrice(std::span<const FrontierPoint> points,
                                    FrontierDirections directions)
{
    // Lower-left convex hull; the price at which neighbours are equally good is their slope.
    std::vector<OrientedPoint> hull;
    const auto slope = [](const OrientedPoint& a, const OrientedPoint& b) {
        return (a.y - b.y) / (b.x - a.x);
    };
    for (const OrientedPoint& point : distinctFront(points, directions)) {
        while (hull.size() >= 2 &&
               slope(hull[hull.size() - 2], hull.back()) <= slope(hull.back(), point))
            hull.pop_back();
        hull.push_back(point);
    }
    std::vector<PriceRange> ranges;
    for (size_t i = 0; i < hull.size(); ++i)
        ranges.push_back({hull[i].id, i + 1 < hull.size() ? slope(hull[i], hull[i + 1]) : 0,
                          i > 0 ? slope(hull[i - 1], hull[i]) : infinity});
    return ranges;
}

} // namespace paretoscope
