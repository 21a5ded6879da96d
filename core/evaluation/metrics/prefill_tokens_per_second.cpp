#include "core/evaluation/metrics/summaries.h"

#include <vector>

namespace paretoscope::metrics {

namespace {

std::optional<Measurement> measure(const Evidence& evidence)
{
    if (!evidence.speed || evidence.speed->prefillSeconds.empty()) return std::nullopt;
    std::vector<double> rates;
    for (const double seconds : evidence.speed->prefillSeconds)
        rates.push_back(double(evidence.speed->promptTokens) / seconds);
    return meanOf(rates);
}

} // namespace

const Metric& prefillTokensPerSecond()
{
    static const Metric row{
        {"prefill_tokens_per_second", "Prefill speed", "tokens/s", true, MetricScale::Rate, false,
         "Prompt tokens read a second with the kernels that run on the stored form; warm-up left out."},
        measure};
    return row;
}

} // namespace paretoscope::metrics
