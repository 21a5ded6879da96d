#include "core/evaluation/front_indicators.h"

#include "core/evaluation/oriented_points.h"

#include <limits>

namespace paretoscope {

namespace {

constexpr double notANumber = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();

// For every point of B the best value over A, combined by `Combine`.
template <class Pairwise, class Combine>
double overB(std::span<const FrontierPoint> a, std::span<const FrontierPoint> b,
             FrontierDirections directions, double start, const Pairwise& pairwise,
             const Combine& combine)
{
    const auto left = orientedPoints(a, directions);
    const auto right = orientedPoints(b, directions);
    if (left.empty() || right.empty()) return notANumber;
    double result = start;
    for (const OrientedPoint& target : right) {
        double best = infinity;
        for (const OrientedPoint& candidate : left)
            best = std::min(best, pairwise(candidate, target));
        result = combine(result, best, double(right.size()));
    }
    return result;
}

// How many times worse `a` is than `b`; both turned so that lower is better, so a negative value
// stands for one where higher is better.
double factor(double a, double b)
{
    return a < 0 ? b / a : a / b;
}

bool equal(const OrientedPoint& a, const OrientedPoint& b)
{
    return a.x == b.x && a.y == b.y;
}

// For every point of the front the dominated points between it and the next one, by x.
std::vector<std::vector<OrientedPoint>> coveredByOne(const std::vector<OrientedPoint>& sorted,
                                                     const std::vector<OrientedPoint>& front)
{
    std::vector<std::vector<OrientedPoint>> covered(front.size());
    for (const OrientedPoint& point : sorted) {
        const auto next =
            std::upper_bound(front.begin(), front.end(), point.x,
                             [](double x, const OrientedPoint& f) { return x < f.x; });
        const auto i = size_t(next - front.begin()) - 1; // the first of `sorted` is on the front
        if (!equal(front[i], point)) covered[i].push_back(point);
    }
    return covered;
}

} // namespace

std::vector<double> exclusiveAreas(std::span<const FrontierPoint> points,
                                   FrontierDirections directions, double referenceX,
                                   double referenceY)
{
    if (directions.xHigherIsBetter) referenceX = -referenceX;
    if (directions.yHigherIsBetter) referenceY = -referenceY;
    std::vector<double> areas(points.size(), 0.0);
    const auto sorted = orientedPoints(points, directions);
    const auto front = nonDominated(sorted);
    const auto covered = coveredByOne(sorted, front);
    for (size_t i = 0; i < front.size(); ++i) {
        const bool twin = (i > 0 && equal(front[i - 1], front[i])) ||
                          (i + 1 < front.size() && equal(front[i], front[i + 1]));
        if (twin) continue;
        // The corner between the neighbours, or the reference's edges; what lies in it would
        // still be dominated by the points there.
        const double right =
            i + 1 < front.size() ? std::min(front[i + 1].x, referenceX) : referenceX;
        const double top = i > 0 ? std::min(front[i - 1].y, referenceY) : referenceY;
        areas[front[i].index] =
            areaUpTo({front[i]}, right, top) - areaUpTo(nonDominated(covered[i]), right, top);
    }
    return areas;
}

double epsilonIndicator(std::span<const FrontierPoint> a, std::span<const FrontierPoint> b,
                        FrontierDirections directions)
{
    return overB(
        a, b, directions, -infinity,
        [](const OrientedPoint& candidate, const OrientedPoint& target) {
            return std::max(factor(candidate.x, target.x), factor(candidate.y, target.y));
        },
        [](double worst, double best, double) { return std::max(worst, best); });
}

double coverage(std::span<const FrontierPoint> a, std::span<const FrontierPoint> b,
                FrontierDirections directions)
{
    if (orientedPoints(a, directions).empty() && !orientedPoints(b, directions).empty()) return 0;
    return overB(
        a, b, directions, 0,
        [](const OrientedPoint& candidate, const OrientedPoint& target) {
            return candidate.x <= target.x && candidate.y <= target.y ? 0.0 : 1.0;
        },
        [](double share, double missed, double count) { return share + (1 - missed) / count; });
}

double dominatedDistance(std::span<const FrontierPoint> a, std::span<const FrontierPoint> b,
                         FrontierDirections directions)
{
    return overB(
        a, b, directions, 0,
        [](const OrientedPoint& candidate, const OrientedPoint& target) {
            return std::hypot(std::max(0.0, candidate.x - target.x),
                              std::max(0.0, candidate.y - target.y));
        },
        [](double mean, double best, double count) { return mean + best / count; });
}

double hypervolume3(std::span<const Point3> points, Point3 reference)
{
    std::vector<Point3> inside;
    for (const Point3& p : points)
        if (p.x < reference.x && p.y < reference.y && p.z < reference.z) inside.push_back(p);
    std::sort(inside.begin(), inside.end(),
              [](const Point3& a, const Point3& b) { return a.z < b.z; });
    // Slices between neighbouring z: the area of all points below, times the thickness.
    double volume = 0;
    std::vector<FrontierPoint> below;
    for (size_t i = 0; i < inside.size(); ++i) {
        below.push_back(FrontierPoint::exact(int64_t(i), inside[i].x, inside[i].y));
        const double top = i + 1 < inside.size() ? inside[i + 1].z : reference.z;
        if (top > inside[i].z)
            volume += (top - inside[i].z) * hypervolume(below, {}, reference.x, reference.y);
    }
    return volume;
}

} // namespace paretoscope
