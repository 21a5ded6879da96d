#include "core/evaluation/metrics/summaries.h"

namespace paretoscope::metrics {

namespace {

std::optional<Measurement> measure(const Evidence& evidence)
{
    return shareOfRightChoices(evidence, [](const ChoiceEvidence::Choice& choice) { return choice.logLikelihood; });
}

} // namespace

const Metric& accuracy()
{
    static const Metric row{
        {"accuracy", "Accuracy", "", true, MetricScale::Ratio, false,
         "Share of multiple-choice questions whose right choice has the greatest log-likelihood (the harness's acc); of "
         "equal ones the first counts. Questions are the unit of the interval."},
        measure};
    return row;
}

} // namespace paretoscope::metrics
