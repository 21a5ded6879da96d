// One experiment against another: which runs correspond, by how much they differ and whether that
// is more than noise. Pure.
#pragma once

#include "core/evaluation/frontier.h"
#include "core/experiment/experiment.h"

#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace paretoscope {

struct ComparedMetric {
    int64_t runA = 0, runB = 0;
    std::string metric;
    double valueA = 0, valueB = 0;
    double difference = 0; // A - B
    // 95% interval and two-sided p: paired by item where both runs have the same items, else from
    // the two standard errors, else absent (bytes have no noise).
    std::optional<double> low, high, pValue;
    int64_t items = 0; // shared ones; 0 when not paired
};

struct SettingDifference {
    std::string name; // a recipe's setting, or "model", "seed", "threads", "backend", "version"...
    std::vector<std::string> a, b; // its values in either experiment, each once, in order
};

struct ComparisonOptions {
    std::string x, y;                // metrics of the plane; empty = no hypervolume, no BD-rate
    bool xLog = false, yLog = false; // of the plane that the hypervolume is measured in
};

struct Comparison {
    std::vector<ComparedMetric> metrics;              // pair by pair, in the order of A's runs
    std::optional<double> hypervolumeA, hypervolumeB; // shares of the box that spans all points
    std::optional<double> bdRate;                     // of x at equal y, as evaluation/frontier.h
    std::vector<SettingDifference> settings;
};

// Runs with equal recipes (their n-th occurrences) belong together; what is left over pairs by
// order when neither experiment has a partner for it.
std::vector<std::pair<const Run*, const Run*>> pairRuns(std::span<const Run> a,
                                                        std::span<const Run> b);

// Finished runs with items. Error(BadUsage) for an unknown metric.
Comparison compareRuns(std::span<const Run> a, std::span<const Run> b,
                       const ComparisonOptions& options);

// A finished run as a point; nothing when it lacks a metric or a logarithm does not exist.
std::optional<FrontierPoint> frontierPoint(const Run& run, const std::string& x,
                                           const std::string& y, bool xLog, bool yLog);
FrontierDirections frontierDirections(const std::string& x, const std::string& y);

} // namespace paretoscope
