#include "app/command_line/command.h"
#include "app/command_line/pipeline_arguments.h"
#include "app/command_line/run_selection.h"
#include "app/command_line/run_watcher.h"
#include "core/base/error.h"
#include "core/base/json.h"
#include "core/evaluation/metric.h"
#include "core/report/report.h"

#include <algorithm>

namespace paretoscope::commands {

namespace {

// Columns of the table: those asked for, else a few that fit on a line.
std::vector<std::string> columns(const Arguments& arguments, const std::vector<std::string>& measured)
{
    std::vector<std::string> names;
    for (const std::string& name : arguments.all("metric")) names.push_back(metricByName(name).info.name);
    if (!names.empty()) return names;
    for (const char* name : {"perplexity", "accuracy", "exact_match", "file_bytes", "bits_per_weight",
                             "kv_bytes_per_token", "decode_tokens_per_second"})
        if (std::find(measured.begin(), measured.end(), name) != measured.end()) names.emplace_back(name);
    return names;
}

std::string tableOf(const std::vector<Run>& runs, const std::vector<std::string>& metrics)
{
    const bool several = std::any_of(runs.begin(), runs.end(),
                                     [&](const Run& run) { return run.experimentId != runs[0].experimentId; });
    std::vector<std::vector<std::string>> rows{{"RUN"}};
    if (several) rows[0].emplace_back("EXPERIMENT");
    rows[0].insert(rows[0].end(), {"RECIPE", "STATE"});
    for (const std::string& metric : metrics) rows[0].push_back(metric);
    for (const Run& run : runs) {
        rows.push_back({std::to_string(run.id)});
        if (several) rows.back().push_back(run.experiment);
        rows.back().insert(rows.back().end(), {run.request.recipe, run.stateName()});
        for (const std::string& metric : metrics) {
            const Measurement* measurement = run.measurement(metric);
            rows.back().push_back(measurement ? measurementText(*measurement) : "");
        }
        if (run.state == RunState::Failed || run.stoppedEarly()) rows.back().push_back(run.error);
    }
    return textTable(rows);
}

int run(const Arguments& arguments, Console& console)
{
    if (arguments.has("csv") && arguments.has("json"))
        fail(ErrorCode::BadUsage, "'--csv' and '--json' exclude each other");
    const auto store = openStore(arguments);
    const RunQuery query = runQuery(*store, arguments);
    const std::vector<Run> runs = store->runs(query);
    if (console.wantsJson())
        console.json(runsJson(runs));
    else if (arguments.has("csv"))
        console.write(reportForFile("runs.csv").write({runs, "", {}}));
    else
        console.write(tableOf(runs, columns(arguments, store->metricNames(query))));
    return 0;
}

} // namespace

const Command& runsCommand()
{
    static const Command row{
        "runs",
        "Show the run table.",
        {},
        {options::store(),
         options::experiment(),
         {"metric", "NAME", "A column of the table; a few that fit on a line when not given.", true},
         options::json(),
         {"csv", "", "Print comma-separated values, all metrics included."}},
        run};
    return row;
}

} // namespace paretoscope::commands
