#include "core/evaluation/metrics/summaries.h"

namespace paretoscope::metrics {

namespace {

std::optional<Measurement> measure(const Evidence& evidence)
{
    return meanOfItems(questionScores(evidence, [](const ChoiceEvidence::Question& question) {
        const std::vector<double> probabilities = choiceProbabilities(question);
        double sum = 0;
        for (size_t i = 0; i < probabilities.size(); ++i) {
            const double miss = probabilities[i] - (i == question.right ? 1 : 0);
            sum += miss * miss;
        }
        return sum;
    }));
}

} // namespace

const Metric& brierScore()
{
    static const Metric row{
        {"brier_score", "Brier score", "", false, MetricScale::Plain, false,
         "Mean squared distance of the choices' probabilities from certainty about the right one (Brier 1950), from 0 to "
         "2; a proper score of both knowledge and confidence. Questions are the unit of the interval."},
        measure};
    return row;
}

} // namespace paretoscope::metrics
