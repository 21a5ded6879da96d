#include "app/command_line/command.h"
#include "app/command_line/console.h"
#include "app/command_line/pipeline_arguments.h"
#include "core/base/json.h"
#include "core/run/bench.h"

namespace paretoscope::commands {

namespace {

Json checksJson(const std::vector<BenchCheck>& checks)
{
    Json list = Json::array();
    for (const BenchCheck& check : checks) {
        Json row{{"name", check.name}, {"value", check.value}, {"unit", check.unit}, {"explanation", check.explanation}};
        if (check.target > 0) row["target"] = check.target;
        list.push_back(std::move(row));
    }
    return {{"checks", list}};
}

int run(const Arguments& arguments, Console& console)
{
    BenchOptions options;
    options.model = arguments.text("model", options.model);
    options.randomModel = arguments.text("random-model", options.randomModel);
    options.secondsPerCheck = arguments.number("seconds", options.secondsPerCheck, 0.01, 600);
    JobContext job(console.progressListener());
    const std::vector<BenchCheck> checks = runBench(options, job);
    console.progress().clear();
    std::vector<std::vector<std::string>> rows{{"check", "value", "unit", "target", "what"}};
    for (const BenchCheck& check : checks)
        rows.push_back({check.name, fmt::format("{:.3g}", check.value), check.unit,
                        check.target > 0 ? fmt::format("{:.2g}", check.target) : std::string(), check.explanation});
    console.print("{}", textTable(rows));
    if (console.wantsJson()) console.json(checksJson(checks));
    return 0;
}

} // namespace

const Command& benchCommand()
{
    static const Command row{
        "bench",
        "Measure this machine and the engine on it, against limits measured in the same run.",
        {},
        {{"model", "MODEL", "Model of the prefill comparison (default builtin:starter)."},
         {"random-model", "NAME", "Random model for decoding: tiny, 100m or 280m (default 100m)."},
         {"seconds", "N", "Seconds a check (default 1.5)."},
         options::json()},
        run};
    return row;
}

} // namespace paretoscope::commands
