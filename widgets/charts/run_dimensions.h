// Runs as points of many dimensions: what parallel coordinates and the scatter matrix draw. Pure.
#pragma once

#include "core/evaluation/metric.h"
#include "core/experiment/experiment.h"
#include "widgets/charts/frontier_data.h"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace paretoscope {

// One metric over all runs. `low` and `high` are the ends of an axis that shows every finite value.
struct RunDimension {
    MetricInfo metric;
    bool log = false; // where the metric asks for it and all values are above zero
    double low = 0, high = 1;

    // 0 at the worst end, 1 at the best; NaN for a value that is not finite.
    double placeOf(double value) const;
    double valueAt(double place) const;
};

struct RunVector {
    int64_t run = 0;
    int series = 0;
    bool baseline = false;
    std::vector<double> values; // one a dimension; NaN = not measured
};

struct RunDimensions {
    std::vector<RunDimension> dimensions;
    std::vector<ChartSeries> series; // the same look as in the frontier chart
    std::vector<RunVector> runs;     // finished ones with at least one of the metrics

    bool empty() const { return runs.empty() || dimensions.empty(); }
};

RunDimensions runDimensions(std::span<const Run> runs, const std::vector<std::string>& metrics);

// Spearman's rank correlation of two dimensions over the runs that have both; NaN below three.
double rankCorrelation(const RunDimensions& data, size_t a, size_t b);

} // namespace paretoscope
