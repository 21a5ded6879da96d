#include "core/evaluation/metrics/summaries.h"

namespace paretoscope::metrics {

namespace {

std::optional<Measurement> measure(const Evidence& evidence)
{
    if (!evidence.footprint) return std::nullopt;
    if (!evidence.footprint->peakMemoryBytes) return std::nullopt;
    return exactly(double(*evidence.footprint->peakMemoryBytes));
}

} // namespace

const Metric& peakMemoryBytes()
{
    static const Metric row{
        {"peak_memory_bytes", "Peak memory", "B", false, MetricScale::Bytes, false,
         "Highest resident memory of the worker process of the run, program included."},
        measure};
    return row;
}

} // namespace paretoscope::metrics
