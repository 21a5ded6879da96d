#include "app/command_line/command.h"
#include "app/command_line/pipeline_arguments.h"
#include "app/command_line/report_export.h"
#include "app/command_line/run_selection.h"
#include "core/base/error.h"
#include "core/base/json.h"
#include "core/evaluation/metric.h"
#include "core/report/study_document.h"

#include <algorithm>
#include <filesystem>

namespace paretoscope::commands {

namespace {

// A logarithmic axis where the metric asks for one and the values need it.
bool wantsLog(const Arguments& arguments, const std::string& axis, const std::string& metric, const std::vector<Run>& runs)
{
    constexpr double worthIt = 8;
    if (arguments.has("log-" + axis)) return true;
    if (arguments.has("linear-" + axis) || !metricByName(metric).info.preferLog) return false;
    double low = std::numeric_limits<double>::infinity(), high = 0;
    for (const Run& run : runs) {
        const Measurement* m = run.measurement(metric);
        if (!m || !(m->value > 0) || !std::isfinite(m->value)) continue;
        low = std::min(low, m->value);
        high = std::max(high, m->value);
    }
    return high > worthIt * low;
}

Plane planeOf(const Arguments& arguments, const std::vector<Run>& runs)
{
    if (arguments.has("x") != arguments.has("y")) fail(ErrorCode::BadUsage, "give both '--x' and '--y', or neither");
    Plane plane = arguments.has("x") ? Plane{requiredMetric(arguments, "x"), requiredMetric(arguments, "y")} : defaultPlane(runs);
    if (plane.empty())
        fail(ErrorCode::NotFound, "the finished runs have no quality metric in common; name two metrics with '--x' and '--y'");
    plane.xLog = wantsLog(arguments, "x", plane.x, runs);
    plane.yLog = wantsLog(arguments, "y", plane.y, runs);
    return plane;
}

std::vector<Run> runsFor(const Store& store, const RunQuery& query, const Plane& plane)
{
    std::vector<Run> runs = store.runs(query);
    for (Run& run : runs)
        for (Measurement& measurement : run.measurements)
            if (measurement.metric == plane.x || measurement.metric == plane.y)
                measurement.items = store.items(run.id, measurement.metric);
    return runs;
}

bool isMarkdown(const std::string& file)
{
    const std::string ending = std::filesystem::path(file).extension().string();
    if (ending != ".md" && ending != ".html")
        fail(ErrorCode::BadUsage, "'{}': a report is written as .html or .md; 'export table' writes others", file);
    return ending == ".md";
}

int run(const Arguments& arguments, Console& console)
{
    const std::string file = arguments.required("output");
    const bool markdown = isMarkdown(file);
    StudyOptions options;
    options.marginPercent = arguments.number("margin", options.marginPercent, 1e-6, 1e6);
    for (const std::string& name : arguments.all("metric")) options.columns.push_back(metricByName(name).info.name);
    const auto store = openStore(arguments);
    const RunQuery query = runQuery(*store, arguments);
    options.plane = planeOf(arguments, store->runs(query));
    options.title = reportTitle(arguments, *store);
    options.source = store->path().filename().string();
    const Study study = makeStudy(runsFor(*store, query, options.plane), options);
    const Document document = documentOf(study);
    writeFileAtomically(file, markdown ? markdownOf(document) : htmlOf(document));
    console.print("'{}': {} runs. {}", file, study.runs.size(), study.recommendation.reason);
    const auto orNull = [](const std::optional<int64_t>& id) { return id ? Json(*id) : Json(nullptr); };
    if (console.wantsJson())
        console.json({{"output", file},
                      {"runs", study.runs.size()},
                      {"format", markdown ? "markdown" : "html"},
                      {"x", options.plane.x},
                      {"y", options.plane.y},
                      {"recommended", orNull(study.recommendation.run)},
                      {"runner_up", orNull(study.recommendation.runnerUp)},
                      {"reason", study.recommendation.reason}});
    return 0;
}

} // namespace

const Command& exportReportCommand()
{
    static const Command row{
        "export report",
        "Write a report that can be read alone: what was asked and run, the frontier, tests, a recommendation.",
        {},
        {options::store(),
         options::experiment(),
         {"output", "FILE", "Where to; the ending says how: html or md."},
         {"x", "METRIC", "The metric across; file_bytes when not given."},
         {"y", "METRIC", "The metric up; a quality that all runs have when not given."},
         {"log-x", "", "A logarithmic x axis; where the values need it when not given."},
         {"log-y", "", "A logarithmic y axis."},
         {"linear-x", "", "A linear x axis."},
         {"linear-y", "", "A linear y axis."},
         {"margin", "M", "A loss that is small enough: M %, points for shares; 2 when not given."},
         {"metric", "NAME", "A column of the table; a few that fit on paper when not given.", true},
         {"title", "TEXT", "The title; the experiments' names when not given."},
         options::json()},
        run};
    return row;
}

} // namespace paretoscope::commands
