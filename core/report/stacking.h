// Strategies on top of each other: does a stack lose what its parts lose together, and does their
// order matter? Found among the runs by their recipes. Pure.
#pragma once

#include "core/evaluation/interaction.h"
#include "core/experiment/experiment.h"
#include "core/report/metric_difference.h"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace paretoscope {

struct StackedRuns {
    int64_t base = 0, first = 0, second = 0, both = 0; // runs: none, A, B, A+B
    std::string firstRecipe, secondRecipe;
    double baseValue = 0, firstValue = 0, secondValue = 0, bothValue = 0;
    // both - first - second + base over shared items; of perplexity, of its logarithm.
    std::optional<PairedDifference> interaction;
    std::optional<double> adjustedP; // Holm's, over all interactions found
    // A+B against B+A, where that run exists.
    std::optional<ComparedMetric> order;
    std::string sentence;
};

// Every finished run whose recipe is A+B, with finished runs of A, of B and of the uncompressed
// model that saw the same items. `metric` needs items.
std::vector<StackedRuns> findStacks(std::span<const Run> runs, const std::string& metric);

// Steps of a recipe's text, each with its settings; empty for "none".
std::vector<std::string> stepsOf(const std::string& recipe);

} // namespace paretoscope
