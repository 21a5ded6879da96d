#include "core/evaluation/metrics/summaries.h"
#include "core/evaluation/statistics.h"

#include <cmath>

namespace paretoscope::metrics {

namespace {

std::optional<Measurement> measure(const Evidence& evidence)
{
    if (!evidence.language || evidence.language->windows.empty()) return std::nullopt;
    std::vector<double> rates;
    std::vector<double> bytes;
    Measurement result;
    for (const LanguageEvidence::Window& window : evidence.language->windows) {
        if (window.bytes == 0) continue;
        rates.push_back(window.nllSum / std::log(2.0) / double(window.bytes));
        bytes.push_back(double(window.bytes));
        result.items.push_back({window.item, rates.back(), bytes.back()});
    }
    if (rates.empty()) return std::nullopt;
    const Interval interval = weightedMeanInterval(rates, bytes);
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

const Metric& bitsPerByte()
{
    static const Metric row{
        {"bits_per_byte", "Bits per byte", "bit/B", false, MetricScale::Plain, false,
         "Bits the model needs for a byte of the text: comparable across tokenizers."},
        measure};
    return row;
}

} // namespace paretoscope::metrics
