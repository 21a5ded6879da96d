#include "core/evaluation/metrics/summaries.h"

namespace paretoscope::metrics {

namespace {

std::optional<Measurement> measure(const Evidence& evidence)
{
    return shareOfRightAnswers(evidence, {"passage", "hops", "table", "program"});
}

} // namespace

const Metric& retrievalExactMatch()
{
    static const Metric row{
        {"retrieval_exact_match", "Right from the text", "", true, MetricScale::Ratio, false,
         "Share of questions answered rightly from a passage, a table or a program. Questions are the unit of the interval."},
        measure};
    return row;
}

} // namespace paretoscope::metrics
