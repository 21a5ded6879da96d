// One run, from model path to measurements: what a worker does.
#pragma once

#include "core/base/job_context.h"
#include "core/experiment/experiment.h"

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace paretoscope {

struct RunOutcome {
    Provenance provenance;
    std::vector<Measurement> measurements;
};

// What a run that races tells while it goes on; null functions where it does not race.
struct RaceNews {
    std::function<void(const std::vector<Measurement>&)> costs; // raceCosts(), once, before the first item
    std::function<void(const ItemScore&)> item;                 // of RunRequest::race, in a shuffled order
};

// Metrics in which a run must cost no less than another to be dominated by it in a race.
const std::vector<std::string>& raceCosts();

// Error(BadUsage) unless a race can be decided by the metric: scores from 0 to 1 of items that `tasks` ask one by one.
void checkRace(const std::string& metric, const std::vector<TaskRequest>& tasks);

// The metric to race by when none is named: right answers, else right choices; nothing without such tasks.
std::optional<std::string> raceMetric(const std::vector<TaskRequest>& tasks);

// Loads, applies the recipe, runs the always-tasks (footprint, speed) and the requested ones.
// `scratchParent`: where temporary files go. A run that races visits the items of all tasks that have a plan in one
// shuffled order; what comes out is the same bit for bit, but for what was timed. Throws Error.
RunOutcome executeRun(const RunRequest& request, JobContext& job, const std::filesystem::path& scratchParent = {},
                      const RaceNews& news = {});

} // namespace paretoscope
