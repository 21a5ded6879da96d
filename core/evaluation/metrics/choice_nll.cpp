#include "core/evaluation/metrics/summaries.h"

#include <algorithm>
#include <cmath>

namespace paretoscope::metrics {

namespace {

std::optional<Measurement> measure(const Evidence& evidence)
{
    if (!evidence.choices) return std::nullopt;
    std::vector<ItemScore> items;
    for (const ChoiceEvidence::Question& question : evidence.choices->questions)
        items.push_back({question.item, -std::log(choiceProbabilities(question)[question.right]), 1});
    return meanOfItems(std::move(items));
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
