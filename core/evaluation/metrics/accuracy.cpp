#include "core/evaluation/metrics/summaries.h"

namespace paretoscope::metrics {

namespace {

std::optional<Measurement> measure(const Evidence& evidence)
{
    if (!evidence.choices) return std::nullopt;
    std::vector<ItemScore> items;
    for (const ChoiceEvidence::Question& question : evidence.choices->questions) {
        std::vector<double> scores;
        for (const ChoiceEvidence::Choice& choice : question.choices) scores.push_back(choice.logLikelihood);
        items.push_back({question.item, greatest(scores) == question.right ? 1.0 : 0.0, 1});
    }
    return shareOf(std::move(items));
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
