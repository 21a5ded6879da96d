// Bootstrap intervals of any statistic of items, and errors of means whose items come in clusters
// (Efron and Tibshirani 1993; Miller, arXiv:2411.00640). Pure; the same seed gives the same bits.
#pragma once

#include "core/evaluation/statistics.h"

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace paretoscope {

// A statistic of the items with these indices, which may repeat. For a paired comparison it
// applies the same indices to both sides.
using ItemStatistic = std::function<double(std::span<const size_t> indices)>;

struct BootstrapOptions {
    int resamples = 2000;
    double confidence = 0.95;
    uint64_t seed = 1;
    bool biasCorrected = true; // BCa; else, and where BCa is undefined, percentiles
    // Cluster of every item; whole clusters are drawn. Empty: every item is its own.
    std::vector<int32_t> clusters;
};

struct BootstrapInterval {
    double value = 0; // of the items as they are
    double standardError = 0, low = 0, high = 0;
    double biasCorrection = 0, acceleration = 0; // z0 and a of BCa
    bool biasCorrected = false;
    std::vector<double> replicates; // sorted; NaN ones left out
};

BootstrapInterval bootstrapInterval(size_t items, const ItemStatistic& statistic,
                                    const BootstrapOptions& options = {});

// Jackknife acceleration of BCa: of the statistic without one cluster each.
double jackknifeAcceleration(size_t items, const ItemStatistic& statistic,
                             std::span<const int32_t> clusters = {});

// Empirical quantile with linear interpolation between order statistics. `sorted` not empty.
double sortedQuantile(std::span<const double> sorted, double probability);

// Mean over items whose errors are correlated within clusters (several samples of one question);
// t with one degree of freedom less than there are clusters.
Interval clusteredMeanInterval(std::span<const double> values, std::span<const int32_t> clusters,
                               double confidence = 0.95);

} // namespace paretoscope
