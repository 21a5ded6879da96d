#include "core/evaluation/metrics/summaries.h"

namespace paretoscope::metrics {

namespace {

std::optional<Measurement> measure(const Evidence& evidence)
{
    return positionMean(evidence,
                        [](const FidelityEvidence::Window& window) { return window.probabilityChangeSum; });
}

} // namespace

const Metric& probabilityChange()
{
    static const Metric row{
        {"probability_change", "Change in probability", "", true, MetricScale::Ratio, false,
         "Mean change of the probability of the text's own next token against the uncompressed model; below 0 "
         "the run finds the text less likely. Windows are the unit of the interval."},
        measure};
    return row;
}

} // namespace paretoscope::metrics
