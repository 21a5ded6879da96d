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
    std::vector<std::string> parts; // of benchParts(); empty = all
};

// "prefill" of the starter model, "products" of 512 rows with every stored form, "batches" of 2 to 64 rows,
// "decode" of a random model, "perplexity" of a long text.
const std::vector<std::string>& benchParts();

// Runs alone on the machine for some seconds a check. Throws Error; Error(BadUsage) for a part that does not exist.
std::vector<BenchCheck> runBench(const BenchOptions& options, JobContext& job);

} // namespace paretoscope
