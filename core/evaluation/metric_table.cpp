#include "core/base/error.h"
#include "core/base/text.h"
#include "core/evaluation/metric.h"
#include "core/evaluation/task.h"

#include <iterator>
#include <utility>

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

Task plannedTask(TaskInfo info, std::vector<Parameter> parameters, ItemPlan (*plan)(const TaskInput&),
                 void (*checkText)(const std::string&, const std::string&))
{
    const auto run = [plan](const TaskInput& input, Evidence& evidence) { visitAll(plan(input), input.job, evidence); };
    return {std::move(info), std::move(parameters), run, false, checkText, plan};
}

void visitAll(const ItemPlan& plan, JobContext& job, Evidence& evidence)
{
    for (size_t i = 0; i < plan.stages.size(); ++i) {
        job.report(double(i) / double(plan.stages.size()), plan.stages[i]);
        plan.visit(i, evidence);
    }
    if (plan.finish) plan.finish(evidence);
}

void appendItems(Evidence& evidence, Evidence&& item)
{
    const auto append = [](auto& to, auto&& from) {
        to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
    };
    if (item.answers) {
        if (!evidence.answers) evidence.answers.emplace();
        append(evidence.answers->answers, item.answers->answers);
    }
    if (item.choices) {
        if (!evidence.choices) evidence.choices.emplace();
        append(evidence.choices->questions, item.choices->questions);
    }
    append(evidence.notes, item.notes);
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
