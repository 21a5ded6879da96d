#include "core/base/json.h"
#include "core/evaluation/metric.h"
#include "core/report/report.h"

#include <cmath>

namespace paretoscope {

namespace {

Json finite(double value)
{
    return std::isfinite(value) ? Json(value) : Json(nullptr);
}

Json metricJson(const Measurement& measurement)
{
    Json json{{"value", finite(measurement.value)}, {"count", measurement.count}};
    const auto put = [&](const char* field, const std::optional<double>& value) {
        json[field] = value ? finite(*value) : Json(nullptr);
    };
    put("stderr", measurement.standardError);
    put("low", measurement.low);
    put("high", measurement.high);
    // A store may hold metrics of a newer or older program.
    const Metric* metric = findMetric(measurement.metric);
    json["unit"] = metric ? metric->info.unit : "";
    json["higher_is_better"] = metric && metric->info.higherIsBetter;
    return json;
}

Json runJson(const Run& run)
{
    Json metrics = Json::object();
    for (const Measurement& measurement : run.measurements)
        metrics[measurement.metric] = metricJson(measurement);
    Json tasks = Json::array();
    for (const TaskRequest& task : run.request.tasks)
        tasks.push_back(toJson(task));
    const Json settings = Json::parse(run.settings, nullptr, false);
    return {{"id", run.id},
            {"experiment", run.experiment},
            {"model", run.request.model},
            {"recipe", run.request.recipe},
            {"foreign", run.foreign()},
            {"state", runStateName(run.state)},
            {"error", run.error},
            {"error_code", run.state == RunState::Failed ? errorCodeName(run.errorCode) : ""},
            {"settings", settings.is_object() ? settings : Json::object()},
            {"tasks", std::move(tasks)},
            {"metrics", std::move(metrics)},
            {"created_at", run.createdAt},
            {"started_at", run.startedAt},
            {"finished_at", run.finishedAt},
            {"provenance", toJson(run.provenance)}};
}

} // namespace

Json runsJson(std::span<const Run> runs)
{
    Json list = Json::array();
    for (const Run& run : runs)
        list.push_back(runJson(run));
    return {{"runs", std::move(list)}};
}

} // namespace paretoscope
