#include "core/report/harness_export.h"

#include "core/base/fingerprint.h"
#include "core/base/json.h"
#include "core/evaluation/metric.h"
#include "core/evaluation/task.h"
#include "core/report/foreign/harness_metrics.h"

#include <algorithm>
#include <cmath>
#include <ctime>
#include <map>

namespace paretoscope {

namespace {

// "2026-11-27T12-00-00.000000", as the harness writes times into names.
std::string timeText(double secondsSince1970)
{
    const auto whole = std::time_t(secondsSince1970);
    std::tm parts{};
    gmtime_r(&whole, &parts);
    return fmt::format("{:04}-{:02}-{:02}T{:02}-{:02}-{:02}.{:06}", parts.tm_year + 1900, parts.tm_mon + 1,
                       parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec,
                       int((secondsSince1970 - double(whole)) * 1e6));
}

using MetricsByTask = std::map<std::string, std::vector<const Measurement*>>;

// Under the task that feeds a metric; of another program's metrics nothing is known.
MetricsByTask metricsByTask(const Run& run)
{
    MetricsByTask result;
    for (const Measurement& measurement : run.measurements) {
        std::string name;
        for (const Task* task : tasks::all()) {
            const auto asked = std::any_of(run.request.tasks.begin(), run.request.tasks.end(),
                                           [&](const TaskRequest& request) { return request.task == task->info.id; });
            const std::vector<std::string>& fed = task->info.metrics;
            if ((asked || task->always) && std::find(fed.begin(), fed.end(), measurement.metric) != fed.end())
                name += (name.empty() ? "" : "+") + task->info.id;
        }
        if (!name.empty()) result[name].push_back(&measurement);
    }
    return result;
}

Json finite(double value)
{
    return std::isfinite(value) ? Json(value) : Json("N/A");
}

int64_t shotsOf(const Run& run, const std::string& name)
{
    for (const TaskRequest& task : run.request.tasks) {
        const Json settings = Json::parse(task.settings, nullptr, false);
        if (task.task == name && settings.is_object() && settings.contains("shots") &&
            settings["shots"].is_number_integer())
            return settings["shots"].get<int64_t>();
    }
    return 0;
}

bool isLenient(const Run& run)
{
    return run.measurement("lenient_exact_match") != nullptr;
}

Json resultsJson(const Run& run, const MetricsByTask& byTask)
{
    Json results = Json::object(), shots = Json::object(), counts = Json::object(), better = Json::object();
    Json configs = Json::object(), versions = Json::object(), hashes = Json::object();
    for (const auto& [task, measurements] : byTask) {
        Json& result = results[task] = {{"alias", task}};
        int64_t count = 0;
        for (const Measurement* measurement : measurements) {
            const HarnessMetric name = metricForHarness(measurement->metric, isLenient(run));
            result[name.key()] = finite(measurement->value);
            result[name.errorKey()] = measurement->standardError ? finite(*measurement->standardError) : Json("N/A");
            better[task][name.metric] = metricByName(measurement->metric).info.higherIsBetter;
            count = std::max(count, int64_t(measurement->items.size()));
        }
        counts[task] = {{"original", count}, {"effective", count}};
        shots[task] = shotsOf(run, task);
        configs[task] = {{"task", task}, {"num_fewshot", shots[task]}};
        versions[task] = run.provenance.version;
        hashes[task] = run.provenance.dataFingerprint;
    }
    return {{"results", std::move(results)},  {"group_subtasks", Json::object()},
            {"configs", std::move(configs)},  {"versions", std::move(versions)},
            {"n-shot", std::move(shots)},     {"higher_is_better", std::move(better)},
            {"n-samples", std::move(counts)}, {"task_hashes", std::move(hashes)}};
}

std::string resultsText(const Run& run, const MetricsByTask& byTask)
{
    Json json = resultsJson(run, byTask);
    json["config"] = {{"model", "paretoscope"},
                      {"model_args", fmt::format("model={},recipe={}", run.request.model, run.request.recipe)},
                      {"model_sha", run.provenance.modelFingerprint},
                      {"device", run.provenance.backend},
                      {"random_seed", run.provenance.seed},
                      {"limit", nullptr}};
    json["git_hash"] = nullptr;
    json["lm_eval_version"] = nullptr;
    json["date"] = run.finishedAt;
    json["model_source"] = "paretoscope";
    json["model_name"] = run.baseline() ? run.request.model : run.request.model + " " + run.request.recipe;
    json["total_evaluation_time_seconds"] = fmt::format("{}", std::max(0.0, run.finishedAt - run.startedAt));
    json["paretoscope"] = {{"run", run.id},
                           {"experiment", run.experiment},
                           {"recipe", run.request.recipe},
                           {"provenance", toJson(run.provenance)}};
    return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

// One line an item and filter, with every metric that has the item.
std::string samplesText(const Run& run, const std::vector<const Measurement*>& measurements)
{
    std::map<std::string, std::map<std::string, Json>> lines; // filter, item
    for (const Measurement* measurement : measurements) {
        const HarnessMetric name = metricForHarness(measurement->metric, isLenient(run));
        for (const ItemScore& item : measurement->items) {
            Json& line = lines[name.filter][item.item];
            if (line.is_null())
                line = {{"doc", {{"item", item.item}}},    {"target", nullptr},
                        {"arguments", Json::object()},     {"resps", Json::array()},
                        {"filtered_resps", Json::array()}, {"filter", name.filter},
                        {"metrics", Json::array()},        {"doc_hash", fingerprintOf(item.item)}};
            line["metrics"].push_back(name.metric);
            line[name.metric] = finite(item.score);
            if (item.weight != 1) line["weight"] = finite(item.weight);
        }
    }
    std::string text;
    for (auto& [filter, items] : lines) {
        int64_t number = 0;
        for (auto& [item, line] : items) {
            line["doc_id"] = number++;
            text += line.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
        }
    }
    return text;
}

} // namespace

std::vector<NamedText> harnessFiles(const Run& run)
{
    const MetricsByTask byTask = metricsByTask(run);
    const std::string time = timeText(run.finishedAt);
    std::vector<NamedText> files{{fmt::format("results_{}.json", time), resultsText(run, byTask)}};
    for (const auto& [task, measurements] : byTask) {
        std::string text = samplesText(run, measurements);
        if (!text.empty()) files.push_back({fmt::format("samples_{}_{}.jsonl", task, time), std::move(text)});
    }
    return files;
}

} // namespace paretoscope
