#include "core/evaluation/metrics/summaries.h"

namespace paretoscope::metrics {

namespace {

std::optional<Measurement> measure(const Evidence& evidence)
{
    return shareOfRightAnswers(evidence, {"arithmetic_direct"});
}

} // namespace

const Metric& directExactMatch()
{
    static const Metric row{
        {"direct_exact_match", "Right at once", "", true, MetricScale::Ratio, false,
         "Share of arithmetic stories answered rightly without steps. Questions are the unit of the interval."},
        measure};
    return row;
}

} // namespace paretoscope::metrics
