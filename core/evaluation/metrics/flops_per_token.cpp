#include "core/evaluation/metrics/summaries.h"

namespace paretoscope::metrics {

namespace {

std::optional<Measurement> measure(const Evidence& evidence)
{
    if (!evidence.footprint) return std::nullopt;
    return exactly(evidence.footprint->flopsPerToken);
}

} // namespace

const Metric& flopsPerToken()
{
    static const Metric row{
        {"flops_per_token", "Operations per token", "FLOP", false, MetricScale::Plain, true,
         "Floating-point operations of the matrix products for one token with an empty context, two a "
         "multiply-accumulate."},
        measure};
    return row;
}

} // namespace paretoscope::metrics
