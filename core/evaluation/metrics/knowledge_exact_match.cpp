#include "core/evaluation/metrics/summaries.h"

namespace paretoscope::metrics {

namespace {

std::optional<Measurement> measure(const Evidence& evidence)
{
    return shareOfRightAnswers(evidence, {"knowledge"});
}

} // namespace

const Metric& knowledgeExactMatch()
{
    static const Metric row{
        {"knowledge_exact_match", "Right by heart", "", true, MetricScale::Ratio, false,
         "Share of facts learned in training that are recalled rightly. Questions are the unit of the interval."},
        measure};
    return row;
}

} // namespace paretoscope::metrics
