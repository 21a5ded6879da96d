// Two runs of a store side by side. A value; read and computed on any thread.
#pragma once

#include "core/experiment/experiment.h"
#include "core/report/comparison.h"

#include <filesystem>

namespace paretoscope {

struct RunComparison {
    Run a, b; // with items
    Comparison comparison;
};

// Opens the store anew. Error(NotFound) when a run is gone.
RunComparison readRunComparison(const std::filesystem::path& store, int64_t a, int64_t b);

} // namespace paretoscope
