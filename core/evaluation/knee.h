// Which point of a frontier to suggest (methods/reasoning_eval_vision.md, H: knee-point; Kneedle:
// Satopää et al. 2011). Pure. All rules look at the non-dominated points only; logarithms are the
// caller's.
#pragma once

#include "core/evaluation/frontier.h"

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace paretoscope {

// Farthest above the chord between the ends, both axes scaled to the frontier. Nothing for fewer
// than three points or a frontier straighter than `leastBulge`.
std::optional<int64_t> chordKnee(std::span<const FrontierPoint> points,
                                 FrontierDirections directions, double leastBulge = 0.05);

// First local maximum of the distance to the chord after which the distance falls by more than
// `sensitivity` mean steps of x.
std::optional<int64_t> kneedleKnee(std::span<const FrontierPoint> points,
                                   FrontierDirections directions, double sensitivity = 1);

// Sharpest bend: Menger curvature of neighbouring triples on the scaled frontier.
std::optional<int64_t> curvatureKnee(std::span<const FrontierPoint> points,
                                     FrontierDirections directions);

// Largest area that only this point dominates.
std::optional<int64_t> exclusiveAreaKnee(std::span<const FrontierPoint> points,
                                         FrontierDirections directions, double referenceX,
                                         double referenceY);

// Cheapest point whose y is at least as good as `worstY`: the rule with a business meaning.
std::optional<int64_t> cheapestWithin(std::span<const FrontierPoint> points,
                                      FrontierDirections directions, double worstY);

// Best y among points that cost at most `budget`.
std::optional<int64_t> bestWithinBudget(std::span<const FrontierPoint> points,
                                        FrontierDirections directions, double budget);

// Prices of one unit of x, in units of y, for which a point is the best choice. Only points on the
// convex hull have such prices; in the order of x.
struct PriceRange {
    int64_t id = 0;
    double low = 0, high = 0; // high may be infinite
};
std::vector<PriceRange> bestByPrice(std::span<const FrontierPoint> points,
                                    FrontierDirections directions);

} // namespace paretoscope
