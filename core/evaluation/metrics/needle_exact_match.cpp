#include "core/evaluation/metrics/summaries.h"

namespace paretoscope::metrics {

namespace {

std::optional<Measurement> measure(const Evidence& evidence)
{
    return shareOfRightAnswers(evidence, {"needle"});
}

} // namespace

const Metric& needleExactMatch()
{
    static const Metric row{
        {"needle_exact_match", "Needles found", "", true, MetricScale::Ratio, false,
         "Share of numbers found again in a long text. Questions are the unit of the interval."},
        measure};
    return row;
}

} // namespace paretoscope::metrics
