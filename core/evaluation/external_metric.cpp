#include "core/evaluation/external_metric.h"

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/json.h"
#include "core/evaluation/metric.h"
#include "core/evaluation/statistics.h"
#include "core/evaluation/task.h"

#include <cmath>
#include <memory>
#include <set>

namespace paretoscope {

namespace {

double requireFinite(const Json& json, const char* field, const std::string& where)
{
    const Json& value = requireField(json, field, where);
    if (!value.is_number() || !std::isfinite(value.get<double>()))
        fail(ErrorCode::BadFile, "{}: '{}' must be a number", where, field);
    return value.get<double>();
}

void readItems(const Json& json, const std::string& where, Measurement& measurement)
{
    if (!json.contains("items")) return;
    if (!json["items"].is_array()) fail(ErrorCode::BadFile, "{}: 'items' must be a list", where);
    std::set<std::string> seen;
    for (const Json& each : json["items"]) {
        const std::string name = requireString(each, "item", where);
        if (!seen.insert(name).second) fail(ErrorCode::BadFile, "{}: two items are called '{}'", where, name);
        measurement.items.push_back({name, requireFinite(each, "score", where), 1});
    }
    measurement.count = int64_t(measurement.items.size());
}

void measureWith(const ExternalTool& tool, const TaskInput& input, Evidence& evidence)
{
    const Pipeline& pipeline = input.pipeline;
    if (pipeline.attention || pipeline.kvCodec || pipeline.driver || !pipeline.promptCompressors.empty())
        fail(ErrorCode::Unsupported, "{} measures a model folder, but this recipe changes more than the model", tool.fullId());
    const ScratchFolder scratch;
    input.job.report(0, "writing the model for " + tool.name);
    const std::filesystem::path model = writeForTool(tool, *pipeline.model, scratch.path(), evidence.notes);
    const CommandOutcome outcome = runTool(tool, {{"model", model.string()}, {"seed", std::to_string(input.seed)}},
                                           scratch.path(), input.job);
    evidence.external.push_back(externalMeasurement(tool, outcome.output));
}

} // namespace

Measurement externalMeasurement(const ExternalTool& tool, const std::string& printed)
{
    const std::string where = tool.fullId() + ": what the tool printed";
    const Json json = parseJson(printed, where);
    if (!json.is_object()) fail(ErrorCode::BadFile, "{}: must be one JSON object", where);
    if (const std::string unit = optionalString(json, "unit", tool.unit, where); unit != tool.unit)
        fail(ErrorCode::BadFile, "{}: the unit is '{}', but its description says '{}'", where, unit, tool.unit);
    if (optionalBool(json, "higher_is_better", tool.higherIsBetter, where) != tool.higherIsBetter)
        fail(ErrorCode::BadFile, "{}: 'higher_is_better' is not what its description says", where);
    Measurement measurement;
    measurement.metric = tool.id;
    measurement.value = requireFinite(json, "value", where);
    measurement.count = 1;
    readItems(json, where, measurement);
    if (json.contains("standard_error")) {
        const double error = requireFinite(json, "standard_error", where);
        if (error < 0) fail(ErrorCode::BadFile, "{}: 'standard_error' is below 0", where);
        const double half = normalQuantile(0.975) * error;
        measurement.standardError = error;
        measurement.low = measurement.value - half;
        measurement.high = measurement.value + half;
    }
    return measurement;
}

void addExternalMetric(ExternalTool given)
{
    // Both rows live as long as the program, as the built-in ones do.
    static std::vector<std::unique_ptr<const Metric>> metricRows;
    static std::vector<std::unique_ptr<const Task>> taskRows;
    const auto tool = std::make_shared<const ExternalTool>(std::move(given));
    if (findMetric(tool->id)) fail(ErrorCode::BadFile, "'{}': there is a metric '{}' already", tool->file.string(), tool->id);
    metricRows.push_back(std::make_unique<const Metric>(Metric{
        {tool->id, tool->name, tool->unit, tool->higherIsBetter, MetricScale::Plain, false, tool->summary},
        [id = tool->id](const Evidence& evidence) -> std::optional<Measurement> {
            for (const Measurement& measurement : evidence.external)
                if (measurement.metric == id) return measurement;
            return std::nullopt;
        }}));
    taskRows.push_back(std::make_unique<const Task>(
        Task{{tool->fullId(), tool->name, tool->summary, {tool->id}, false},
             {},
             [tool](const TaskInput& input, Evidence& evidence) { measureWith(*tool, input, evidence); }}));
    metrics::add(*metricRows.back());
    tasks::add(*taskRows.back());
}

} // namespace paretoscope
