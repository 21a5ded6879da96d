#include "core/report/plane.h"

#include "core/base/random.h"
#include "core/evaluation/metric.h"
#include "core/evaluation/paired_items.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace paretoscope {

namespace {

double placed(double value, bool log)
{
    return log ? std::log(value) : value;
}

bool finiteOn(double value, bool log)
{
    return std::isfinite(value) && (!log || value > 0);
}

bool allHave(std::span<const Run> runs, const std::string& metric)
{
    bool any = false;
    for (const Run& run : runs) {
        if (run.state != RunState::Done) continue;
        if (!run.measurement(metric)) return false;
        any = true;
    }
    return any;
}

std::vector<double> normalDraws(const Measurement& measurement, int draws, uint64_t seed,
                                int64_t run)
{
    const double error = measurement.standardError.value_or(0);
    if (!(error > 0) || !std::isfinite(error)) return {measurement.value};
    Random random(seed, "replicates of " + measurement.metric, uint64_t(run));
    std::vector<double> values;
    for (int draw = 0; draw < draws; ++draw)
        values.push_back(measurement.value + error * random.normal());
    return values;
}

struct Axis {
    std::vector<std::vector<double>> replicates; // of every run
    int64_t sharedItems = 0;
};

Axis axisOf(const std::vector<const Run*>& runs, const std::string& metric, bool log, int draws,
            uint64_t seed)
{
    std::vector<const Measurement*> measurements;
    for (const Run* run : runs)
        measurements.push_back(run->measurement(metric));
    Axis axis;
    axis.replicates = commonReplicates(measurements, draws, seed);
    for (size_t i = 0; i < runs.size(); ++i) {
        const Measurement& measurement = *measurements[i];
        if (axis.replicates.size() < runs.size()) break;
        if (isExponentialOfItems(measurement))
            for (double& value : axis.replicates[i])
                value = std::exp(value);
        const auto paired = int64_t(pairedItems(*measurements[0], measurement).a.size());
        axis.sharedItems = i == 0 ? paired : std::min(axis.sharedItems, paired);
    }
    if (axis.replicates.size() < runs.size()) {
        axis.replicates.clear();
        for (size_t i = 0; i < runs.size(); ++i)
            axis.replicates.push_back(normalDraws(*measurements[i], draws, seed, runs[i]->id));
    }
    if (log)
        for (std::vector<double>& values : axis.replicates)
            for (double& value : values)
                value = finiteOn(value, true) ? std::log(value)
                                              : std::numeric_limits<double>::quiet_NaN();
    return axis;
}

} // namespace

std::string defaultQuality(std::span<const Run> runs)
{
    for (const char* quality :
         {"perplexity", "accuracy", "exact_match", "bits_per_byte", "kl_divergence"})
        if (allHave(runs, quality)) return quality;
    return {};
}

Plane defaultPlane(std::span<const Run> runs)
{
    const std::string quality = defaultQuality(runs);
    if (quality.empty() || !allHave(runs, "file_bytes")) return {};
    return {"file_bytes", quality, false, false};
}

FrontierDirections frontierDirections(const std::string& x, const std::string& y)
{
    return {metricByName(x).info.higherIsBetter, metricByName(y).info.higherIsBetter};
}

std::optional<FrontierPoint> frontierPoint(const Run& run, const std::string& x,
                                           const std::string& y, bool xLog, bool yLog)
{
    const Measurement* mx = run.measurement(x);
    const Measurement* my = run.measurement(y);
    if (run.state != RunState::Done || !mx || !my) return std::nullopt;
    if (!finiteOn(mx->value, xLog) || !finiteOn(my->value, yLog)) return std::nullopt;
    const auto end = [&](const std::optional<double>& bound, double value, bool log) {
        return placed(bound && finiteOn(*bound, log) ? *bound : value, log);
    };
    return FrontierPoint{run.id,
                         placed(mx->value, xLog),
                         placed(my->value, yLog),
                         end(mx->low, mx->value, xLog),
                         end(mx->high, mx->value, xLog),
                         end(my->low, my->value, yLog),
                         end(my->high, my->value, yLog)};
}

ReplicatedRuns replicatedRuns(std::span<const Run> runs, const Plane& plane, int draws,
                              uint64_t seed)
{
    ReplicatedRuns result;
    std::vector<const Run*> inside;
    for (const Run& run : runs)
        if (frontierPoint(run, plane.x, plane.y, plane.xLog, plane.yLog)) inside.push_back(&run);
    if (inside.empty()) return result;
    Axis x = axisOf(inside, plane.x, plane.xLog, draws, seed);
    Axis y = axisOf(inside, plane.y, plane.yLog, draws, seed);
    for (size_t i = 0; i < inside.size(); ++i)
        result.points.push_back(
            {inside[i]->id, std::move(x.replicates[i]), std::move(y.replicates[i])});
    result.sharedItems = y.sharedItems;
    result.draws = draws;
    return result;
}

UnitBox::UnitBox(std::span<const FrontierPoint> points)
{
    if (points.empty()) return;
    lowX_ = lowY_ = std::numeric_limits<double>::infinity();
    highX_ = highY_ = -lowX_;
    for (const FrontierPoint& point : points) {
        lowX_ = std::min(lowX_, point.x);
        highX_ = std::max(highX_, point.x);
        lowY_ = std::min(lowY_, point.y);
        highY_ = std::max(highY_, point.y);
    }
}

FrontierPoint UnitBox::place(const FrontierPoint& point) const
{
    return {point.id,      x(point.x),    y(point.y),   x(point.xLow),
            x(point.xHigh), y(point.yLow), y(point.yHigh)};
}

ReplicatedPoint UnitBox::place(const ReplicatedPoint& point) const
{
    ReplicatedPoint result = point;
    for (double& value : result.x)
        value = x(value);
    for (double& value : result.y)
        value = y(value);
    return result;
}

} // namespace paretoscope
