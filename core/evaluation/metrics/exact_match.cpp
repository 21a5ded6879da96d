#include "core/evaluation/metrics/summaries.h"

namespace paretoscope::metrics {

namespace {

std::optional<Measurement> measure(const Evidence& evidence)
{
    return shareOfRightAnswers(evidence, {});
}

} // namespace

const Metric& exactMatch()
{
    static const Metric row{
        {"exact_match", "Right answers", "", true, MetricScale::Ratio, false,
         "Share of all questions whose generated answer is right. Questions are the unit of the interval."},
        measure};
    return row;
}

} // namespace paretoscope::metrics
