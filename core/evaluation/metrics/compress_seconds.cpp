#include "core/evaluation/metrics/summaries.h"

namespace paretoscope::metrics {

namespace {

std::optional<Measurement> measure(const Evidence& evidence)
{
    if (!evidence.footprint) return std::nullopt;
    return exactly(evidence.footprint->compressSeconds);
}

} // namespace

const Metric& compressSeconds()
{
    static const Metric row{
        {"compress_seconds", "Time to compress", "s", false, MetricScale::Seconds, true,
         "Wall time of applying the recipe, on this machine."},
        measure};
    return row;
}

} // namespace paretoscope::metrics
