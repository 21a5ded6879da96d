#include "app/command_line/command.h"
#include "app/command_line/comparison_text.h"
#include "app/command_line/pipeline_arguments.h"
#include "app/command_line/run_selection.h"
#include "core/base/error.h"
#include "core/base/json.h"
#include "core/evaluation/metric.h"

namespace paretoscope::commands {

namespace {

std::vector<Run> withItems(const Store& store, const std::vector<int64_t>& ids)
{
    std::vector<Run> runs;
    for (const int64_t id : ids) runs.push_back(store.run(id));
    return runs;
}

// The plane: as asked, else size against the first quality metric that all have.
Plane planeOf(const Arguments& arguments, const std::vector<Run>& all)
{
    if (arguments.has("x") != arguments.has("y")) fail(ErrorCode::BadUsage, "give both '--x' and '--y', or neither");
    Plane plane = arguments.has("x") ? Plane{requiredMetric(arguments, "x"), requiredMetric(arguments, "y")}
                                     : defaultPlane(all);
    plane.xLog = arguments.has("log-x");
    plane.yLog = arguments.has("log-y");
    return plane;
}

// What the question is about: as asked, else the plane's y.
std::vector<std::string> testedMetrics(const Arguments& arguments, const Plane& plane, const std::vector<Run>& all)
{
    std::vector<std::string> names;
    for (const std::string& name : arguments.all("metric")) names.push_back(metricByName(name).info.name);
    if (names.empty() && !plane.y.empty()) names.push_back(plane.y);
    if (names.empty())
        if (const std::string quality = defaultQuality(all); !quality.empty()) names.push_back(quality);
    return names;
}

std::optional<double> percentOption(const Arguments& arguments, const char* name)
{
    if (!arguments.has(name)) return std::nullopt;
    return arguments.number(name, 0, 1e-6, 1e6);
}

int run(const Arguments& arguments, Console& console)
{
    const auto store = openStore(arguments);
    ComparisonQuestion question;
    question.a = runsNamed(*store, arguments.positional(0));
    question.b = runsNamed(*store, arguments.positional(1));
    const std::vector<Run> a = withItems(*store, question.a.runs);
    const std::vector<Run> b = withItems(*store, question.b.runs);
    std::vector<Run> all = a;
    all.insert(all.end(), b.begin(), b.end());
    question.options.plane = planeOf(arguments, all);
    question.options.tested = testedMetrics(arguments, question.options.plane, all);
    question.marginPercent = percentOption(arguments, "margin");
    question.halfWidthPercent = percentOption(arguments, "interval");
    question.significance = arguments.number("significance", question.significance, 1e-9, 0.5);
    const Comparison comparison = compareRuns(a, b, question.options);
    if (console.wantsJson())
        console.json(comparisonJson(comparison, question));
    else
        printComparison(comparison, question, console);
    return 0;
}

} // namespace

const Command& compareCommand()
{
    static const Command row{
        "compare",
        "Tell whether one experiment, or one run, is better than another, and by which test.",
        {{"A", "An experiment's name, or a run's number."}, {"B", "Another's."}},
        {options::store(),
         {"metric", "NAME", "A metric that the question is about; --y when not given. Their tests are corrected "
                            "together.", true},
         {"margin", "M", "Ask too whether A is no more than M % worse than B (points for shares), with 95 % confidence."},
         {"interval", "W", "Tell how many items an interval of ± W % (points for shares) needs."},
         {"significance", "P", "A corrected p below it counts as shown; 0.05 when not given."},
         {"x", "METRIC", "The metric across; file_bytes when not given."},
         {"y", "METRIC", "The metric up; a quality both have when not given."},
         {"log-x", "", "Measure hypervolume with a logarithmic x axis."},
         {"log-y", "", "The same for y."},
         options::json()},
        run};
    return row;
}

} // namespace paretoscope::commands
