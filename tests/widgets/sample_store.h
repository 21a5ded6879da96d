// Stores filled with plausible runs, of any size.
#pragma once

#include "core/store/store.h"

#include <cstdint>
#include <filesystem>
#include <string>

namespace paretoscope::test {

struct SampleStore {
    int64_t runs = 100;       // in each experiment, with the baseline
    int64_t failed = 0;       // of these, the last ones
    int64_t queued = 0;       // beyond these
    uint64_t seed = 1;
};

// Adds an experiment whose done runs trade size against perplexity as quantization does.
void fillExperiment(Store& store, const std::string& name, const SampleStore& sample);

} // namespace paretoscope::test
