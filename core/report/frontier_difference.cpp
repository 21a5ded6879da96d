#include "core/report/frontier_difference.h"

#include "core/evaluation/bjontegaard.h"
#include "core/evaluation/bootstrap.h"
#include "core/evaluation/metric.h"

#include <algorithm>
#include <cmath>

namespace paretoscope {

namespace {

using Points = std::vector<FrontierPoint>;

Points pointsOf(std::span<const Run> runs, const Plane& plane, bool logarithms)
{
    Points points;
    for (const Run& run : runs)
        if (const auto point = frontierPoint(run, plane.x, plane.y, logarithms && plane.xLog,
                                             logarithms && plane.yLog))
            points.push_back(*point);
    return points;
}

double areaOf(const Points& points, const UnitBox& box, FrontierDirections directions)
{
    Points placed;
    for (const FrontierPoint& point : points)
        placed.push_back(box.place(point));
    return hypervolume(placed, directions, directions.xHigherIsBetter ? 0 : 1,
                       directions.yHigherIsBetter ? 0 : 1);
}

int64_t onFrontier(const Points& points, FrontierDirections directions)
{
    const FrontierResult frontier = computeFrontier(points, directions);
    return std::count_if(frontier.entries.begin(), frontier.entries.end(),
                         [](const FrontierResult::Entry& entry) { return entry.onFrontier; });
}

// Percentiles of the draws; none where they do not differ or too many say nothing.
void addInterval(Estimate& estimate, std::vector<double> draws, int wanted)
{
    constexpr double leastShare = 0.9;
    std::erase_if(draws, [](double value) { return std::isnan(value); });
    if (draws.empty() || double(draws.size()) < leastShare * wanted) return;
    std::sort(draws.begin(), draws.end());
    if (draws.front() == draws.back()) return;
    estimate.low = sortedQuantile(draws, 0.025);
    estimate.high = sortedQuantile(draws, 0.975);
}

double replicate(const std::vector<double>& values, size_t draw)
{
    return values.size() == 1 ? values[0] : values[draw];
}

Points drawnPoints(const ReplicatedRuns& runs, size_t from, size_t to, size_t draw)
{
    Points points;
    for (size_t i = from; i < to; ++i)
        points.push_back(FrontierPoint::exact(runs.points[i].id, replicate(runs.points[i].x, draw),
                                              replicate(runs.points[i].y, draw)));
    return points;
}

struct Draws {
    std::vector<double> a, b, gain, bdRate;
};

// A logarithm is undone for the BD-rate, which takes its own.
Points plain(Points points, const Plane& plane)
{
    for (FrontierPoint& point : points) {
        if (plane.xLog) point.x = std::exp(point.x);
        if (plane.yLog) point.y = std::exp(point.y);
    }
    return points;
}

Draws drawAll(const ReplicatedRuns& runs, size_t sizeA, const UnitBox& box, const Plane& plane)
{
    const FrontierDirections directions = frontierDirections(plane.x, plane.y);
    Draws draws;
    for (size_t draw = 0; draw < size_t(runs.draws); ++draw) {
        const Points a = drawnPoints(runs, 0, sizeA, draw);
        const Points b = drawnPoints(runs, sizeA, runs.points.size(), draw);
        draws.a.push_back(areaOf(a, box, directions));
        draws.b.push_back(areaOf(b, box, directions));
        draws.gain.push_back(draws.a.back() - draws.b.back());
        const auto rate = bdRate(plain(a, plane), plain(b, plane), directions);
        draws.bdRate.push_back(rate.value_or(std::nan("")));
    }
    return draws;
}

std::string percentText(double ratio)
{
    return fmt::format("{}{:.1f} %", ratio < 0 ? "−" : "+", std::abs(100 * ratio));
}

std::string rangeText(const Estimate& estimate)
{
    if (!estimate.low) return {};
    return fmt::format(" [{}, {}]", percentText(*estimate.low), percentText(*estimate.high));
}

std::string caveats(const FrontierDifference& d)
{
    constexpr int64_t leastPoints = 4;
    std::string text;
    if (std::min(d.pointsA, d.pointsB) < leastPoints)
        text += fmt::format(" Careful: the frontiers have {} and {} points, and four each are the "
                            "least for such a claim.",
                            d.pointsA, d.pointsB);
    if (d.bdRate && d.overlapShare < 0.75)
        text += fmt::format(" Only {:.0f} % of the quality range is covered by both.",
                            100 * d.overlapShare);
    if (d.bdRate && d.crosses)
        text += " The curves cross: the mean hides where each is the better one.";
    return text;
}

} // namespace

std::optional<FrontierDifference> frontierDifference(std::span<const Run> a, std::span<const Run> b,
                                                     const Plane& plane, int draws, uint64_t seed)
{
    const FrontierDirections directions = frontierDirections(plane.x, plane.y);
    const Points pointsA = pointsOf(a, plane, true);
    const Points pointsB = pointsOf(b, plane, true);
    if (pointsA.empty() || pointsB.empty()) return std::nullopt;
    Points all = pointsA;
    all.insert(all.end(), pointsB.begin(), pointsB.end());
    const UnitBox box(all);
    FrontierDifference result;
    result.hypervolumeA.value = areaOf(pointsA, box, directions);
    result.hypervolumeB.value = areaOf(pointsB, box, directions);
    result.hypervolumeGain.value = result.hypervolumeA.value - result.hypervolumeB.value;
    result.pointsA = onFrontier(pointsA, directions);
    result.pointsB = onFrontier(pointsB, directions);
    if (const auto bd = bdDifference(pointsOf(a, plane, false), pointsOf(b, plane, false), directions)) {
        result.bdRate = Estimate{bd->rate, {}, {}};
        result.overlapShare = bd->overlapShare;
        result.crosses = bd->crosses;
    }
    if (draws <= 0) return result;
    std::vector<Run> both(a.begin(), a.end());
    both.insert(both.end(), b.begin(), b.end());
    const ReplicatedRuns replicated = replicatedRuns(both, plane, draws, seed);
    const Draws drawn = drawAll(replicated, pointsA.size(), box, plane);
    result.sharedItems = replicated.sharedItems;
    result.draws = draws;
    addInterval(result.hypervolumeA, drawn.a, draws);
    addInterval(result.hypervolumeB, drawn.b, draws);
    addInterval(result.hypervolumeGain, drawn.gain, draws);
    if (result.bdRate) addInterval(*result.bdRate, drawn.bdRate, draws);
    return result;
}

FrontierVerdict frontierVerdict(const FrontierDifference& d, const Plane& plane)
{
    const Estimate& evidence = d.bdRate ? *d.bdRate : d.hypervolumeGain;
    // A negative BD-rate is less of x; where much of x is good, a positive one is better.
    const bool negativeIsBetter = d.bdRate && !metricByName(plane.x).info.higherIsBetter;
    if (!evidence.low || (*evidence.low <= 0 && *evidence.high >= 0)) return FrontierVerdict::NotShown;
    return (*evidence.high < 0) == negativeIsBetter ? FrontierVerdict::Better : FrontierVerdict::Worse;
}

std::string frontierSentence(const FrontierDifference& d, const Plane& plane, const std::string& a,
                             const std::string& b)
{
    const MetricInfo& x = metricByName(plane.x).info;
    const MetricInfo& y = metricByName(plane.y).info;
    const bool byRate = d.bdRate.has_value();
    const Estimate& evidence = byRate ? *d.bdRate : d.hypervolumeGain;
    const FrontierVerdict verdict = frontierVerdict(d, plane);
    std::string what =
        byRate ? fmt::format("at equal {} it needs {:.1f} % {} {}{} (BD-rate", y.title, std::abs(100 * evidence.value),
                             evidence.value > 0 ? "more" : "less", x.title, rangeText(evidence))
               : fmt::format("its hypervolume is {}{} of the box more (no overlap for a BD-rate",
                             percentText(evidence.value), rangeText(evidence));
    what += d.draws == 0 || !evidence.low
                ? "; no interval: nothing is known of the noise)"
            : d.sharedItems > 0
                ? fmt::format("; paired bootstrap over {} shared items)", d.sharedItems)
                : std::string("; bootstrap, not paired)");
    const char* answer = verdict == FrontierVerdict::Better ? "Yes, the frontier of {} is better than that of {}: {}."
                         : verdict == FrontierVerdict::Worse ? "No, the frontier of {} is worse than that of {}: {}."
                                       : "Not shown that the frontier of {} is better than that of "
                                         "{}: {}.";
    return fmt::format(fmt::runtime(answer), a, b, what) + caveats(d);
}

} // namespace paretoscope
