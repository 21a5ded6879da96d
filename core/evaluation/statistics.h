// Intervals and paired comparisons. Pure functions.
#pragma once

#include "core/evaluation/measurement.h"

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace paretoscope {

struct Interval {
    double mean = 0, standardError = 0, low = 0, high = 0;
    int64_t count = 0;
};

// Mean of values with a two-sided Student t interval; one value gives an interval of its own
// width zero and standardError 0.
Interval meanInterval(std::span<const double> values, double confidence = 0.95);
// Σ w·v / Σ w by the ratio estimator, items as the unit (methods/reasoning_eval_vision.md, H).
Interval weightedMeanInterval(std::span<const double> values, std::span<const double> weights,
                              double confidence = 0.95);
// Wilson score interval of a share.
Interval wilsonInterval(int64_t successes, int64_t count, double confidence = 0.95);

double studentQuantile(double probability, double degreesOfFreedom);
double normalQuantile(double probability);

// p of "the differences are as likely negative as positive": sign flips of their sum, all of them
// up to 16 differences, else `resamples` random ones. Two-sided.
double signFlipTest(std::span<const double> differences, uint64_t seed = 1, int resamples = 10000);

// Items both measurements have, by item id. Where the value is the exponential of the items' mean
// (perplexity), the difference is in the metric's own unit and its interval that of the ratio.
struct PairedDifference {
    double difference = 0; // mean of a - b over shared items, weighted
    double low = 0, high = 0;
    double pValue = 1; // sign-flip test, two-sided
    int64_t items = 0;
};
std::optional<PairedDifference> pairedDifference(const Measurement& a, const Measurement& b,
                                                 uint64_t seed = 1, int resamples = 10000);

} // namespace paretoscope
