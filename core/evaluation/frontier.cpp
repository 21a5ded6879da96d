#include "core/evaluation/frontier.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace paretoscope {

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

// A point turned so that smaller is better in both.
struct Turned {
    double x, y;
    double xLow, xHigh, yLow, yHigh;
    bool valid;
};

Turned turned(const FrontierPoint& point, FrontierDirections directions)
{
    Turned t{point.x, point.y, point.xLow, point.xHigh, point.yLow, point.yHigh,
             !std::isnan(point.x) && !std::isnan(point.y)};
    if (directions.xHigherIsBetter) {
        t.x = -t.x;
        t.xLow = -point.xHigh;
        t.xHigh = -point.xLow;
    }
    if (directions.yHigherIsBetter) {
        t.y = -t.y;
        t.yLow = -point.yHigh;
        t.yHigh = -point.yLow;
    }
    // An interval that is not known is the value itself.
    if (std::isnan(t.xLow) || std::isnan(t.xHigh)) t.xLow = t.xHigh = t.x;
    if (std::isnan(t.yLow) || std::isnan(t.yHigh)) t.yLow = t.yHigh = t.y;
    return t;
}

std::vector<Turned> turnAll(std::span<const FrontierPoint> points, FrontierDirections directions)
{
    std::vector<Turned> result;
    result.reserve(points.size());
    for (const FrontierPoint& point : points) result.push_back(turned(point, directions));
    return result;
}

std::vector<size_t> validIndices(const std::vector<Turned>& points)
{
    std::vector<size_t> indices;
    for (size_t i = 0; i < points.size(); ++i)
        if (points[i].valid) indices.push_back(i);
    return indices;
}

// Indices of the points on the frontier, by rising x (then falling y, as it must be).
std::vector<size_t> frontierOf(const std::vector<Turned>& points)
{
    std::vector<size_t> order = validIndices(points);
    std::sort(order.begin(), order.end(), [&](size_t a, size_t b) {
        if (points[a].x != points[b].x) return points[a].x < points[b].x;
        return points[a].y < points[b].y;
    });
    std::vector<size_t> frontier;
    double bestBefore = infinity; // least y among smaller x
    for (size_t begin = 0; begin < order.size();) {
        size_t end = begin;
        const double groupBest = points[order[begin]].y;
        while (end < order.size() && points[order[end]].x == points[order[begin]].x) ++end;
        if (groupBest < bestBefore || (bestBefore == infinity && begin == 0))
            for (size_t i = begin; i < end && points[order[i]].y == groupBest; ++i) frontier.push_back(order[i]);
        bestBefore = std::min(bestBefore, groupBest);
        begin = end;
    }
    return frontier;
}

// Marks points that some point beats even where both intervals are at their worst for it: not
// worse in either coordinate and better in one.
void markBeyondNoise(const std::vector<Turned>& points, std::vector<FrontierResult::Entry>& entries)
{
    std::vector<size_t> dominators = validIndices(points);
    std::vector<size_t> queries = dominators;
    std::sort(dominators.begin(), dominators.end(), [&](size_t a, size_t b) { return points[a].xHigh < points[b].xHigh; });
    std::sort(queries.begin(), queries.end(), [&](size_t a, size_t b) { return points[a].xLow < points[b].xLow; });
    size_t smaller = 0, notLarger = 0;
    double bestSmaller = infinity, bestNotLarger = infinity; // least yHigh among xHigh < and <= xLow
    for (const size_t query : queries) {
        const Turned& p = points[query];
        for (; smaller < dominators.size() && points[dominators[smaller]].xHigh < p.xLow; ++smaller)
            bestSmaller = std::min(bestSmaller, points[dominators[smaller]].yHigh);
        for (; notLarger < dominators.size() && points[dominators[notLarger]].xHigh <= p.xLow; ++notLarger)
            bestNotLarger = std::min(bestNotLarger, points[dominators[notLarger]].yHigh);
        entries[query].dominatedBeyondNoise = bestSmaller <= p.yLow || bestNotLarger < p.yLow;
    }
}

// Frontier points that dominate p: those not right of it (a prefix) and not above it (a suffix).
void listDominators(const std::vector<Turned>& points, const std::vector<size_t>& frontier,
                    std::span<const FrontierPoint> originals, std::vector<FrontierResult::Entry>& entries)
{
    for (const size_t i : validIndices(points)) {
        if (entries[i].onFrontier) continue;
        const Turned& p = points[i];
        const auto end = std::upper_bound(frontier.begin(), frontier.end(), p.x,
                                          [&](double x, size_t f) { return x < points[f].x; });
        const auto begin = std::partition_point(frontier.begin(), frontier.end(),
                                                [&](size_t f) { return points[f].y > p.y; });
        for (auto f = begin; f < end; ++f) entries[i].dominatedBy.push_back(originals[*f].id);
    }
}

double areaBelow(const std::vector<Turned>& points, const std::vector<size_t>& frontier, double referenceX,
                 double referenceY)
{
    double area = 0;
    double top = referenceY;
    for (const size_t i : frontier) {
        const Turned& p = points[i];
        if (p.x >= referenceX || p.y >= top) continue;
        area += (referenceX - p.x) * (top - p.y);
        top = p.y;
    }
    return area;
}

struct Box {
    double left = infinity, right = -infinity, bottom = infinity, top = -infinity;

    explicit Box(const std::vector<Turned>& points)
    {
        for (const Turned& p : points) {
            if (!p.valid || !std::isfinite(p.x) || !std::isfinite(p.y)) continue;
            left = std::min(left, p.x);
            right = std::max(right, p.x);
            bottom = std::min(bottom, p.y);
            top = std::max(top, p.y);
        }
    }
    bool hasArea() const { return left < right && bottom < top; }
};

// Farthest from the chord between the frontier's ends, both axes scaled to the box.
std::optional<size_t> kneeOf(const std::vector<Turned>& points, const std::vector<size_t>& frontier, const Box& box)
{
    if (frontier.size() < 3 || !box.hasArea()) return std::nullopt;
    const auto x = [&](size_t i) { return (points[i].x - box.left) / (box.right - box.left); };
    const auto y = [&](size_t i) { return (points[i].y - box.bottom) / (box.top - box.bottom); };
    const double dx = x(frontier.back()) - x(frontier.front());
    const double dy = y(frontier.back()) - y(frontier.front());
    std::optional<size_t> knee;
    double farthest = 0;
    for (const size_t i : frontier) {
        // Positive below the chord, where both coordinates are better than on it.
        const double distance = (x(i) - x(frontier.front())) * dy - (y(i) - y(frontier.front())) * dx;
        if (distance <= farthest) continue;
        farthest = distance;
        knee = i;
    }
    return knee;
}

} // namespace

FrontierResult computeFrontier(std::span<const FrontierPoint> points, FrontierDirections directions)
{
    const std::vector<Turned> all = turnAll(points, directions);
    const std::vector<size_t> frontier = frontierOf(all);
    FrontierResult result;
    result.entries.resize(points.size());
    for (size_t i = 0; i < points.size(); ++i) result.entries[i].id = points[i].id;
    for (const size_t i : frontier) result.entries[i].onFrontier = true;
    markBeyondNoise(all, result.entries);
    listDominators(all, frontier, points, result.entries);
    const Box box(all);
    if (box.hasArea())
        result.hypervolume =
            areaBelow(all, frontier, box.right, box.top) / ((box.right - box.left) * (box.top - box.bottom));
    if (const auto knee = kneeOf(all, frontier, box)) result.knee = points[*knee].id;
    return result;
}

double hypervolume(std::span<const FrontierPoint> points, FrontierDirections directions, double referenceX,
                   double referenceY)
{
    const std::vector<Turned> all = turnAll(points, directions);
    return areaBelow(all, frontierOf(all), directions.xHigherIsBetter ? -referenceX : referenceX,
                     directions.yHigherIsBetter ? -referenceY : referenceY);
}

} // namespace paretoscope
