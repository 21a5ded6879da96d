// Bjøntegaard differences of two curves of cost and quality, with what a reader must know about
// them (VCEG-M33; methods/reasoning_eval_vision.md, H, bd-rate). Pure.
#pragma once

#include "core/evaluation/frontier.h"
#include "core/evaluation/interpolation.h"

namespace paretoscope {

struct BdResult {
    // Mean difference of ln x at equal y, as a ratio minus 1: -0.1 = A needs 10 % less x.
    double rate = 0;
    // Mean difference of y at equal ln x, in units of y; NaN when the ranges of x do not meet.
    double quality = 0;
    // Range of y that both cover as a share of the range that any covers; below 0.75 say so.
    double overlapShare = 0;
    // Where A is cheaper at some y and dearer at others, the mean hides a crossing.
    bool crosses = false;
    // Points that were left out because another point of the same curve dominates them.
    int64_t dominatedPoints = 0;
};

// Nothing without overlap, with fewer than two points left on a side, or with x <= 0.
std::optional<BdResult> bdDifference(std::span<const FrontierPoint> a,
                                     std::span<const FrontierPoint> b,
                                     FrontierDirections directions,
                                     Interpolant interpolant = Interpolant::Pchip);

} // namespace paretoscope
