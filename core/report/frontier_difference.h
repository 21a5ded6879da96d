// One set of runs against another as frontiers: hypervolume and BD-rate with intervals of the
// paired bootstrap over items, end to end (methods/reasoning_eval_vision.md, H: hypervolume,
// bd-rate; F.4). Pure.
#pragma once

#include "core/report/plane.h"

#include <optional>
#include <span>
#include <string>

namespace paretoscope {

struct Estimate {
    double value = 0;
    std::optional<double> low, high; // 95 %; absent where nothing is known of the noise
};

struct FrontierDifference {
    Estimate hypervolumeA, hypervolumeB; // shares of the box that spans all points
    Estimate hypervolumeGain;            // A - B
    std::optional<Estimate> bdRate;      // of x at equal y; -0.1: A needs 10 % less
    double overlapShare = 0;             // of the ranges of y, for the BD-rate
    bool crosses = false;                // A is cheaper at some y and dearer at others
    int64_t pointsA = 0, pointsB = 0;    // on the two frontiers
    int64_t sharedItems = 0;             // behind y; 0 = not paired
    int draws = 0;
};

// Nothing when a side has no point in the plane. `draws` = 0: values without intervals.
std::optional<FrontierDifference> frontierDifference(std::span<const Run> a, std::span<const Run> b,
                                                     const Plane& plane, int draws = 1000,
                                                     uint64_t seed = 1);

// Whether the interval of the BD-rate (of the hypervolume, where there is no overlap) shows A to be
// better or worse.
enum class FrontierVerdict { Better, Worse, NotShown };
FrontierVerdict frontierVerdict(const FrontierDifference& difference, const Plane& plane);

// One sentence: is A's frontier better than B's, by what, and what to be careful about.
std::string frontierSentence(const FrontierDifference& difference, const Plane& plane,
                             const std::string& a, const std::string& b);

} // namespace paretoscope
