// All that a report says, as values: what was asked, what came of it, what may be concluded and
// what not. Pure; the writers only put it into words and boxes.
#pragma once

#include "core/report/frontier_analysis.h"
#include "core/report/metric_difference.h"
#include "core/report/stacking.h"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace paretoscope {

struct StudyOptions {
    Plane plane;                      // required
    std::vector<std::string> columns; // metrics of the table; empty = a few that fit on paper
    double marginPercent = 2;         // a loss that is small enough: percent, points for shares
    double significance = 0.05;
    int draws = 1000;
    std::string title;
    std::string source; // the store's name
};

// A run against its experiment's uncompressed model.
struct BaselineTest {
    int64_t run = 0, baseline = 0;
    ComparedMetric difference;
    Answer answer;
    std::optional<MarginAnswer> margin;
    std::optional<double> marginP; // non-inferiority, corrected (Holm) over all runs
};

struct StrategyComparison {
    std::string a, b;
    FrontierDifference difference;
};

struct Recommendation {
    std::optional<int64_t> run, runnerUp;
    bool withinMargin = false;        // shown to lose less than the margin
    std::string reason, runnerReason; // sentences
    std::vector<std::string> unknown; // sentences
};

struct Study {
    StudyOptions options;
    std::vector<Run> runs; // all states
    std::vector<std::string> columns;
    FrontierAnalysis frontier;
    std::vector<BaselineTest> tests;
    int64_t familySize = 0;
    std::vector<StrategyComparison> strategies;
    std::vector<StackedRuns> stacks;
    Recommendation recommendation;

    // Whether a margin in percent of the uncompressed model's y can be asked about: not where that is 0.
    bool hasMargin() const;
    const Run* run(int64_t id) const;
    const BaselineTest* test(int64_t id) const;
};

// Runs of any state; finished ones with the items of the plane's metrics. Error(BadUsage) for an
// unknown metric.
Study makeStudy(std::vector<Run> runs, const StudyOptions& options);

// "bits 4, group size 32": what tells a run from others of its strategy in the study; its whole
// recipe when nothing does.
std::string shortName(const Study& study, const Run& run);

Recommendation recommend(const Study& study);

} // namespace paretoscope
