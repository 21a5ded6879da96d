#include "core/evaluation/metrics/summaries.h"

#include <vector>

namespace paretoscope::metrics {

namespace {

std::optional<Measurement> measure(const Evidence& evidence)
{
    if (!evidence.speed || evidence.speed->prefillSeconds.empty()) return std::nullopt;
    std::vector<double> times;
    for (const double seconds : evidence.speed->prefillSeconds) times.push_back(1000 * seconds);
    return meanOf(times);
}

} // namespace

const Metric& timeToFirstTokenMs()
{
    static const Metric row{
        {"time_to_first_token_ms", "Time to first token", "ms", false, MetricScale::Plain, true,
         "Time from a prompt to its first token, at the prompt length of the speed measurement."},
        measure};
    return row;
}

} // namespace paretoscope::metrics
