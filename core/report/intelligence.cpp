#include "core/report/intelligence.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

namespace paretoscope {

namespace {

constexpr const char* bitsMetric = "bits_per_byte";

bool measured(const Run& run, const std::string& metric)
{
    const Measurement* found = run.measurement(metric);
    return found && std::isfinite(found->value);
}

std::vector<std::string> benchmarksOf(std::span<const Run> runs)
{
    std::vector<std::string> result;
    for (const char* metric : {"exact_match", "accuracy"})
        if (std::any_of(runs.begin(), runs.end(), [&](const Run& run) {
                return run.state == RunState::Done && measured(run, bitsMetric) && measured(run, metric);
            }))
            result.emplace_back(metric);
    return result;
}

} // namespace

IntelligenceFit fitIntelligence(std::span<const Run> runs, std::vector<std::string> benchmarks)
{
    IntelligenceFit result;
    result.benchmarks = benchmarks.empty() ? benchmarksOf(runs) : std::move(benchmarks);
    std::set<std::string> models;
    std::vector<double> x, y;
    for (const Run& run : runs) {
        if (run.state != RunState::Done) continue;
        const bool complete = measured(run, bitsMetric) && !result.benchmarks.empty() &&
                              std::all_of(result.benchmarks.begin(), result.benchmarks.end(),
                                          [&](const std::string& metric) { return measured(run, metric); });
        if (!complete) {
            ++result.leftOut;
            continue;
        }
        double score = 0;
        for (const std::string& metric : result.benchmarks) score += run.measurement(metric)->value;
        score /= double(result.benchmarks.size());
        result.points.push_back({run.id, run.measurement(bitsMetric)->value, score});
        models.insert(run.request.model);
        x.push_back(result.points.back().bitsPerByte);
        y.push_back(score);
    }
    result.models = models.size();
    result.fit = linearFit(x, y);
    return result;
}

std::string intelligenceSentence(const IntelligenceFit& result)
{
    if (!result.fit || result.points.size() < 3) return {};
    const LinearFit& fit = *result.fit;
    std::string r = fmt::format("r = {:.3f}", fit.r);
    if (fit.rLow) r += fmt::format(" [{:.3f}, {:.3f}]", *fit.rLow, *fit.rHigh);
    return fmt::format("Over {} runs of {} model{}, the mean score is {:.1f} % {} {:.1f} points a bit per byte ({}, "
                       "residuals of {:.1f} points).",
                       fit.count, result.models, result.models == 1 ? "" : "s", 100 * fit.intercept,
                       fit.slope < 0 ? "−" : "+", std::abs(100 * fit.slope), r, 100 * fit.rmse);
}

} // namespace paretoscope
