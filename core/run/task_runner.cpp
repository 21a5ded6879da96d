#include "core/run/task_runner.h"

#include "core/base/error.h"
#include "core/base/random.h"
#include "core/base/text.h"
#include "core/evaluation/metric.h"

#include <algorithm>
#include <utility>

namespace paretoscope {

namespace {

// One item of one of several plans.
struct Place {
    size_t plan, item;
};

std::vector<size_t> shuffled(size_t count, uint64_t seed)
{
    Random random(seed, "order of a race");
    std::vector<size_t> order(count);
    for (size_t i = 0; i < count; ++i) order[i] = i;
    for (size_t i = count; i > 1; --i) std::swap(order[i - 1], order[size_t(random.below(i))]);
    return order;
}

bool isAsked(const std::string& metric, const std::vector<TaskRequest>& tasks)
{
    return std::any_of(tasks.begin(), tasks.end(), [&](const TaskRequest& request) {
        const Task& task = taskById(request.task);
        const std::vector<std::string>& fed = task.info.metrics;
        return task.plan && std::find(fed.begin(), fed.end(), metric) != fed.end();
    });
}

std::vector<Measurement> costsOf(const Evidence& evidence)
{
    std::vector<Measurement> costs;
    for (const std::string& name : raceCosts())
        if (std::optional<Measurement> cost = metricByName(name).measure(evidence)) {
            cost->metric = name;
            costs.push_back(std::move(*cost));
        }
    return costs;
}

} // namespace

const std::vector<std::string>& raceCosts()
{
    static const std::vector<std::string> names{"file_bytes", "weight_bytes", "kv_bytes_per_token", "flops_per_token"};
    return names;
}

void checkRace(const std::string& metric, const std::vector<TaskRequest>& tasks)
{
    const MetricInfo& info = metricByName(metric).info;
    const bool score = info.scale == MetricScale::Ratio && info.higherIsBetter;
    const bool asked = isAsked(metric, tasks);
    if (!score) fail(ErrorCode::BadUsage, "a race is decided by shares of right answers, not by '{}'", metric);
    if (!asked) fail(ErrorCode::BadUsage, "no task of the experiment asks what '{}' is measured on, so no race by it", metric);
}

std::optional<std::string> raceMetric(const std::vector<TaskRequest>& tasks)
{
    for (const char* metric : {"exact_match", "accuracy"})
        if (isAsked(metric, tasks)) return metric;
    return std::nullopt;
}

TaskInput TaskRunner::inputOf(const PreparedTask& task) const
{
    return {pipeline, backend, task.settings, task.text, task.textName, request.seed, job, &reference, &cache};
}

// What prompt compressors, decode drivers and attention policies save is not among the costs that races compare.
bool TaskRunner::races() const
{
    return news.item && !request.race.empty() && pipeline.promptCompressors.empty() && !pipeline.driver &&
           !pipeline.attention;
}

void TaskRunner::run(const std::vector<PreparedTask>& tasks, double from, Evidence& evidence) const
{
    std::vector<const PreparedTask*> raced;
    const double step = (1 - from) / double(tasks.size());
    double at = from;
    for (const PreparedTask& task : tasks) {
        if (races() && task.task->plan) {
            raced.push_back(&task);
            continue;
        }
        job.enterPart(at, at + step);
        at += step;
        task.task->run(inputOf(task), evidence);
    }
    if (raced.empty()) return;
    job.enterPart(at, 1);
    raceItems(raced, evidence);
}

void TaskRunner::raceItems(const std::vector<const PreparedTask*>& tasks, Evidence& evidence) const
{
    const Metric& metric = metricByName(request.race);
    news.costs(costsOf(evidence));
    std::vector<TaskInput> inputs; // plans refer to them
    inputs.reserve(tasks.size());
    std::vector<ItemPlan> plans;
    std::vector<Place> places;
    for (const PreparedTask* task : tasks) {
        inputs.push_back(inputOf(*task));
        plans.push_back(task->task->plan(inputs.back()));
        for (size_t i = 0; i < plans.back().stages.size(); ++i) places.push_back({plans.size() - 1, i});
    }
    std::vector<Evidence> visited(places.size());
    size_t done = 0;
    for (const size_t i : shuffled(places.size(), request.seed)) {
        const auto [plan, item] = places[i];
        job.report(double(done) / double(places.size()),
                   fmt::format("racing: item {} of {}, {}", done + 1, places.size(), plans[plan].stages[item]));
        plans[plan].visit(item, visited[i]);
        if (const std::optional<Measurement> seen = metric.measure(visited[i]))
            for (const ItemScore& score : seen->items) news.item(score);
        ++done;
    }
    // In the order of an ordinary run.
    for (size_t plan = 0, i = 0; plan < plans.size(); ++plan) {
        for (; i < places.size() && places[i].plan == plan; ++i) appendItems(evidence, std::move(visited[i]));
        if (plans[plan].finish) plans[plan].finish(evidence);
    }
}

} // namespace paretoscope
