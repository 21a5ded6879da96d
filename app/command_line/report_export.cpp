#include "app/command_line/report_export.h"

#include "app/command_line/pipeline_arguments.h"
#include "app/command_line/run_selection.h"
#include "core/base/json.h"
#include "core/evaluation/metric.h"
#include "core/report/report.h"

namespace paretoscope {

std::string reportTitle(const Arguments& arguments, const Store& store)
{
    std::string title;
    for (const std::string& name : arguments.all("experiment")) title += (title.empty() ? "" : ", ") + name;
    return arguments.text("title", title.empty() ? store.path().stem().string() : title);
}

std::vector<Option> reportOptions(const std::string& endings)
{
    return {options::store(),
            options::experiment(),
            {"output", "FILE", "Where to; the ending says how: " + endings + "."},
            {"metric", "NAME", "A column; all metrics when not given.", true},
            {"title", "TEXT", "The title; the experiments' names when not given."},
            options::json()};
}

int exportReport(const Arguments& arguments, Console& console)
{
    const std::string file = arguments.required("output");
    const Report& report = reportForFile(file);
    ReportInput input;
    for (const std::string& name : arguments.all("metric")) input.metrics.push_back(metricByName(name).info.name);
    const auto store = openStore(arguments);
    input.runs = store->runs(runQuery(*store, arguments));
    input.title = reportTitle(arguments, *store);
    writeFileAtomically(file, report.write(input));
    console.print("'{}': {} runs", file, input.runs.size());
    if (console.wantsJson()) console.json({{"output", file}, {"runs", input.runs.size()}, {"format", report.id}});
    return 0;
}

} // namespace paretoscope
