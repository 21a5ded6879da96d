#include "core/report/comparison.h"

#include "core/base/json.h"
#include "core/base/text.h"
#include "core/evaluation/metric.h"
#include "core/evaluation/statistics.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <set>

namespace paretoscope {

namespace {

void pairItems(const Measurement& a, const Measurement& b, ComparedMetric& result)
{
    const std::optional<PairedDifference> paired = pairedDifference(a, b);
    if (!paired) return;
    result.items = paired->items;
    result.pValue = paired->pValue;
    result.low = paired->low;
    result.high = paired->high;
}

void combineErrors(const Measurement& a, const Measurement& b, ComparedMetric& result)
{
    if (!a.standardError || !b.standardError) return;
    const double error = std::hypot(*a.standardError, *b.standardError);
    if (!(error > 0)) return;
    const double reach = normalQuantile(0.975) * error;
    result.low = result.difference - reach;
    result.high = result.difference + reach;
    result.pValue = std::erfc(std::abs(result.difference) / error / std::sqrt(2.0));
}

ComparedMetric compareMetric(const Run& runA, const Measurement& a, const Run& runB,
                             const Measurement& b)
{
    ComparedMetric result{runA.id,           runB.id, a.metric, a.value, b.value,
                          a.value - b.value, {},      {},       {},      0};
    if (!a.items.empty() && !b.items.empty()) pairItems(a, b, result);
    if (!result.pValue) combineErrors(a, b, result);
    return result;
}

std::vector<FrontierPoint> pointsOf(std::span<const Run> runs, const ComparisonOptions& options)
{
    std::vector<FrontierPoint> points;
    for (const Run& run : runs)
        if (const auto point = frontierPoint(run, options.x, options.y, options.xLog, options.yLog))
            points.push_back(*point);
    return points;
}

// Scaled so that the box around `all` is the unit square.
std::vector<FrontierPoint> scaled(const std::vector<FrontierPoint>& points,
                                  const std::vector<FrontierPoint>& all)
{
    double lowX = std::numeric_limits<double>::infinity(), lowY = lowX, highX = -lowX,
           highY = -lowX;
    for (const FrontierPoint& point : all) {
        lowX = std::min(lowX, point.x);
        highX = std::max(highX, point.x);
        lowY = std::min(lowY, point.y);
        highY = std::max(highY, point.y);
    }
    const auto share = [](double value, double low, double high) {
        return high > low ? (value - low) / (high - low) : 0.5;
    };
    std::vector<FrontierPoint> result;
    for (const FrontierPoint& point : points)
        result.push_back(FrontierPoint::exact(point.id, share(point.x, lowX, highX),
                                              share(point.y, lowY, highY)));
    return result;
}

std::vector<FrontierPoint> onFrontier(const std::vector<FrontierPoint>& points,
                                      FrontierDirections directions)
{
    const FrontierResult frontier = computeFrontier(points, directions);
    std::vector<FrontierPoint> result;
    for (size_t i = 0; i < points.size(); ++i)
        if (frontier.entries[i].onFrontier) result.push_back(points[i]);
    return result;
}

void compareFrontiers(std::span<const Run> a, std::span<const Run> b,
                      const ComparisonOptions& options, Comparison& result)
{
    const FrontierDirections directions = frontierDirections(options.x, options.y);
    const std::vector<FrontierPoint> pointsA = pointsOf(a, options);
    const std::vector<FrontierPoint> pointsB = pointsOf(b, options);
    if (pointsA.empty() || pointsB.empty()) return;
    std::vector<FrontierPoint> all = pointsA;
    all.insert(all.end(), pointsB.begin(), pointsB.end());
    const double worstX = directions.xHigherIsBetter ? 0 : 1;
    const double worstY = directions.yHigherIsBetter ? 0 : 1;
    result.hypervolumeA = hypervolume(scaled(pointsA, all), directions, worstX, worstY);
    result.hypervolumeB = hypervolume(scaled(pointsB, all), directions, worstX, worstY);

    ComparisonOptions plain = options; // bdRate takes logarithms itself
    plain.xLog = plain.yLog = false;
    result.bdRate = bdRate(onFrontier(pointsOf(a, plain), directions),
                           onFrontier(pointsOf(b, plain), directions), directions);
}

// Every setting's values, each once, in the order of the runs.
using SettingValues = std::map<std::string, std::vector<std::string>>;

void note(SettingValues& values, const std::string& name, const std::string& value)
{
    std::vector<std::string>& known = values[name];
    if (std::find(known.begin(), known.end(), value) == known.end()) known.push_back(value);
}

std::string plainText(const Json& value)
{
    return value.is_string() ? value.get<std::string>() : value.dump();
}

SettingValues settingsOf(std::span<const Run> runs)
{
    SettingValues values;
    for (const Run& run : runs) {
        const Json settings = Json::parse(run.settings, nullptr, false);
        if (settings.is_object())
            for (const auto& [name, value] : settings.items())
                note(values, name, plainText(value));
        note(values, "model", run.request.model);
        note(values, "seed", std::to_string(run.request.seed));
        note(values, "backend", run.request.backend);
        if (!run.request.calibrationFile.empty())
            note(values, "calibration", run.request.calibrationFile);
        for (const TaskRequest& task : run.request.tasks)
            note(values, "task " + task.task,
                 task.textFile.empty() ? task.settings : task.settings + " " + task.textFile);
        if (run.provenance.threads) note(values, "threads", std::to_string(run.provenance.threads));
        if (!run.provenance.version.empty()) note(values, "version", run.provenance.version);
        const size_t inside = run.request.recipe.find('(');
        note(values, "strategy",
             inside == std::string::npos ? run.request.recipe
                                         : run.request.recipe.substr(0, inside));
    }
    return values;
}

std::vector<SettingDifference> differingSettings(std::span<const Run> a, std::span<const Run> b)
{
    SettingValues valuesA = settingsOf(a);
    SettingValues valuesB = settingsOf(b);
    std::set<std::string> names;
    for (const auto& [name, values] : valuesA)
        names.insert(name);
    for (const auto& [name, values] : valuesB)
        names.insert(name);
    std::vector<SettingDifference> result;
    for (const std::string& name : names) {
        std::vector<std::string> sortedA = valuesA[name], sortedB = valuesB[name];
        std::sort(sortedA.begin(), sortedA.end());
        std::sort(sortedB.begin(), sortedB.end());
        if (sortedA != sortedB) result.push_back({name, valuesA[name], valuesB[name]});
    }
    return result;
}

} // namespace

std::vector<std::pair<const Run*, const Run*>> pairRuns(std::span<const Run> a,
                                                        std::span<const Run> b)
{
    std::vector<std::pair<const Run*, const Run*>> pairs;
    std::vector<bool> used(b.size());
    for (const Run& run : a) {
        pairs.emplace_back(&run, nullptr);
        for (size_t i = 0; i < b.size() && !pairs.back().second; ++i) {
            if (used[i] || b[i].request.recipe != run.request.recipe) continue;
            used[i] = true;
            pairs.back().second = &b[i];
        }
    }
    size_t next = 0;
    for (auto& [runA, runB] : pairs) {
        if (runB) continue;
        while (next < b.size() && used[next])
            ++next;
        if (next == b.size()) break;
        runB = &b[next++];
    }
    std::erase_if(pairs, [](const auto& pair) { return !pair.second; });
    return pairs;
}

Comparison compareRuns(std::span<const Run> a, std::span<const Run> b,
                       const ComparisonOptions& options)
{
    Comparison result;
    for (const auto& [runA, runB] : pairRuns(a, b))
        for (const Measurement& measurement : runA->measurements)
            if (const Measurement* other = runB->measurement(measurement.metric))
                result.metrics.push_back(compareMetric(*runA, measurement, *runB, *other));
    if (!options.x.empty() && !options.y.empty()) compareFrontiers(a, b, options, result);
    result.settings = differingSettings(a, b);
    return result;
}

std::optional<FrontierPoint> frontierPoint(const Run& run, const std::string& x,
                                           const std::string& y, bool xLog, bool yLog)
{
    const Measurement* mx = run.measurement(x);
    const Measurement* my = run.measurement(y);
    if (run.state != RunState::Done || !mx || !my) return std::nullopt;
    const auto place = [](double value, bool log) { return log ? std::log(value) : value; };
    const auto finite = [&](double value, bool log) {
        return std::isfinite(value) && (!log || value > 0);
    };
    if (!finite(mx->value, xLog) || !finite(my->value, yLog)) return std::nullopt;
    const auto end = [&](const std::optional<double>& bound, double value, bool log) {
        return place(bound && finite(*bound, log) ? *bound : value, log);
    };
    return FrontierPoint{run.id,
                         place(mx->value, xLog),
                         place(my->value, yLog),
                         end(mx->low, mx->value, xLog),
                         end(mx->high, mx->value, xLog),
                         end(my->low, my->value, yLog),
                         end(my->high, my->value, yLog)};
}

FrontierDirections frontierDirections(const std::string& x, const std::string& y)
{
    return {metricByName(x).info.higherIsBetter, metricByName(y).info.higherIsBetter};
}

} // namespace paretoscope
