#include "app/command_line/run_selection.h"

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/evaluation/metric.h"

#include <algorithm>

namespace paretoscope {

std::unique_ptr<Store> openStore(const Arguments& arguments)
{
    return Store::open(arguments.required("store"), StoreAccess::ReadOnly);
}

Experiment requireExperiment(const Store& store, const std::string& name)
{
    if (const auto found = store.experimentByName(name)) return *found;
    std::vector<std::string> names;
    for (const Experiment& experiment : store.experiments(true)) names.push_back(experiment.name);
    fail(ErrorCode::NotFound, "'{}' holds no experiment '{}'{}", store.path().string(), name, didYouMean(name, names));
}

RunQuery runQuery(const Store& store, const Arguments& arguments)
{
    RunQuery query;
    for (const std::string& name : arguments.all("experiment"))
        query.experiments.push_back(requireExperiment(store, name).id);
    return query;
}

NamedRuns runsNamed(const Store& store, const std::string& word)
{
    NamedRuns named;
    const auto number = parseInteger(word.rfind("run:", 0) == 0 ? std::string_view(word).substr(4) : word);
    if (number && !store.experimentByName(word)) {
        const Run run = store.run(*number);
        if (run.state != RunState::Done)
            fail(ErrorCode::NotFound, "run {} has no measurements: it is {}", run.id, runStateName(run.state));
        named.name = fmt::format("run {}", run.id);
        named.single = true;
        named.runs = {run.id};
        return named;
    }
    RunQuery query;
    query.experiments = {requireExperiment(store, word).id};
    query.states = {RunState::Done};
    named.name = fmt::format("'{}'", word);
    named.runs = store.runIds(query);
    if (named.runs.empty()) fail(ErrorCode::NotFound, "experiment '{}' has no finished runs", word);
    return named;
}

std::vector<Run> doneRunsWithItems(const Store& store, RunQuery query, const std::vector<std::string>& metrics)
{
    query.states = {RunState::Done};
    std::vector<Run> runs = store.runs(query);
    for (Run& run : runs)
        for (Measurement& measurement : run.measurements)
            if (std::find(metrics.begin(), metrics.end(), measurement.metric) != metrics.end())
                measurement.items = store.items(run.id, measurement.metric);
    return runs;
}

std::string requiredMetric(const Arguments& arguments, const std::string& option)
{
    return metricByName(arguments.required(option)).info.name;
}

} // namespace paretoscope
