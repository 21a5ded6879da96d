#include "core/evaluation/metrics/summaries.h"

#include <algorithm>

namespace paretoscope::metrics {

namespace {

std::optional<Measurement> measure(const Evidence& evidence)
{
    std::optional<Measurement> result
        = positionMean(evidence, [](const FidelityEvidence::Window& window) { return double(window.sameTop); });
    if (result && result->high) result->high = std::min(1.0, *result->high);
    return result;
}

} // namespace

const Metric& top1Agreement()
{
    static const Metric row{
        {"top1_agreement", "Same top token", "", true, MetricScale::Ratio, false,
         "Share of positions at which this run and the uncompressed model find the same token most likely, on "
         "the same text. Windows are the unit of the interval."},
        measure};
    return row;
}

} // namespace paretoscope::metrics
