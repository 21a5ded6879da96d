#include "core/report/cells.h"

#include "core/base/json.h"
#include "core/evaluation/metric.h"

#include <algorithm>
#include <cmath>
#include <set>

namespace paretoscope {

std::vector<std::string> metricColumns(const ReportInput& input)
{
    if (!input.metrics.empty()) return input.metrics;
    std::set<std::string> seen;
    for (const Run& run : input.runs)
        for (const Measurement& measurement : run.measurements)
            seen.insert(measurement.metric);
    std::vector<std::string> columns;
    for (const Metric* metric : metrics::all())
        if (seen.erase(metric->info.name) > 0) columns.push_back(metric->info.name);
    columns.insert(columns.end(), seen.begin(), seen.end()); // of other versions
    return columns;
}

std::vector<Json> settingsOfRuns(const ReportInput& input)
{
    std::vector<Json> settings;
    for (const Run& run : input.runs) {
        Json parsed = parseJson(run.settings, fmt::format("settings of run {}", run.id));
        settings.push_back(parsed.is_object() ? std::move(parsed) : Json::object());
    }
    return settings;
}

std::vector<std::string> settingColumns(const std::vector<Json>& settings)
{
    std::set<std::string> names;
    for (const Json& ofRun : settings)
        for (const auto& [name, value] : ofRun.items())
            names.insert(name);
    return {names.begin(), names.end()};
}

std::string settingText(const Json& settings, const std::string& name)
{
    const auto found = settings.find(name);
    if (found == settings.end()) return {};
    return found->is_string() ? found->get<std::string>() : found->dump();
}

bool anyUnfinished(const ReportInput& input)
{
    return std::any_of(input.runs.begin(), input.runs.end(),
                       [](const Run& run) { return run.state != RunState::Done; });
}

std::string stateText(const Run& run)
{
    const std::string state = runStateName(run.state);
    return run.error.empty() ? state : fmt::format("{}: {}", state, run.error);
}

std::string metricHeading(const std::string& metric)
{
    const Metric* known = findMetric(metric);
    if (!known) return metric;
    return known->info.unit.empty() ? known->info.title
                                    : fmt::format("{} ({})", known->info.title, known->info.unit);
}

std::string measurementText(const Run& run, const std::string& metric)
{
    const Measurement* measurement = run.measurement(metric);
    if (!measurement || std::isnan(measurement->value)) return {};
    const double value = measurement->value;
    if (std::isinf(value)) return value > 0 ? "∞" : "-∞";
    const Metric* known = findMetric(metric);
    if (known && known->info.scale == MetricScale::Bytes) return fmt::format("{:.0f}", value);
    const double error = measurement->standardError.value_or(0);
    if (!std::isfinite(error) || error <= 0) return fmt::format("{:.6g}", value);
    return fmt::format("{:.6g} ± {:.2g}", value, error);
}

} // namespace paretoscope
