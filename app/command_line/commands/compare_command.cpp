#include "app/command_line/command.h"
#include "app/command_line/pipeline_arguments.h"
#include "app/command_line/run_selection.h"
#include "core/base/error.h"
#include "core/base/json.h"
#include "core/report/comparison.h"

#include <cmath>

namespace paretoscope::commands {

namespace {

Json orNull(const std::optional<double>& value)
{
    return value && std::isfinite(*value) ? Json(*value) : Json(nullptr);
}

Json metricJson(const ComparedMetric& metric)
{
    return {{"run_a", metric.runA},
            {"run_b", metric.runB},
            {"metric", metric.metric},
            {"value_a", orNull(metric.valueA)},
            {"value_b", orNull(metric.valueB)},
            {"difference", orNull(metric.difference)},
            {"low", orNull(metric.low)},
            {"high", orNull(metric.high)},
            {"p_value", orNull(metric.pValue)},
            {"items", metric.items}};
}

Json comparisonJson(const Comparison& comparison, const std::string& a, const std::string& b)
{
    Json pairs = Json::array();
    for (const ComparedMetric& metric : comparison.metrics) pairs.push_back(metricJson(metric));
    Json settings = Json::array();
    for (const SettingDifference& setting : comparison.settings)
        settings.push_back({{"setting", setting.name}, {"a", setting.a}, {"b", setting.b}});
    return {{"a", a},
            {"b", b},
            {"pairs", std::move(pairs)},
            {"bd_rate", orNull(comparison.bdRate)},
            {"hypervolume",
             {{"a", orNull(comparison.hypervolumeA)}, {"b", orNull(comparison.hypervolumeB)}}},
            {"settings_that_differ", std::move(settings)}};
}

std::string number(const Json& value, const char* none)
{
    return value.is_null() ? none : fmt::format("{:.5g}", value.get<double>());
}

void print(const Json& document, Console& console)
{
    std::vector<std::vector<std::string>> rows{{"RUN A", "RUN B", "METRIC", "A", "B", "A - B", "95% INTERVAL", "P"}};
    for (const Json& pair : document["pairs"]) {
        const std::string interval = pair["low"].is_null() ? "" : fmt::format("[{}, {}]", number(pair["low"], ""),
                                                                              number(pair["high"], ""));
        rows.push_back({pair["run_a"].dump(), pair["run_b"].dump(), pair["metric"], number(pair["value_a"], "?"),
                        number(pair["value_b"], "?"), number(pair["difference"], "?"), interval,
                        number(pair["p_value"], "")});
    }
    console.write(textTable(rows));
    const Json& volume = document["hypervolume"];
    console.print("hypervolume: {} against {}; BD-rate: {}", number(volume["a"], "?"), number(volume["b"], "?"),
                  number(document["bd_rate"], "no overlap"));
    for (const Json& setting : document["settings_that_differ"])
        console.print("{}: {} against {}", setting["setting"].get<std::string>(), setting["a"].dump(),
                      setting["b"].dump());
}

std::vector<Run> doneRuns(const Store& store, const std::string& name)
{
    RunQuery query;
    query.experiments = {requireExperiment(store, name).id};
    query.states = {RunState::Done};
    std::vector<Run> runs;
    for (const Run& run : store.runs(query)) runs.push_back(store.run(run.id)); // with items
    if (runs.empty()) fail(ErrorCode::NotFound, "experiment '{}' has no finished runs", name);
    return runs;
}

// The plane: as asked, else size against the first quality metric that both have.
ComparisonOptions planeOf(const Arguments& arguments, const std::vector<Run>& a, const std::vector<Run>& b)
{
    ComparisonOptions plane;
    plane.xLog = arguments.has("log-x");
    plane.yLog = arguments.has("log-y");
    if (arguments.has("x") != arguments.has("y")) fail(ErrorCode::BadUsage, "give both '--x' and '--y', or neither");
    if (arguments.has("x")) {
        plane.x = requiredMetric(arguments, "x");
        plane.y = requiredMetric(arguments, "y");
        return plane;
    }
    for (const char* quality : {"perplexity", "accuracy", "exact_match", "bits_per_byte"}) {
        if (!a.front().measurement(quality) || !b.front().measurement(quality)) continue;
        plane.x = "file_bytes";
        plane.y = quality;
        break;
    }
    return plane;
}

int run(const Arguments& arguments, Console& console)
{
    const auto store = openStore(arguments);
    const std::vector<Run> a = doneRuns(*store, arguments.positional(0));
    const std::vector<Run> b = doneRuns(*store, arguments.positional(1));
    const ComparisonOptions plane = planeOf(arguments, a, b);
    Json document =
        comparisonJson(compareRuns(a, b, plane), arguments.positional(0), arguments.positional(1));
    document["x"] = plane.x;
    document["y"] = plane.y;
    if (console.wantsJson())
        console.json(document);
    else
        print(document, console);
    return 0;
}

} // namespace

const Command& compareCommand()
{
    static const Command row{
        "compare",
        "Compare two experiments run by run and frontier by frontier.",
        {{"A", "An experiment's name."}, {"B", "Another's."}},
        {options::store(),
         {"x", "METRIC", "The metric across; file_bytes when not given."},
         {"y", "METRIC", "The metric up; a quality both have when not given."},
         {"log-x", "", "Measure hypervolume with a logarithmic x axis."},
         {"log-y", "", "The same for y."},
         options::json()},
        run};
    return row;
}

} // namespace paretoscope::commands
