// One metric of two runs: by how much they differ, by which test, and in words. Pure.
#pragma once

#include "core/evaluation/paired_test.h"
#include "core/experiment/experiment.h"

#include <optional>
#include <span>
#include <string>

namespace paretoscope {

struct ComparedMetric {
    enum class Test { None, McNemar, SignFlip, Normal };

    int64_t runA = 0, runB = 0;
    std::string metric;
    double valueA = 0, valueB = 0; // over the shared items where those are fewer than all
    double difference = 0;         // A - B
    // 95% interval and two-sided p: paired by item where both runs have the same items, else from
    // the two standard errors, else absent (bytes have no noise).
    std::optional<double> low, high, pValue;
    std::optional<double> adjustedP; // Holm's, over the tests that were asked for
    int64_t items = 0;               // shared ones; 0 when not paired
    Test test = Test::None;
    std::optional<PairedTest> paired;
    std::string notPaired; // why not, though both have items; a clause
};

const char* testName(ComparedMetric::Test test); // "mcnemar_exact", "sign_flip", "normal", ""

// The paired bootstrap needs `resamples` draws; 0 leaves it out.
ComparedMetric compareMetric(const Run& a, const Run& b, const Measurement& ofA,
                             const Measurement& ofB, int resamples = 0);

// Empty, or why items of the same name are not the same question in both runs: other texts, other
// settings of the task than how many items it has.
std::string whyNotSameItems(const Run& a, const Run& b, const std::string& metric);

// Replaces adjustedP in place, over all that have a p. How many there were.
int64_t adjustTogether(std::span<ComparedMetric* const> tests);

// "Yes", "No: it is worse", "Not shown" and why; `a`, `b`: how to call the two. One sentence that
// names the test. `family`: how many tests the p was corrected for.
struct Answer {
    enum class Kind { Better, Worse, NotShown, Exact };
    Kind kind = Kind::NotShown;
    std::string sentence;
};
// Whether a percentage of B's value means something: not where it is 0 but for rounding, as of a divergence from the
// uncompressed model itself. Shares are told in points and always have one.
bool hasPercentage(const ComparedMetric& difference);
Answer isBetter(const ComparedMetric& difference, const std::string& a, const std::string& b,
                int64_t family = 1, double significance = 0.05);

// "A is no more than M % worse than B": percent of B's value, percentage points where the metric is
// a share. Nothing where the two are not compared item by item.
struct MarginAnswer {
    double percent = 0;
    double worst = 0; // 95 % one-sided bound of A's loss, in percent (or points); negative = a gain
    bool nonInferior = false, equivalent = false;
    std::string sentence;
};
std::optional<MarginAnswer> isWithinMargin(const ComparedMetric& difference, double percent,
                                           const std::string& a, const std::string& b);

// Items that a 95 % interval of ± `halfWidth` percent (points for a share) needs, and those that
// would show the difference found with 80 % power at 5 %; 0 = cannot be said.
struct ItemsNeeded {
    int64_t forInterval = 0, toDetect = 0;
    std::string sentence;
};
std::optional<ItemsNeeded> itemsNeeded(const ComparedMetric& difference, double halfWidthPercent);

// "87.5 %", "12.345", "1.20 MiB": a value of the metric for people.
std::string metricText(const std::string& metric, double value);
// The same of a difference, with its sign: "+2.5 points", "−0.41".
std::string differenceText(const std::string& metric, double difference);
std::string intervalText(const std::string& metric, double low, double high); // "[−1.2, 3.4]"
std::string pText(double p);                                                  // "p = 0.012"

} // namespace paretoscope
