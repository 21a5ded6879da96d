// Everything that is said of the runs in one plane: who is on the frontier and how surely, who is
// dominated beyond the noise, the area with its interval, and knees by several rules
// (methods/reasoning_eval_vision.md, H: pareto-uncertainty, hypervolume, knee-point). Pure.
#pragma once

#include "core/evaluation/knee.h"
#include "core/report/frontier_difference.h"
#include "core/report/plane.h"

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace paretoscope {

struct FrontierMember {
    int64_t run = 0;
    bool onFrontier = false; // by the values as they are
    // Share of draws of the items in which the run is on the frontier; draws are common to all.
    double probability = 0;
    Membership membership = Membership::Dominated;
    std::vector<int64_t> dominatedBy; // by the values as they are
    // A run that costs no more and is better by a one-sided test on the shared items, with
    // Bonferroni's correction over all that cost no more. Who has none is kept.
    std::optional<int64_t> certainDominator;
    double certainP = 1; // corrected, of that run
    bool kept() const { return !certainDominator; }
};

struct KneeRule {
    std::string id;   // "chord"
    std::string name; // "farthest from the chord"
    std::optional<int64_t> run;
    double stability = 0; // share of draws in which the rule picks this run
};

struct FrontierAnalysis {
    std::vector<FrontierMember> members; // runs that have a place in the plane, in order
    int64_t leftOut = 0;                 // finished runs that have none
    Estimate hypervolume;                // share of the box that spans the points
    // Mean over draws minus value: the best of noisy points looks better than it is, by about this.
    double hypervolumeBias = 0;
    std::vector<KneeRule> knees; // "chord" first: the plain `knee`
    std::vector<PriceRange> prices;
    int64_t sharedItems = 0; // behind y; 0 = draws are not paired
    int draws = 0;

    const FrontierMember* member(int64_t run) const;
    std::optional<int64_t> knee(const std::string& id) const;
};

struct FrontierOptions {
    Plane plane;
    int draws = 1000;
    uint64_t seed = 1;
    double significance = 0.05;
    double keep = 0.98;           // "cheapest that keeps": share of the baseline's y (for a loss, the
                                  // baseline by the value)
    std::optional<double> budget; // of x, for "best within the budget"
};

// Runs with items, so that tests and draws are paired. Error(BadUsage) for an unknown metric.
FrontierAnalysis analyseFrontier(std::span<const Run> runs, const FrontierOptions& options);

const char* membershipName(Membership membership); // "front", "plausible", "dominated"

} // namespace paretoscope
