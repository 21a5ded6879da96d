// Two runs against each other, metric by metric and item by item, in words. Pure.
#pragma once

#include "core/evaluation/metric.h"
#include "core/report/comparison.h"

#include <QString>

#include <optional>
#include <string>
#include <vector>

namespace paretoscope {

enum class Verdict { Better, Worse, WithinNoise, Same, NoiseUnknown, OnlyOne };

// From A to B.
struct MetricChange {
    MetricInfo info;
    std::optional<double> a, b;         // nothing where a run lacks the metric
    double change = 0;                  // B - A
    std::optional<double> low, high, p; // of the change; see ComparedMetric
    int64_t items = 0;                  // shared ones, 0 when not paired
    Verdict verdict = Verdict::OnlyOne;
};

// Every metric that either run has, A's order first. `comparison` is that of {a} with {b}.
std::vector<MetricChange> metricChanges(const Run& a, const Run& b, const Comparison& comparison);

// "+0.42", "−1.2 MiB"; shares in percentage points: "+5 pp".
QString formatChange(const MetricInfo& info, double change);
QString formatProbability(double p);              // "0.031", "< 0.0001"
QString verdictText(Verdict verdict);             // "better", "within the noise"
QString evidenceText(const MetricChange& change); // "paired, 60 items", "two intervals", "exact"

// "B is better: perplexity 0.42 lower (95%: −0.63 to −0.21), p = 0.0004, over 48 shared items. B's file size
// is 45% of A's." About `quality` where both runs have it, else about the first metric with a test.
QString comparisonSentence(const std::vector<MetricChange>& changes, const std::string& quality,
                           const std::string& cost);
// The metric that the sentence is about; nothing without one that both runs have.
const MetricChange* headlineChange(const std::vector<MetricChange>& changes, const std::string& quality);

struct ComparedItem {
    std::string item;
    double a = 0, b = 0, weight = 1;
};
// Items of both, in A's order; a name that is there twice pairs once.
std::vector<ComparedItem> comparedItems(const Measurement& a, const Measurement& b);

// Items that only one of two runs has right; only where every score is 0 or 1.
struct ItemFlips {
    int64_t gained = 0, lost = 0, items = 0;
    double p = 1; // McNemar's exact test
};
std::optional<ItemFlips> itemFlips(const std::vector<ComparedItem>& items);

} // namespace paretoscope
