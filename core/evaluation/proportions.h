// Shares and medians with intervals that hold for few items; tests and planning for two models on
// the same questions (methods/reasoning_eval_vision.md, H: bootstrap-ci, paired-tests). Pure.
#pragma once

#include "core/evaluation/statistics.h"

#include <cstdint>
#include <span>

namespace paretoscope {

// Exact interval of a share: for fewer than 20 items (Clopper and Pearson 1934).
Interval clopperPearsonInterval(int64_t successes, int64_t count, double confidence = 0.95);

// Median and the order statistics around it (ranks of Binomial(n, 1/2)); for repeated timings.
// The interval is that of all values where they are too few for the confidence.
Interval medianInterval(std::span<const double> values, double confidence = 0.95);

// Questions that only one of two models answers: b only the first (the base), c only the second.
struct McNemar {
    double exact = 1;     // two-sided binomial test; 1 without such questions
    double midP = 1;      // less conservative: counts half of the observed outcome
    double chiSquare = 0; // with continuity correction; meant for b + c >= 50
};
McNemar mcNemarTest(int64_t b, int64_t c);

// Share gained by the second model, (c - b) / count, with half a question added to each of the
// four cells (Agresti and Min 2005). The mean is the adjusted one.
Interval pairedShareInterval(int64_t count, int64_t b, int64_t c, double confidence = 0.95);

// Whether a change (new minus old, higher is better) is not a loss beyond `margin`.
struct NonInferiority {
    double low = 0, high = 0; // one-sided 95 % bounds, together a 90 % interval
    bool nonInferior = false; // low > -margin
    bool equivalent = false;  // and high < margin: two one-sided tests
};
// From an interval made with confidence 0.9.
NonInferiority judgeAgainstMargin(const Interval& ninetyPercent, double margin);

// Questions needed to find a difference of shares, given the share of questions on which the two
// models disagree (from a pilot). 0 where the effect cannot occur.
int64_t questionsNeeded(double disagreement, double effect, double significance = 0.05,
                        double power = 0.8);

} // namespace paretoscope
