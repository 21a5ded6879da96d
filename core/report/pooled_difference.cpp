// All pairs of two experiments at once: each item's mean over the pairs of either side, so that items
// stay the unit and what both sides share cancels.
#include "core/evaluation/paired_items.h"
#include "core/report/comparison.h"

#include <cmath>
#include <map>
#include <string_view>

namespace paretoscope {

namespace {

struct Total {
    double score = 0, weight = 0;
    size_t pairs = 0;
};

// Mean score of every item that all of the measurements have.
Measurement meanOf(const std::vector<const Measurement*>& measurements)
{
    std::map<std::string_view, Total> totals;
    bool exponential = true;
    for (const Measurement* measurement : measurements) {
        exponential = exponential && isExponentialOfItems(*measurement);
        for (const ItemScore& item : measurement->items) {
            Total& total = totals[item.item];
            total.score += item.score;
            total.weight += item.weight;
            ++total.pairs;
        }
    }
    Measurement mean;
    mean.metric = measurements[0]->metric;
    const auto count = double(measurements.size());
    double sum = 0, weights = 0;
    for (const auto& [name, total] : totals) {
        if (total.pairs != measurements.size()) continue;
        mean.items.push_back({std::string(name), total.score / count, total.weight / count});
        sum += mean.items.back().weight * mean.items.back().score;
        weights += mean.items.back().weight;
    }
    mean.value = exponential ? std::exp(sum / weights) : sum / weights;
    mean.count = int64_t(mean.items.size());
    return mean;
}

} // namespace

std::optional<PooledDifference> pooledDifference(std::span<const Run> a, std::span<const Run> b,
                                                 const std::string& metric, int resamples)
{
    std::vector<const Measurement*> ofA, ofB;
    const Run* firstA = nullptr;
    const Run* firstB = nullptr;
    for (const auto& [runA, runB] : pairRuns(a, b)) {
        const Measurement* one = runA->measurement(metric);
        const Measurement* other = runB->measurement(metric);
        if (!one || !other || one->items.empty() || other->items.empty()) continue;
        if (runA->baseline() && runB->baseline()) continue; // nothing was done to either
        if (!whyNotSameItems(*runA, *runB, metric).empty()) continue;
        if (firstA && !whyNotSameItems(*firstA, *runA, metric).empty()) continue;
        firstA = firstA ? firstA : runA;
        firstB = firstB ? firstB : runB;
        ofA.push_back(one);
        ofB.push_back(other);
    }
    if (ofA.size() < 2) return std::nullopt; // one pair speaks for itself
    const Measurement meanA = meanOf(ofA), meanB = meanOf(ofB);
    if (meanA.items.empty() || meanB.items.empty()) return std::nullopt;
    PooledDifference pooled;
    pooled.pairs = int64_t(ofA.size());
    pooled.difference = compareMetric(*firstA, *firstB, meanA, meanB, resamples);
    pooled.difference.runA = pooled.difference.runB = 0;
    return pooled;
}

} // namespace paretoscope
