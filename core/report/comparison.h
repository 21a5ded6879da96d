// One experiment against another: which runs correspond, by how much they differ and whether that
// is more than noise. Pure.
#pragma once

#include "core/experiment/experiment.h"
#include "core/report/frontier_difference.h"
#include "core/report/metric_difference.h"
#include "core/report/plane.h"

#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace paretoscope {

struct SettingDifference {
    std::string name; // a recipe's setting, or "model", "seed", "threads", "backend", "version"...
    std::vector<std::string> a, b; // its values in either experiment, each once, in order
};

struct ComparisonOptions {
    Plane plane;                     // empty = no hypervolume, no BD-rate
    std::vector<std::string> tested; // metrics that the question is about: their p are corrected
                                     // together, and they get a paired bootstrap
    int resamples = 2000;            // of the paired bootstrap of a metric
    int draws = 1000;                // of the frontiers; 0 = values without intervals
};

// A against B over all their pairs but those of uncompressed models: each item's mean over the pairs.
struct PooledDifference {
    ComparedMetric difference; // run numbers are 0
    int64_t pairs = 0;
};

struct Comparison {
    std::vector<ComparedMetric> metrics; // pair by pair, in the order of A's runs
    int64_t familySize = 0;              // tests that were corrected together
    std::vector<PooledDifference> pooled; // of the tested metrics, corrected together
    std::optional<FrontierDifference> frontiers;
    std::vector<SettingDifference> settings;
};

// Runs with equal recipes (their n-th occurrences) belong together, then runs with equal settings
// (two strategies at the same bits); what is left over pairs by order.
std::vector<std::pair<const Run*, const Run*>> pairRuns(std::span<const Run> a,
                                                        std::span<const Run> b);

// Nothing with fewer than two pairs that saw the same items.
std::optional<PooledDifference> pooledDifference(std::span<const Run> a, std::span<const Run> b,
                                                 const std::string& metric, int resamples = 0);

// Finished runs with items. Error(BadUsage) for an unknown metric.
Comparison compareRuns(std::span<const Run> a, std::span<const Run> b,
                       const ComparisonOptions& options);

} // namespace paretoscope
