#include "app/command_line/run_selection.h"

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/evaluation/metric.h"

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

std::string requiredMetric(const Arguments& arguments, const std::string& option)
{
    return metricByName(arguments.required(option)).info.name;
}

} // namespace paretoscope
