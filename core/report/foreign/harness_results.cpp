// results_*.json of lm-evaluation-harness (its result_schema.py), with the samples beside it.
#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/json.h"
#include "core/base/text.h"
#include "core/evaluation/metric.h"
#include "core/evaluation/statistics.h"
#include "core/report/foreign/harness_metrics.h"
#include "core/report/foreign_runs.h"

#include <algorithm>
#include <cmath>

namespace paretoscope::foreign_formats {

namespace {

bool recognizes(const std::filesystem::path&, const Json& first)
{
    return first.is_object() && first.contains("results") && first["results"].is_object();
}

const Json& memberOf(const Json& json, const char* name)
{
    static const Json none = Json::object();
    const auto found = json.find(name);
    return found != json.end() && found->is_object() ? *found : none;
}

std::string textOr(const Json& json, const char* name, const std::string& fallback)
{
    const auto found = json.find(name);
    return found != json.end() && found->is_string() && !found->get<std::string>().empty() ? found->get<std::string>()
                                                                                           : fallback;
}

// "pretrained=EleutherAI/pythia-70m,dtype=float" or the same as an object.
std::string modelOf(const Json& json, const std::string& where)
{
    const std::string named = textOr(json, "model_name", "");
    if (!named.empty()) return named;
    const Json& config = memberOf(json, "config");
    const std::string given = textOr(memberOf(config, "model_args"), "pretrained", "");
    if (!given.empty()) return given;
    for (const std::string& part : splitText(textOr(config, "model_args", ""), ','))
        for (const char* name : {"pretrained=", "model="})
            if (part.starts_with(name)) return part.substr(std::string_view(name).size());
    const std::string kind = textOr(config, "model", "");
    if (kind.empty()) fail(ErrorCode::BadFile, "{}: 'model_name' is missing", where);
    return kind;
}

std::string originOf(const Json& json)
{
    if (textOr(json, "model_source", "") == "paretoscope") return "paretoscope";
    const std::string version = textOr(json, "lm_eval_version", "");
    return version.empty() ? "lm-evaluation-harness" : "lm-evaluation-harness " + version;
}

class ResultsReader {
public:
    ResultsReader(const std::filesystem::path& file, Json json)
        : file_(file)
        , json_(std::move(json))
    {
    }

    std::vector<Run> runs() const
    {
        std::vector<Run> runs;
        for (const auto& [task, result] : json_["results"].items()) {
            if (!result.is_object())
                fail(ErrorCode::BadFile, "{}: results of '{}' must be an object", file_.string(), plainName(task));
            Run run = foreignRun(modelOf(json_, file_.string()), originOf(json_), task, settings(task));
            addMeasurements(run, task, result);
            if (!run.measurements.empty()) runs.push_back(std::move(run));
        }
        return runs;
    }

private:
    Json settings(const std::string& task) const
    {
        Json settings{{"task", plainName(task)}};
        const Json& shots = memberOf(json_, "n-shot");
        if (shots.contains(task) && shots[task].is_number_integer()) settings["n_shot"] = shots[task];
        const Json& config = memberOf(json_, "config");
        if (config.contains("limit") && config["limit"].is_number()) settings["limit"] = config["limit"];
        const std::string hash = textOr(memberOf(json_, "task_hashes"), task.c_str(), "");
        if (!hash.empty()) settings["task_hash"] = plainName(hash);
        return settings;
    }

    void addMeasurements(Run& run, const std::string& task, const Json& result) const
    {
        const auto samples = samplesOf(task);
        for (const auto& [key, value] : result.items()) {
            const auto metric = harnessMetric(key);
            if (!metric || !value.is_number()) continue; // "N/A", aliases, errors
            const auto ours = metricFromHarness(*metric);
            if (!ours || run.measurement(*ours)) {
                run.provenance.notes.push_back(
                    fmt::format("left out: {}, which is measured otherwise here", plainName(key)));
                continue;
            }
            addMeasurement(run, task, *ours, *metric, result, samples);
        }
    }

    void addMeasurement(Run& run, const std::string& task, const std::string& name, const HarnessMetric& metric,
                        const Json& result, const std::map<std::string, std::vector<ItemScore>>& samples) const
    {
        Measurement measurement;
        measurement.metric = name;
        measurement.value = result[metric.key()].get<double>();
        const bool share = metricByName(name).info.scale == MetricScale::Ratio;
        if (!std::isfinite(measurement.value) || measurement.value < 0 || (share && measurement.value > 1)) {
            run.provenance.notes.push_back(
                fmt::format("left out: {}, which is {}", plainName(metric.key()), measurement.value));
            return;
        }
        measurement.count = countOf(task);
        addError(measurement, result, metric.errorKey(), share);
        const auto items = samples.find(name);
        if (items != samples.end()) {
            const Measurement ofItems = measurementOfItems(name, items->second);
            if (std::abs(ofItems.value - measurement.value) < 1e-6)
                measurement.items = ofItems.items;
            else
                run.provenance.notes.push_back(
                    fmt::format("the samples of {} do not add up to it, so they are left out", metric.key()));
        }
        run.measurements.push_back(std::move(measurement));
    }

    static void addError(Measurement& measurement, const Json& result, const std::string& key, bool share)
    {
        const auto found = result.find(key);
        if (found == result.end() || !found->is_number()) return;
        const double error = found->get<double>();
        if (!std::isfinite(error) || error < 0) return;
        const double reach = normalQuantile(0.975) * error;
        measurement.standardError = error;
        measurement.low = measurement.value - reach;
        measurement.high = measurement.value + reach;
        if (!share) return;
        measurement.low = std::max(0.0, *measurement.low);
        measurement.high = std::min(1.0, *measurement.high);
    }

    int64_t countOf(const std::string& task) const
    {
        const Json& counts = memberOf(memberOf(json_, "n-samples"), task.c_str());
        const auto found = counts.find("effective");
        return found != counts.end() && found->is_number_unsigned() ? found->get<int64_t>() : 0;
    }

    // samples_<task>_<time>.jsonl beside results_<time>.json.
    std::map<std::string, std::vector<ItemScore>> samplesOf(const std::string& task) const
    {
        constexpr std::string_view prefix = "results_";
        const std::string stem = file_.stem().string();
        if (!stem.starts_with(prefix) || task.find('/') != std::string::npos) return {};
        const auto samples = file_.parent_path() / fmt::format("samples_{}_{}.jsonl", task, stem.substr(prefix.size()));
        std::error_code ignored;
        if (!std::filesystem::is_regular_file(samples, ignored)) return {};
        return harnessSamples(readFile(samples), task, samples.string());
    }

    std::filesystem::path file_;
    Json json_;
};

std::vector<Run> read(const std::filesystem::path& file, const std::string& text)
{
    return ResultsReader(file, parseJson(text, file.string())).runs();
}

} // namespace

const ForeignFormat& harnessResults()
{
    static const ForeignFormat row{"harness_results", "results_*.json of lm-evaluation-harness", recognizes, read};
    return row;
}

} // namespace paretoscope::foreign_formats
