#include "core/base/error.h"
#include "core/base/text.h"
#include "core/evaluation/metric.h"
#include "core/evaluation/task.h"

namespace paretoscope {

const Metric* findMetric(const std::string& name)
{
    for (const Metric* metric : metrics::all())
        if (metric->info.name == name) return metric;
    return nullptr;
}

const Metric& metricByName(const std::string& name)
{
    if (const Metric* found = findMetric(name)) return *found;
    std::vector<std::string> names;
    for (const Metric* metric : metrics::all()) names.push_back(metric->info.name);
    fail(ErrorCode::BadUsage, "there is no metric '{}'{}", name, didYouMean(name, names));
}

std::vector<Measurement> measureAll(const Evidence& evidence)
{
    std::vector<Measurement> result;
    for (const Metric* metric : metrics::all())
        if (std::optional<Measurement> measured = metric->measure(evidence)) {
            measured->metric = metric->info.name;
            result.push_back(std::move(*measured));
        }
    return result;
}

std::vector<Measurement> measureChanges(std::span<const Measurement> run, std::span<const Measurement> baseline)
{
    std::vector<Measurement> result;
    for (const Metric* metric : metrics::all()) {
        if (!metric->change) continue;
        if (std::optional<Measurement> measured = metric->change(run, baseline)) {
            measured->metric = metric->info.name;
            result.push_back(std::move(*measured));
        }
    }
    return result;
}

const Task& taskById(const std::string& id)
{
    std::vector<std::string> names;
    for (const Task* task : tasks::all()) {
        if (task->info.id == id) return *task;
        names.push_back(task->info.id);
    }
    fail(ErrorCode::BadUsage, "there is no task '{}'{}", id, didYouMean(id, names));
}

} // namespace paretoscope
