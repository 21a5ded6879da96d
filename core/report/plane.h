// Two metrics against each other, and runs in that plane with what is known of their noise. Pure.
#pragma once

#include "core/evaluation/frontier.h"
#include "core/evaluation/frontier_uncertainty.h"
#include "core/experiment/experiment.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace paretoscope {

struct Plane {
    std::string x, y;                // metrics; empty = no plane
    bool xLog = false, yLog = false; // hypervolume and knees are measured on logarithms
    bool empty() const { return x.empty() || y.empty(); }
};

// File size against the first quality that all finished runs have; empty when there is none.
Plane defaultPlane(std::span<const Run> runs);
// The quality that a comparison is about when nobody says which: perplexity, right answers, ...
std::string defaultQuality(std::span<const Run> runs);

FrontierDirections frontierDirections(const std::string& x, const std::string& y);
// A finished run as a point; nothing when it lacks a metric or a logarithm does not exist.
std::optional<FrontierPoint> frontierPoint(const Run& run, const std::string& x,
                                           const std::string& y, bool xLog, bool yLog);

// What runs would have measured on other draws of their items. Metrics with items are drawn with
// the same items for every run (paired); metrics that only have a standard error get independent
// normal draws; what has neither (bytes) is exact.
struct ReplicatedRuns {
    std::vector<ReplicatedPoint> points; // of the runs that have a place in the plane, in order
    int64_t sharedItems = 0;             // behind y; 0 = not paired
    int draws = 0;
};
ReplicatedRuns replicatedRuns(std::span<const Run> runs, const Plane& plane, int draws = 1000,
                              uint64_t seed = 1);

// The box that holds the points, turned into the unit square: hypervolumes are shares of it.
class UnitBox {
public:
    explicit UnitBox(std::span<const FrontierPoint> points);
    FrontierPoint place(const FrontierPoint& point) const;
    ReplicatedPoint place(const ReplicatedPoint& point) const;

private:
    double x(double value) const { return highX_ > lowX_ ? (value - lowX_) / (highX_ - lowX_) : 0.5; }
    double y(double value) const { return highY_ > lowY_ ? (value - lowY_) / (highY_ - lowY_) : 0.5; }
    double lowX_ = 0, highX_ = 0, lowY_ = 0, highY_ = 0;
};

} // namespace paretoscope
