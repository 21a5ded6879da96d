#include "core/evaluation/frontier.h"

#include "core/evaluation/oriented_points.h"

#include <limits>

namespace paretoscope {

namespace {

using Points = std::vector<OrientedPoint>;

bool finite(const OrientedPoint& point)
{
    return std::isfinite(point.x) && std::isfinite(point.y);
}

// The frontier's points with x <= point.x and y <= point.y are neighbours on it: x grows and y
// falls along it.
std::vector<int64_t> dominators(const Points& front, const OrientedPoint& point)
{
    const auto end =
        std::upper_bound(front.begin(), front.end(), point.x,
                         [](double x, const OrientedPoint& candidate) { return x < candidate.x; });
    const auto begin = std::partition_point(
        front.begin(), end, [&](const OrientedPoint& candidate) { return candidate.y > point.y; });
    std::vector<int64_t> ids;
    for (auto candidate = begin; candidate != end; ++candidate)
        ids.push_back(candidate->id);
    return ids;
}

// Marks points that another one beats even with both intervals at their worst for it. Two running
// minima: over points surely better in x, and over those surely not worse.
void markBeyondNoise(const Points& points, std::vector<FrontierResult::Entry>& entries)
{
    Points rivals = points;
    Points queries = points;
    std::sort(rivals.begin(), rivals.end(),
              [](const OrientedPoint& a, const OrientedPoint& b) { return a.xHigh < b.xHigh; });
    std::sort(queries.begin(), queries.end(),
              [](const OrientedPoint& a, const OrientedPoint& b) { return a.xLow < b.xLow; });
    double lowestOfBetter = std::numeric_limits<double>::infinity();
    double lowestOfNotWorse = lowestOfBetter;
    auto better = rivals.begin();
    auto notWorse = rivals.begin();
    bool anyBetter = false;
    for (const OrientedPoint& point : queries) {
        for (; better != rivals.end() && better->xHigh < point.xLow; ++better) {
            lowestOfBetter = std::min(lowestOfBetter, better->yHigh);
            anyBetter = true;
        }
        for (; notWorse != rivals.end() && notWorse->xHigh <= point.xLow; ++notWorse)
            lowestOfNotWorse = std::min(lowestOfNotWorse, notWorse->yHigh);
        entries[point.index].dominatedBeyondNoise =
            (anyBetter && lowestOfBetter <= point.yLow) || lowestOfNotWorse < point.yLow;
    }
}

double boxShare(const Points& points, const Points& front)
{
    double xMin = std::numeric_limits<double>::infinity();
    double yMin = xMin;
    double xMax = -xMin;
    double yMax = -xMin;
    Points finiteFront;
    for (const OrientedPoint& point : points) {
        if (!finite(point)) continue;
        xMin = std::min(xMin, point.x);
        xMax = std::max(xMax, point.x);
        yMin = std::min(yMin, point.y);
        yMax = std::max(yMax, point.y);
    }
    if (!(xMax > xMin && yMax > yMin)) return 0;
    // Scaled first: the product of the sides may be beyond what a double holds.
    for (OrientedPoint point : front) {
        if (!finite(point)) continue;
        point.x = (point.x - xMin) / (xMax - xMin);
        point.y = (point.y - yMin) / (yMax - yMin);
        finiteFront.push_back(point);
    }
    return std::clamp(areaUpTo(finiteFront, 1, 1), 0.0, 1.0);
}

std::optional<int64_t> kneeOf(const Points& front)
{
    Points ends;
    for (const OrientedPoint& point : front)
        if (finite(point)) ends.push_back(point);
    if (ends.size() < 3) return std::nullopt;
    const OrientedPoint& first = ends.front();
    const double width = ends.back().x - first.x;
    const double height = first.y - ends.back().y;
    if (!(width > 0 && height > 0)) return std::nullopt;
    std::optional<int64_t> knee;
    double farthest = 1e-12; // on the line is no knee, whatever the rounding says
    for (const OrientedPoint& point : ends) {
        // Distance from the chord, on the better side, in units of the frontier's own box.
        const double distance = (first.y - point.y) / height - (point.x - first.x) / width;
        if (distance > farthest) {
            farthest = distance;
            knee = point.id;
        }
    }
    return knee;
}

} // namespace

FrontierResult computeFrontier(std::span<const FrontierPoint> points, FrontierDirections directions)
{
    FrontierResult result;
    for (const FrontierPoint& point : points)
        result.entries.push_back({point.id, false, false, {}});
    const Points sorted = orientedPoints(points, directions);
    const Points front = nonDominated(sorted);
    for (const OrientedPoint& point : front)
        result.entries[point.index].onFrontier = true;
    for (const OrientedPoint& point : sorted)
        if (!result.entries[point.index].onFrontier)
            result.entries[point.index].dominatedBy = dominators(front, point);
    markBeyondNoise(sorted, result.entries);
    result.hypervolume = boxShare(sorted, front);
    result.knee = kneeOf(front);
    return result;
}

} // namespace paretoscope
