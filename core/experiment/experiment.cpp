#include "core/experiment/experiment.h"

#include <algorithm>
#include <array>
#include <utility>

namespace paretoscope {

namespace {

constexpr std::array<std::pair<RunState, const char*>, 5> states{{
    {RunState::Queued, "queued"},
    {RunState::Running, "running"},
    {RunState::Done, "done"},
    {RunState::Failed, "failed"},
    {RunState::Cancelled, "cancelled"},
}};

} // namespace

const char* runStateName(RunState state)
{
    for (const auto& [value, name] : states)
        if (value == state) return name;
    return "queued";
}

RunState runStateFromName(const std::string& name)
{
    for (const auto& [value, known] : states)
        if (name == known) return value;
    fail(ErrorCode::BadFile, "'{}' is not a run state", name);
}

std::string EarlyStop::text() const
{
    return fmt::format("stopped early after {} of {} items: dominated by run {}", itemsSeen, items, dominatedBy);
}

std::string Run::stateName() const
{
    return stoppedEarly() ? "stopped early" : runStateName(state);
}

const Measurement* Run::measurement(const std::string& metric) const
{
    const auto found = std::find_if(measurements.begin(), measurements.end(),
                                    [&](const Measurement& m) { return m.metric == metric; });
    return found == measurements.end() ? nullptr : &*found;
}

std::vector<RunRequest> ExperimentPlan::requests() const
{
    std::vector<RunRequest> result;
    const auto add = [&](const std::string& recipe) {
        const bool known =
            std::any_of(result.begin(), result.end(),
                        [&](const RunRequest& request) { return request.recipe == recipe; });
        if (!known)
            result.push_back({model, recipe, tasks, seed, threads, backend, calibrationFile,
                              result.empty() ? std::string() : race});
    };
    add("none");
    for (const std::string& recipe : recipes)
        add(recipe);
    return result;
}

} // namespace paretoscope
