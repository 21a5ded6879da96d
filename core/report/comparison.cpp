#include "core/report/comparison.h"

#include "core/base/json.h"

#include <algorithm>
#include <map>
#include <set>

namespace paretoscope {

namespace {

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

// Equal in every setting that both have, and they have one.
bool sameSettings(const Run& a, const Run& b)
{
    const Json ofA = Json::parse(a.settings, nullptr, false);
    const Json ofB = Json::parse(b.settings, nullptr, false);
    if (!ofA.is_object() || !ofB.is_object()) return false;
    bool any = false;
    for (const auto& [name, value] : ofA.items()) {
        const auto found = ofB.find(name);
        if (found == ofB.end()) continue;
        if (*found != value) return false;
        any = true;
    }
    return any;
}

// Such a pair is a control and no question.
bool bothUncompressed(const ComparedMetric& metric, std::span<const Run> a, std::span<const Run> b)
{
    const auto uncompressed = [](std::span<const Run> runs, int64_t id) {
        return std::any_of(runs.begin(), runs.end(),
                           [&](const Run& run) { return run.id == id && run.baseline(); });
    };
    return uncompressed(a, metric.runA) && uncompressed(b, metric.runB);
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
    // Two strategies at the same settings: bits with bits, group size with group size.
    for (auto& [runA, runB] : pairs)
        for (size_t i = 0; i < b.size() && !runB; ++i) {
            if (used[i] || !sameSettings(*runA, b[i])) continue;
            used[i] = true;
            runB = &b[i];
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
    const auto isTested = [&](const std::string& metric) {
        return std::find(options.tested.begin(), options.tested.end(), metric) !=
               options.tested.end();
    };
    for (const auto& [runA, runB] : pairRuns(a, b))
        for (const Measurement& measurement : runA->measurements)
            if (const Measurement* other = runB->measurement(measurement.metric))
                result.metrics.push_back(
                    compareMetric(*runA, *runB, measurement, *other,
                                  isTested(measurement.metric) ? options.resamples : 0));
    std::vector<ComparedMetric*> family;
    for (ComparedMetric& metric : result.metrics)
        if (isTested(metric.metric) && !bothUncompressed(metric, a, b)) family.push_back(&metric);
    result.familySize = adjustTogether(family);
    for (const std::string& metric : options.tested)
        if (auto pooled = pooledDifference(a, b, metric, options.resamples))
            result.pooled.push_back(std::move(*pooled));
    family.clear();
    for (PooledDifference& pooled : result.pooled)
        family.push_back(&pooled.difference);
    adjustTogether(family);
    if (!options.plane.empty())
        result.frontiers = frontierDifference(a, b, options.plane, options.draws);
    result.settings = differingSettings(a, b);
    return result;
}

} // namespace paretoscope
