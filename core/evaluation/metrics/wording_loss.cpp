#include "core/evaluation/metrics/summaries.h"
#include "core/evaluation/metrics/wordings.h"

#include <algorithm>

namespace paretoscope::metrics {

namespace {

std::optional<Measurement> measure(const Evidence& evidence)
{
    std::vector<ItemScore> items;
    for (const auto& [question, answers] : wordingsOf(evidence)) {
        double worst = 1;
        for (const AnswerEvidence::Answer* answer : answers) worst = std::min(worst, answer->score);
        items.push_back({question, answers.front()->score - worst, 1});
    }
    return shareOf(std::move(items));
}

} // namespace

const Metric& wordingLoss()
{
    static const Metric row{
        {"wording_loss", "Lost in another wording", "", false, MetricScale::Ratio, false,
         "Share of questions that are answered rightly as they are and wrongly in another wording: right answers as asked "
         "minus right answers in the worst wording. Questions are the unit of the interval."},
        measure};
    return row;
}

} // namespace paretoscope::metrics
