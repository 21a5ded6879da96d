// Finished runs made by hand.
#pragma once

#include "core/experiment/experiment.h"

#include <string>
#include <vector>

namespace paretoscope::test {

struct SampleRun {
    int64_t id;
    std::string experiment;
    std::string recipe;
    double fileBytes;
    double perplexity;
    double noise = 0; // half of the interval of perplexity
};

inline Run runOf(const SampleRun& sample)
{
    Run run;
    run.id = sample.id;
    run.experiment = sample.experiment;
    run.experimentId = int64_t(sample.experiment.size());
    run.request.recipe = sample.recipe;
    run.state = RunState::Done;
    Measurement size;
    size.metric = "file_bytes";
    size.value = sample.fileBytes;
    run.measurements.push_back(size);
    Measurement quality;
    quality.metric = "perplexity";
    quality.value = sample.perplexity;
    if (sample.noise > 0) {
        quality.low = sample.perplexity - sample.noise;
        quality.high = sample.perplexity + sample.noise;
        quality.standardError = sample.noise / 1.96;
    }
    run.measurements.push_back(quality);
    return run;
}

inline std::vector<Run> runsOf(const std::vector<SampleRun>& samples)
{
    std::vector<Run> runs;
    for (const SampleRun& sample : samples) runs.push_back(runOf(sample));
    return runs;
}

// By hand: 1, 2, 3 and 5 are on the frontier; 4 (9.0 at 6 MiB) loses to 3 (7.0 at 4 MiB) by more
// than the noise; 6 (7.05 ± 0.2 at 5 MiB) loses to 3 by less.
inline std::vector<SampleRun> handMadeRuns()
{
    constexpr double mib = 1024 * 1024;
    return {{1, "first-light", "none", 16 * mib, 6.0, 0.1},
            {2, "first-light", "quantization.rtn(bits=2)", 2 * mib, 12.0, 0.3},
            {3, "first-light", "quantization.rtn(bits=4)", 4 * mib, 7.0, 0.2},
            {4, "first-light", "pruning.wanda(sparsity=0.5)", 6 * mib, 9.0, 0.2},
            {5, "first-light", "quantization.rtn(bits=8)", 8 * mib, 6.1, 0.1},
            {6, "first-light", "pruning.wanda(sparsity=0.2)", 5 * mib, 7.05, 0.2}};
}

} // namespace paretoscope::test
