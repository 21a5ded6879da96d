#include "core/evaluation/metrics/summaries.h"

#include <vector>

namespace paretoscope::metrics {

namespace {

std::optional<Measurement> measure(const Evidence& evidence)
{
    if (!evidence.speed || evidence.speed->decodeSeconds.empty()) return std::nullopt;
    std::vector<double> rates;
    for (const double seconds : evidence.speed->decodeSeconds)
        rates.push_back(double(evidence.speed->decodeTokens) / seconds);
    return meanOf(rates);
}

} // namespace

const Metric& decodeTokensPerSecond()
{
    static const Metric row{
        {"decode_tokens_per_second", "Decode speed", "tokens/s", true, MetricScale::Rate, false,
         "Tokens generated a second, one at a time, with the kernels that run on the stored form."},
        measure};
    return row;
}

} // namespace paretoscope::metrics
