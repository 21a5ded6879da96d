#include "core/evaluation/metrics/summaries.h"

namespace paretoscope::metrics {

namespace {

std::optional<Measurement> measure(const Evidence& evidence)
{
    return shareOfRightChoices(evidence, [](const ChoiceEvidence::Choice& choice) {
        return choice.logLikelihood / double(choice.characters);
    });
}

} // namespace

const Metric& accuracyNorm()
{
    static const Metric row{
        {"accuracy_norm", "Accuracy a character", "", true, MetricScale::Ratio, false,
         "Share of multiple-choice questions whose right choice has the greatest log-likelihood a character, so that "
         "long choices are not at a disadvantage (the harness's acc_norm). Questions are the unit of the interval."},
        measure};
    return row;
}

} // namespace paretoscope::metrics
