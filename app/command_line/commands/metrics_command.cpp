#include "app/command_line/command.h"
#include "app/command_line/pipeline_arguments.h"
#include "core/base/json.h"
#include "core/evaluation/metric.h"

namespace paretoscope::commands {

namespace {

int run(const Arguments&, Console& console)
{
    Json list = Json::array();
    std::vector<std::vector<std::string>> rows{{"METRIC", "UNIT", "BETTER", "WHAT IT IS"}};
    for (const Metric* metric : metrics::all()) {
        const MetricInfo& info = metric->info;
        list.push_back({{"name", info.name},
                        {"title", info.title},
                        {"unit", info.unit},
                        {"higher_is_better", info.higherIsBetter},
                        {"prefer_log", info.preferLog},
                        {"description", info.description}});
        rows.push_back({info.name, info.unit, info.higherIsBetter ? "higher" : "lower", info.description});
    }
    if (console.wantsJson())
        console.json({{"metrics", std::move(list)}});
    else
        console.write(textTable(rows));
    return 0;
}

} // namespace

const Command& metricsCommand()
{
    static const Command row{
        "metrics", "List the measured quantities, their units and directions.", {}, {options::json()}, run};
    return row;
}

} // namespace paretoscope::commands
