#include "app/command_line/command.h"
#include "app/command_line/dry_run.h"
#include "app/command_line/pipeline_arguments.h"
#include "app/command_line/run_plan.h"
#include "app/command_line/run_watcher.h"
#include "app/program.h"
#include "core/base/error.h"
#include "core/base/json.h"
#include "core/report/report.h"

#include <map>
#include <utility>

namespace paretoscope::commands {

namespace {

std::vector<Run> readRuns(const Store& store, const std::vector<int64_t>& ids)
{
    std::vector<Run> runs;
    for (const int64_t id : ids) runs.push_back(store.run(id));
    return runs;
}

std::string counted(const std::vector<Run>& runs)
{
    std::map<std::pair<RunState, std::string>, int> counts; // in the order of the states
    for (const Run& run : runs) ++counts[{run.state, run.stateName()}];
    std::string text;
    for (const auto& [state, count] : counts)
        text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count, state.second);
    return text;
}

SchedulerOptions schedulerOptions(const Arguments& arguments, int64_t experiment)
{
    constexpr int64_t mostJobs = 256;
    SchedulerOptions options;
    options.store = arguments.required("store");
    options.workerCommand = {programFile().string(), "worker"};
    options.jobs = int(arguments.integer("jobs", 1, 1, mostJobs));
    options.experiments = {experiment};
    return options;
}

int run(const Arguments& arguments, Console& console)
{
    const std::string path = arguments.required("store");
    const ExperimentPlan plan = planFromArguments(arguments);
    const std::vector<std::string> settings = checkPlan(plan);
    if (arguments.has("dry-run")) return showForecast(plan, path, console);
    const auto store = Store::open(path);
    const Experiment experiment = store->openExperiment(plan.name, plan.model);
    store->requeueAbandonedRuns();
    const std::vector<int64_t> ids = store->addRuns(experiment.id, plan.requests(), settings);
    const SchedulerOptions options = schedulerOptions(arguments, experiment.id);
    if (options.jobs > 1)
        console.note("note: {} runs at once share the machine, so their speeds are not comparable", options.jobs);

    RunWatcher watcher(*store, {ids.begin(), ids.end()}, console);
    const WatchResult result = watcher.work(options);
    const std::vector<Run> runs = readRuns(*store, ids);
    if (console.wantsJson()) console.json(runsJson(runs));
    console.print("{}: {} runs, {}; store '{}'", plan.name, runs.size(), counted(runs), path);
    if (!result.error.empty()) fail(ErrorCode::Internal, "{}", result.error);
    if (result.interrupted)
        console.note("interrupted: runs that were not done are back in the queue; the same command goes on");
    for (const Run& each : runs)
        if (each.state != RunState::Done && !each.stoppedEarly()) return 1;
    return 0;
}

} // namespace

const Command& runCommand()
{
    static const Command row{
        "run",
        "Run an experiment: every run that the store does not already hold.",
        {{"EXPERIMENT.json", "The experiment; without it, the options below say what to run.", true}},
        {{"store", "FILE", "The store to write; made when it does not exist."},
         {"dry-run", "", "Say what every run will take, from the store's earlier runs, and run nothing."},
         {"race", "METRIC", "Stop runs early that are certainly dominated in this share of right answers, such as exact_match."},
         {"jobs", "N", "Runs at once, sharing the cores; 1 when not given, so that speeds are comparable."},
         {"name", "NAME", "The experiment's name."},
         {"model", "MODEL", "A folder, a GGUF file or builtin:NAME."},
         {"recipe", "RECIPE", "What to do to the model; the uncompressed model is always run first.", true},
         {"sweep", "NAME=V1,V2", "Values of a setting to go through.", true},
         {"task", "TASK", "What to measure, such as perplexity, perplexity(max_windows=20), or with a file of its own "
          "questions:FILE(shots=3).", true},
         {"text", "FILE", "Text for tasks that need one and name none."},
         options::calibration(), options::seed(), options::threads(), options::backend(), options::json()},
        run};
    return row;
}

} // namespace paretoscope::commands
