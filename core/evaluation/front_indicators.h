// Numbers that say how good whole frontiers are (Zitzler and Thiele 1999; Zitzler et al. 2003;
// methods/reasoning_eval_vision.md, H: hypervolume). Pure; NaN points are left out.
#pragma once

#include "core/evaluation/frontier.h"

#include <span>
#include <vector>

namespace paretoscope {

// Area that only this point dominates, in the order of the points; 0 for dominated ones and for
// points that another equals.
std::vector<double> exclusiveAreas(std::span<const FrontierPoint> points,
                                   FrontierDirections directions, double referenceX,
                                   double referenceY);

// Smallest factor by which both coordinates of A must improve until A covers B (multiplicative;
// coordinates positive). At most 1 when A covers B already. NaN when a side is empty.
double epsilonIndicator(std::span<const FrontierPoint> a, std::span<const FrontierPoint> b,
                        FrontierDirections directions);

// Share of B's points that some point of A equals or dominates. NaN when B is empty.
double coverage(std::span<const FrontierPoint> a, std::span<const FrontierPoint> b,
                FrontierDirections directions);

// Mean distance from B's points to what A dominates (IGD+, Ishibuchi et al. 2015). The caller
// scales the axes. NaN when a side is empty.
double dominatedDistance(std::span<const FrontierPoint> a, std::span<const FrontierPoint> b,
                         FrontierDirections directions);

// Volume dominated by points with three objectives, lower is better in each, up to a reference.
struct Point3 {
    double x = 0, y = 0, z = 0;
};
double hypervolume3(std::span<const Point3> points, Point3 reference);

} // namespace paretoscope
