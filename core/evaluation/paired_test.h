// The whole test of one metric of two runs on the items that both have: which test, what it says,
// and two intervals that do not depend on each other
// (methods/reasoning_eval_vision.md, H: paired-tests, bootstrap-ci). Pure.
#pragma once

#include "core/evaluation/measurement.h"
#include "core/evaluation/proportions.h"

#include <cstdint>
#include <optional>

namespace paretoscope {

struct PairedTest {
    enum class Kind {
        McNemar, // exact binomial test on the questions only one run answers; all scores 0 or 1
        SignFlip // are the differences as likely negative as positive; any score
    };
    Kind kind = Kind::SignFlip;
    int64_t items = 0;
    int64_t onlyA = 0, onlyB = 0; // McNemar: questions that only this run answers rightly
    // A - B over the shared items, in the metric's own unit (perplexity is not a logarithm here).
    double difference = 0;
    double base = 0; // B's value over the shared items
    // 95 %: Agresti and Min 2005 for 0/1 scores, else Student t of the weighted differences.
    double low = 0, high = 0;
    double low90 = 0, high90 = 0; // the same at 90 %: two one-sided bounds of 95 %
    double pValue = 1;            // two-sided
    double oneSided = 1; // that A's mean is not higher; exact for 0/1, t otherwise: cheap
    // 95 % of the paired bootstrap over items (BCa); absent when not asked for.
    std::optional<double> bootstrapLow, bootstrapHigh;
    // Half of an interval's width over n items is about `spread` / sqrt(n).
    double spread = 0;
    // Mean and error that the intervals are made of: of shares the adjusted ones, of perplexity
    // those of the logarithm.
    double mean = 0, standardError = 0;
    bool logarithm = false;
};

struct PairedTestOptions {
    uint64_t seed = 1;
    int signFlips = 10000; // 0 = no sign-flip test, p of the t interval instead
    int resamples = 0;     // of the paired bootstrap; 0 = none
};

// Nothing without shared items.
std::optional<PairedTest> pairedTest(const Measurement& a, const Measurement& b,
                                     const PairedTestOptions& options = {});

// p of "A is worse than B by `margin` (the metric's unit, positive) or more": small = shown to be
// within the margin. One-sided; agrees with the 90 % interval at p = 0.05.
double marginPValue(const PairedTest& test, double margin, bool higherIsBetter);

// Items of this kind that a 95 % interval of +-`halfWidth` (the metric's unit) needs; 0 when the
// test says nothing about it.
int64_t itemsForInterval(const PairedTest& test, double halfWidth);

} // namespace paretoscope
