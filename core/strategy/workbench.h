// What a strategy may use while it works.
#pragma once

#include "core/backend/backend.h"
#include "core/base/job_context.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

namespace paretoscope {

class ContentCache;

// One a run. Single-threaded unless a member says otherwise.
struct Workbench {
    std::shared_ptr<const Backend> backend;
    JobContext* job = nullptr; // never null while a strategy works
    uint64_t seed = 1;
    std::string calibrationText;   // empty when none was given
    std::string calibrationSource; // for the record
    std::filesystem::path scratchFolder; // exists; removed after the run

    // What work can be kept by: a fingerprint of everything that made the pipeline at hand (model, steps
    // before this one, seed, calibration text), set by applyRecipe. Empty: unknown, nothing is kept.
    std::string origin;
    const ContentCache* kept = nullptr; // statistics and unfinished work; null = none
};

} // namespace paretoscope
