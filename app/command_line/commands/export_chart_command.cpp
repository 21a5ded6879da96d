#include "app/command_line/command.h"
#include "app/command_line/pipeline_arguments.h"
#include "app/command_line/run_selection.h"
#include "core/base/error.h"
#include "core/base/json.h"
#include "core/evaluation/metric.h"
#include "widgets/charts/chart_export.h"

namespace paretoscope::commands {

namespace {

// "auto" asks the metric.
bool wantsLog(const Arguments& arguments, const std::string& axis, const std::string& metric)
{
    if (arguments.has("log-" + axis) && arguments.has("linear-" + axis))
        fail(ErrorCode::BadUsage, "'--log-{0}' and '--linear-{0}' exclude each other", axis);
    if (arguments.has("linear-" + axis)) return false;
    return arguments.has("log-" + axis) || metricByName(metric).info.preferLog;
}

FrontierChartOptions chartOptions(const Arguments& arguments)
{
    FrontierChartOptions options;
    options.x = requiredMetric(arguments, "x");
    options.y = requiredMetric(arguments, "y");
    options.xLog = wantsLog(arguments, "x", options.x);
    options.yLog = wantsLog(arguments, "y", options.y);
    options.linePerExperiment = !arguments.has("one-frontier");
    return options;
}

int run(const Arguments& arguments, Console& console)
{
    constexpr double leastPoints = 100, mostPoints = 10000;
    const std::string file = arguments.required("output");
    const FrontierChartOptions options = chartOptions(arguments);
    const auto store = openStore(arguments);
    const FrontierChartData data = frontierChartData(store->runs(runQuery(*store, arguments)), options);
    ChartExportOptions exportOptions;
    exportOptions.widthPoints = arguments.number("width", exportOptions.widthPoints, leastPoints, mostPoints);
    exportOptions.heightPoints = arguments.number("height", exportOptions.heightPoints, leastPoints, mostPoints);
    exportOptions.scale = arguments.number("scale", exportOptions.scale, 0.5, 10);
    exportOptions.caption = frontierCaption(data, store->path().string());
    exportFrontierChart(data, file, exportOptions);
    console.print("'{}': {}", file, describeFrontier(data));
    if (console.wantsJson())
        console.json({{"output", file}, {"points", data.points.size()}, {"description", describeFrontier(data)}});
    return 0;
}

} // namespace

const Command& exportChartCommand()
{
    static const Command row{
        "export chart",
        "Draw the frontier into a file.",
        {},
        {options::store(),
         {"x", "METRIC", "The metric across."},
         {"y", "METRIC", "The metric up."},
         {"output", "FILE", "Where to; the ending says how: png, svg or pdf."},
         options::experiment(),
         {"log-x", "", "A logarithmic x axis; the metric's own preference when not given."},
         {"log-y", "", "A logarithmic y axis."},
         {"linear-x", "", "A linear x axis."},
         {"linear-y", "", "A linear y axis."},
         {"one-frontier", "", "One frontier over all experiments instead of one each."},
         {"width", "POINTS", "Width in 1/72 inch; 720 when not given."},
         {"height", "POINTS", "Height in 1/72 inch; 460 when not given."},
         {"scale", "N", "Pixels a point, PNG only; 2 when not given."},
         options::json()},
        run,
        true};
    return row;
}

} // namespace paretoscope::commands
