#include "core/evaluation/metrics/summaries.h"

namespace paretoscope::metrics {

namespace {

std::optional<Measurement> measure(const Evidence& evidence)
{
    if (!evidence.footprint) return std::nullopt;
    return exactly(double(evidence.footprint->fileBytes));
}

} // namespace

const Metric& fileBytes()
{
    static const Metric row{
        {"file_bytes", "File size", "B", false, MetricScale::Bytes, false,
         "Bytes of the weights file that compressing writes, headers included."},
        measure};
    return row;
}

} // namespace paretoscope::metrics
