// How lm-evaluation-harness calls what is measured here, and samples of its items.
#pragma once

#include "core/experiment/experiment.h"

#include <filesystem>
#include <map>
#include <optional>
#include <string>

namespace paretoscope {

struct HarnessMetric {
    std::string metric; // "acc"
    std::string filter; // "none"

    std::string key() const { return metric + "," + filter; }
    std::string errorKey() const { return metric + "_stderr," + filter; }
    auto operator<=>(const HarnessMetric&) const = default;
};

// "acc,none" -> "accuracy". Nothing for what is something else here, such as a perplexity a word.
std::optional<std::string> metricFromHarness(const HarnessMetric& metric);
// `lenient`: the run has lenient_exact_match too, so that exact_match is the strict filter's.
HarnessMetric metricForHarness(const std::string& metric, bool lenient);
// "acc,none" in its two parts; nothing for other fields of a result.
std::optional<HarnessMetric> harnessMetric(const std::string& key);

// Items of every metric of a samples file, by our names: the item is the task and the harness's hash of the
// document, so that runs of one task pair. Error(BadFile) names the line.
std::map<std::string, std::vector<ItemScore>> harnessSamples(const std::string& text, const std::string& task,
                                                             const std::string& name);
// "samples_hellaswag_2026-11-27T12-00-00.123456.jsonl" -> "hellaswag"; nothing for other names.
std::optional<std::string> taskOfSamples(const std::filesystem::path& file);

// Mean, and interval over the items.
Measurement measurementOfItems(const std::string& metric, std::vector<ItemScore> items);

} // namespace paretoscope
