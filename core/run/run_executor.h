// One run, from model path to measurements: what a worker does.
#pragma once

#include "core/base/job_context.h"
#include "core/experiment/experiment.h"

#include <filesystem>
#include <vector>

namespace paretoscope {

struct RunOutcome {
    Provenance provenance;
    std::vector<Measurement> measurements;
};

// Loads, applies the recipe, runs the always-tasks (footprint, speed) and the requested ones.
// `scratchParent`: where temporary files go. Throws Error.
RunOutcome executeRun(const RunRequest& request, JobContext& job,
                      const std::filesystem::path& scratchParent = {});

} // namespace paretoscope
