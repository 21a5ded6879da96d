// JSON and JSON lines of llama-bench: how fast llama.cpp reads and writes.
#include "core/base/error.h"
#include "core/base/json.h"
#include "core/base/text.h"
#include "core/evaluation/statistics.h"
#include "core/report/foreign_runs.h"

#include <algorithm>
#include <cmath>
#include <set>

namespace paretoscope::foreign_formats {

namespace {

bool isTest(const Json& json)
{
    return json.is_object() && json.contains("avg_ts") && json.contains("n_prompt") && json.contains("n_gen");
}

bool recognizes(const std::filesystem::path&, const Json& first)
{
    return isTest(first) || (first.is_array() && !first.empty() && isTest(first[0]));
}

std::vector<Json> testsOf(const std::filesystem::path& file, const std::string& text)
{
    if (!trimmed(text).starts_with('[')) return jsonLines(text, file.string());
    const Json list = parseJson(text, file.string());
    return {list.begin(), list.end()};
}

// What is the same in tests that belong together: all plain fields but what was measured.
Json settingsOf(const Json& test)
{
    static const std::set<std::string> measured{"n_prompt",  "n_gen",  "test_time", "avg_ns",
                                                "stddev_ns", "avg_ts", "stddev_ts"};
    Json settings = Json::object();
    for (const auto& [name, value] : test.items()) {
        if (measured.contains(name) || value.is_structured() || value.is_null()) continue;
        settings[plainName(name)] = value.is_string() ? Json(plainName(value.get<std::string>())) : value;
    }
    return settings;
}

Measurement speedOf(const Json& test, const char* metric, const std::string& where)
{
    Measurement result;
    result.metric = metric;
    const Json& speed = test["avg_ts"];
    if (!speed.is_number() || !std::isfinite(speed.get<double>()) || speed.get<double>() < 0)
        fail(ErrorCode::BadFile, "{}: 'avg_ts' must be a number from 0", where);
    result.value = speed.get<double>();
    result.count = 1;
    std::vector<double> repeats;
    const auto samples = test.find("samples_ts");
    if (samples != test.end() && samples->is_array())
        for (const Json& sample : *samples) {
            if (!sample.is_number()) fail(ErrorCode::BadFile, "{}: 'samples_ts' must hold numbers", where);
            repeats.push_back(sample.get<double>());
        }
    if (repeats.size() < 2) return result;
    const Interval interval = meanInterval(repeats);
    result.count = interval.count;
    result.standardError = interval.standardError;
    result.low = interval.low;
    result.high = interval.high;
    return result;
}

void addSize(Run& run, const Json& test, const std::string& where)
{
    constexpr int64_t most = int64_t{1} << 50;
    if (!test.contains("model_size")) return;
    Measurement size;
    size.metric = "weight_bytes";
    size.value = double(requireInteger(test, "model_size", 0, most, where));
    size.count = 1;
    run.measurements.push_back(size);
}

struct Configuration {
    Json settings;
    Run run;
};

Configuration begun(const Json& test, Json settings, const std::string& where)
{
    const std::string file = requireString(test, "model_filename", where);
    const std::string commit = optionalString(test, "build_commit", "", where);
    const std::string type = optionalString(test, "model_type", "model", where);
    Run run = foreignRun(file, commit.empty() ? "llama-bench" : "llama-bench " + commit, type, settings);
    addSize(run, test, where);
    return {std::move(settings), std::move(run)};
}

// Prompt and generation tests of one configuration pair in their order.
void add(std::vector<Configuration>& done, const Json& test, const std::string& where)
{
    constexpr int64_t most = int64_t{1} << 40;
    if (!isTest(test)) fail(ErrorCode::BadFile, "{}: a test must have 'n_prompt', 'n_gen' and 'avg_ts'", where);
    const int64_t prompt = requireInteger(test, "n_prompt", 0, most, where);
    const int64_t generated = requireInteger(test, "n_gen", 0, most, where);
    if ((prompt > 0) == (generated > 0)) return; // both at once is neither speed
    const char* metric = prompt > 0 ? "prefill_tokens_per_second" : "decode_tokens_per_second";
    Json settings = settingsOf(test);
    auto mine = std::find_if(done.begin(), done.end(), [&](const Configuration& other) {
        return !other.run.measurement(metric) && other.settings == settings;
    });
    if (mine == done.end()) mine = done.insert(mine, begun(test, std::move(settings), where));
    mine->run.measurements.push_back(speedOf(test, metric, where));
    mine->run.request.recipe += prompt > 0 ? fmt::format(" pp{}", prompt) : fmt::format(" tg{}", generated);
}

std::vector<Run> read(const std::filesystem::path& file, const std::string& text)
{
    constexpr size_t most = 2000;
    const std::vector<Json> tests = testsOf(file, text);
    if (tests.size() > most) fail(ErrorCode::BadFile, "{}: more than {} tests", file.string(), most);
    std::vector<Configuration> done;
    for (size_t i = 0; i < tests.size(); ++i)
        add(done, tests[i], fmt::format("{}: test {}", file.string(), i + 1));
    std::vector<Run> runs;
    for (Configuration& configuration : done)
        runs.push_back(std::move(configuration.run));
    return runs;
}

} // namespace

const ForeignFormat& llamaBench()
{
    static const ForeignFormat row{"llama_bench", "JSON or JSON lines of llama-bench", recognizes, read};
    return row;
}

} // namespace paretoscope::foreign_formats
