#include "core/evaluation/metrics/summaries.h"

namespace paretoscope::metrics {

namespace {

std::optional<Measurement> measure(const Evidence& evidence)
{
    return shareOfRightAnswers(evidence, {"instructions", "counting"});
}

} // namespace

const Metric& rulesExactMatch()
{
    static const Metric row{
        {"rules_exact_match", "Instructions followed", "", true, MetricScale::Ratio, false,
         "Share of instructions that a program finds fulfilled. Questions are the unit of the interval."},
        measure};
    return row;
}

} // namespace paretoscope::metrics
