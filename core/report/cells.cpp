#include "core/report/cells.h"

#include "core/base/json.h"
#include "core/evaluation/metric.h"

#include <algorithm>
#include <set>

namespace paretoscope {

std::vector<std::string> metricColumns(const ReportInput& input)
{
    if (!input.metrics.empty()) return input.metrics;
    std::set<std::string> seen;
    for (const Run& run : input.runs)
        for (const Measurement& measurement : run.measurements) seen.insert(measurement.metric);
    std::vector<std::string> columns;
    for (const Metric* metric : metrics::all())
        if (seen.erase(metric->info.name) > 0) columns.push_back(metric->info.name);
    columns.insert(columns.end(), seen.begin(), seen.end()); // of other versions
    return columns;
}

std::vector<std::string> settingColumns(const ReportInput& input)
{
    std::set<std::string> names;
    for (const Run& run : input.runs) {
        const Json settings = parseJson(run.settings, "settings");
        for (const auto& [name, value] : settings.items()) names.insert(name);
    }
    return {names.begin(), names.end()};
}

std::string settingText(const Run& run, const std::string& name)
{
    const Json settings = parseJson(run.settings, "settings");
    if (!settings.contains(name)) return {};
    const Json& value = settings.at(name);
    return value.is_string() ? value.get<std::string>() : value.dump();
}

std::string metricHeading(const std::string& metric)
{
    const Metric* known = findMetric(metric);
    if (!known) return metric;
    return known->info.unit.empty() ? known->info.title : fmt::format("{} ({})", known->info.title, known->info.unit);
}

std::string measurementText(const Run& run, const std::string& metric)
{
    const Measurement* measurement = run.measurement(metric);
    if (!measurement) return {};
    const Metric* known = findMetric(metric);
    if (known && known->info.scale == MetricScale::Bytes) return fmt::format("{:.0f}", measurement->value);
    if (!measurement->standardError) return fmt::format("{:.6g}", measurement->value);
    return fmt::format("{:.6g} ± {:.2g}", measurement->value, *measurement->standardError);
}

} // namespace paretoscope
