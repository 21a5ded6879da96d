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

std::optional<Measurement> tokenNll(const Evidence& evidence)
{
    if (!evidence.language || evidence.language->windows.empty()) return std::nullopt;
    std::vector<double> means;
    std::vector<double> tokens;
    Measurement result;
    for (const LanguageEvidence::Window& window : evidence.language->windows) {
        means.push_back(window.nllSum / double(window.tokens));
        tokens.push_back(double(window.tokens));
        result.items.push_back({window.item, means.back(), tokens.back()});
    }
    const Interval interval = weightedMeanInterval(means, tokens);
    result.value = interval.mean;
    result.count = interval.count;
    if (interval.count > 1) {
        result.standardError = interval.standardError;
        result.low = interval.low;
        result.high = interval.high;
    }
    return result;
}

} // namespace paretoscope::metrics
