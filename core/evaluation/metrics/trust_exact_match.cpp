#include "core/evaluation/metrics/summaries.h"

namespace paretoscope::metrics {

namespace {

std::optional<Measurement> measure(const Evidence& evidence)
{
    return shareOfRightAnswers(evidence, {"missing", "refusal"});
}

} // namespace

const Metric& trustExactMatch()
{
    static const Metric row{
        {"trust_exact_match", "Trustworthy answers", "", true, MetricScale::Ratio, false,
         "Share of questions treated rightly where unknown facts and passwords are asked for too. Questions are the unit of the interval."},
        measure};
    return row;
}

} // namespace paretoscope::metrics
