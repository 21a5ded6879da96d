#include "core/evaluation/metrics/summaries.h"

#include <algorithm>
#include <cmath>

namespace paretoscope::metrics {

namespace {

std::optional<Measurement> measure(const Evidence& evidence)
{
    return meanOfItems(questionScores(evidence, [](const ChoiceEvidence::Question& question) {
        return -std::log(choiceProbabilities(question)[question.right]);
    }));
}

} // namespace

const Metric& choiceNll()
{
    static const Metric row{
        {"choice_nll", "Surprise at the right choice", "nat", false, MetricScale::Plain, false,
         "Mean negative logarithm of the right choice's probability among a question's choices; moves before accuracy "
         "does. Questions are the unit of the interval."},
        measure};
    return row;
}

} // namespace paretoscope::metrics
