// Measures this machine and the engine on it, as ratios to limits measured in the same run.
#pragma once

#include "core/base/job_context.h"

#include <filesystem>
#include <string>
#include <vector>

namespace paretoscope {

struct BenchCheck {
    std::string name; // "decode_packed4_fraction_of_bandwidth"
    double value = 0;
    std::string unit;        // "ratio", "GB/s", "GFLOP/s", "tokens/s"
    double target = 0;       // what the project promises; 0 = only reported
    std::string explanation; // what was measured against what
};

struct BenchOptions {
    std::string model = "builtin:starter";   // for the prefill comparison
    std::string randomModel = "100m";        // for decoding; see model/random_model.h
    std::filesystem::path scratchParent;     // where the random model is written for the run
    double secondsPerCheck = 1.5;
};

// Runs alone on the machine for some seconds a check. Throws Error.
std::vector<BenchCheck> runBench(const BenchOptions& options, JobContext& job);

} // namespace paretoscope
