#include "core/evaluation/metrics/summaries.h"

namespace paretoscope::metrics {

namespace {

std::optional<Measurement> measure(const Evidence& evidence)
{
    if (!evidence.answers) return std::nullopt;
    std::vector<ItemScore> items;
    for (const AnswerEvidence::Answer& answer : evidence.answers->answers)
        if (answer.lenientScore) items.push_back({answer.item, *answer.lenientScore, 1});
    return shareOf(std::move(items));
}

} // namespace

const Metric& lenientExactMatch()
{
    static const Metric row{
        {"lenient_exact_match", "Right answers, leniently", "", true, MetricScale::Ratio, false,
         "Share of questions of a file whose right answer is found in the output whatever its form (the harness's "
         "flexible-extract); exact_match asks for the form too. Questions are the unit of the interval."},
        measure};
    return row;
}

} // namespace paretoscope::metrics
