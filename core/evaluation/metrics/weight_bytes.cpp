#include "core/evaluation/metrics/summaries.h"

namespace paretoscope::metrics {

namespace {

std::optional<Measurement> measure(const Evidence& evidence)
{
    if (!evidence.footprint) return std::nullopt;
    return exactly(double(evidence.footprint->weightBytes));
}

} // namespace

const Metric& weightBytes()
{
    static const Metric row{
        {"weight_bytes", "Weights in memory", "B", false, MetricScale::Bytes, false,
         "Stored bytes of every number of the model: codes, scales, zero points, norms, embedding."},
        measure};
    return row;
}

} // namespace paretoscope::metrics
