// Metrics: names, units, directions, and how each is computed from what the tasks saw.
// One file a metric in evaluation/metrics/, one line in evaluation/CMakeLists.txt.
#pragma once

#include "core/evaluation/evidence.h"
#include "core/evaluation/measurement.h"

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace paretoscope {

enum class MetricScale { Plain, Bytes, Ratio, Seconds, Rate };

struct MetricInfo {
    std::string name;  // a fixed word of COMMANDS.md: "file_bytes"
    std::string title; // "File size"
    std::string unit;  // "B", "tokens/s"; empty for a pure number
    bool higherIsBetter = false;
    MetricScale scale = MetricScale::Plain; // how a person wants it formatted
    bool preferLog = false;                 // axis default
    std::string description;                // what it is and how it was measured
};

struct Metric {
    MetricInfo info;
    // Nothing when the evidence has no part that this metric is about.
    std::function<std::optional<Measurement>(const Evidence& evidence)> measure;
    // What changed against the uncompressed model's run, from the item scores of both; null for most.
    std::optional<Measurement> (*change)(std::span<const Measurement> run, std::span<const Measurement> baseline) = nullptr;
};

namespace metrics {
std::span<const Metric* const> all();
// At start, before any other thread; the metric lives as long as the program.
void add(const Metric& metric);
} // namespace metrics

const Metric* findMetric(const std::string& name);
const Metric& metricByName(const std::string& name); // Error(BadUsage) with the nearest name
std::vector<Measurement> measureAll(const Evidence& evidence);
// Of all metrics that have a `change`; measurements with items.
std::vector<Measurement> measureChanges(std::span<const Measurement> run, std::span<const Measurement> baseline);

} // namespace paretoscope
