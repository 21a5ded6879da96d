// Who dominates whom. Pure: points, directions and intervals in, sets out.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace paretoscope {

struct FrontierPoint {
    int64_t id = 0;
    double x = 0, y = 0;
    // 95% intervals; equal to the value where nothing is known.
    double xLow = 0, xHigh = 0, yLow = 0, yHigh = 0;

    static FrontierPoint exact(int64_t id, double x, double y) { return {id, x, y, x, x, y, y}; }
};

struct FrontierDirections {
    bool xHigherIsBetter = false;
    bool yHigherIsBetter = false;
};

struct FrontierResult {
    struct Entry {
        int64_t id = 0;
        bool onFrontier = false; // no point is better in one and not worse in the other
        // Some point is better in one and not worse in the other even with both intervals at their
        // worst for it; where nothing is known of the noise, the same as dominated.
        bool dominatedBeyondNoise = false;
        std::vector<int64_t> dominatedBy; // ids on the frontier that dominate it
    };
    std::vector<Entry> entries; // in the order of the points
    // Area dominated, in units of the box spanned by the points: 0 to 1. On log axes the caller
    // passes logarithms.
    double hypervolume = 0;
    std::optional<int64_t> knee; // farthest from the line through the frontier's ends
};

// O(n log n). Points with a NaN are neither on the frontier nor do they dominate. Equal points
// are all on the frontier.
FrontierResult computeFrontier(std::span<const FrontierPoint> points,
                               FrontierDirections directions);

// Area dominated with respect to a reference point that is worse than all of them.
double hypervolume(std::span<const FrontierPoint> points, FrontierDirections directions,
                   double referenceX, double referenceY);

// Bjøntegaard difference of two curves: mean difference of log x at equal y over the range of y
// both cover, as a ratio minus 1 (-0.1: A needs 10% less x). Nothing without overlap or with
// fewer than two points on a side. Piecewise-cubic (PCHIP) interpolation.
std::optional<double> bdRate(std::span<const FrontierPoint> a, std::span<const FrontierPoint> b,
                             FrontierDirections directions);

} // namespace paretoscope
