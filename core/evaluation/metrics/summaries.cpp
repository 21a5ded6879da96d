#include "core/evaluation/metrics/summaries.h"

#include "core/evaluation/statistics.h"

namespace paretoscope::metrics {

Measurement exactly(double value)
{
    Measurement result;
    result.value = value;
    result.count = 1;
    return result;
}

Measurement meanOf(std::span<const double> values)
{
    const Interval interval = meanInterval(values);
    Measurement result = exactly(interval.mean);
    result.count = interval.count;
    if (interval.count > 1) {
        result.standardError = interval.standardError;
        result.low = interval.low;
        result.high = interval.high;
    }
    return result;
}

namespace {

// Mean of the items' scores by their weights, with its interval over items.
Measurement weightedMean(std::vector<ItemScore> items)
{
    std::vector<double> scores, weights;
    for (const ItemScore& item : items) {
        scores.push_back(item.score);
        weights.push_back(item.weight);
    }
    const Interval interval = weightedMeanInterval(scores, weights);
    Measurement result;
    result.items = std::move(items);
    result.value = interval.mean;
    result.count = interval.count;
    if (interval.count > 1) {
        result.standardError = interval.standardError;
        result.low = interval.low;
        result.high = interval.high;
    }
    return result;
}

} // namespace

std::optional<Measurement> tokenNll(const Evidence& evidence)
{
    if (!evidence.language || evidence.language->windows.empty()) return std::nullopt;
    std::vector<ItemScore> items;
    for (const LanguageEvidence::Window& window : evidence.language->windows)
        items.push_back({window.item, window.nllSum / double(window.tokens), double(window.tokens)});
    return weightedMean(std::move(items));
}

std::optional<Measurement> positionMean(const Evidence& evidence, double (*sum)(const FidelityEvidence::Window&))
{
    if (!evidence.fidelity || evidence.fidelity->windows.empty()) return std::nullopt;
    std::vector<ItemScore> items;
    for (const FidelityEvidence::Window& window : evidence.fidelity->windows)
        items.push_back({window.item, sum(window) / double(window.positions), double(window.positions)});
    return weightedMean(std::move(items));
}

} // namespace paretoscope::metrics
