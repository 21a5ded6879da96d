#include "core/evaluation/metrics/summaries.h"

namespace paretoscope::metrics {

namespace {

std::optional<Measurement> measure(const Evidence& evidence)
{
    return shareOfRightAnswers(evidence, {"arithmetic_steps"});
}

} // namespace

const Metric& reasoningExactMatch()
{
    static const Metric row{
        {"reasoning_exact_match", "Right in steps", "", true, MetricScale::Ratio, false,
         "Share of arithmetic stories whose last result is right when the steps are written down. Questions are the unit of the interval."},
        measure};
    return row;
}

} // namespace paretoscope::metrics
