// Frontiers of noisy measurements: how likely a point is on the frontier
// (methods/reasoning_eval_vision.md, H: pareto-uncertainty, hypervolume). Pure.
//
// Points carry replicates: what they would have measured on other draws of the same items. Draws
// are common to all points, so that what all points share (easy or hard items) cancels.
#pragma once

#include "core/evaluation/frontier.h"
#include "core/evaluation/measurement.h"
#include "core/evaluation/statistics.h"

#include <cstdint>
#include <span>
#include <vector>

namespace paretoscope {

struct ReplicatedPoint {
    int64_t id = 0;
    std::vector<double> x, y; // as many as there are draws; one value = known exactly
};

enum class Membership { Front, Plausible, Dominated }; // probability >= 0.9, >= 0.1, below

struct FrontierMembership {
    int64_t id = 0;
    double probability = 0; // share of draws in which it is on the frontier
    Membership kind = Membership::Dominated;
};

std::vector<FrontierMembership> frontierMembership(std::span<const ReplicatedPoint> points,
                                                   FrontierDirections directions);

// Share of draws in which a dominates b.
double dominanceProbability(const ReplicatedPoint& a, const ReplicatedPoint& b,
                            FrontierDirections directions);

// Hypervolume with a percentile interval over the draws. The best of many noisy points looks
// better than it is: the mean over draws is above the value of the means.
Interval hypervolumeInterval(std::span<const ReplicatedPoint> points, FrontierDirections directions,
                             double referenceX, double referenceY, double confidence = 0.95);

// Best y that some point of at most this cost reaches, over the draws: median and ends. NaN where
// no point is affordable in half of the draws.
struct AttainmentBand {
    std::vector<double> x, low, median, high;
};
AttainmentBand attainmentBand(std::span<const ReplicatedPoint> points,
                              FrontierDirections directions, std::span<const double> costs,
                              double confidence = 0.95);

// Weighted means of several measurements over `draws` draws of the items that all of them have,
// the same items in every measurement; [measurement][draw]. Empty without shared items.
std::vector<std::vector<double>> commonReplicates(std::span<const Measurement* const> measurements,
                                                  int draws = 1000, uint64_t seed = 1);

} // namespace paretoscope
