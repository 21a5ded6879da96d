#include "core/base/text.h"
#include "core/evaluation/metrics/summaries.h"
#include "core/evaluation/metrics/wordings.h"

#include <algorithm>

namespace paretoscope::metrics {

namespace {

std::optional<Measurement> measure(const Evidence& evidence)
{
    std::vector<ItemScore> items;
    for (const auto& [question, answers] : wordingsOf(evidence)) {
        const std::string_view plain = trimmed(answers.front()->output);
        const bool same = std::all_of(answers.begin(), answers.end(), [&](const AnswerEvidence::Answer* answer) {
            return trimmed(answer->output) == plain;
        });
        items.push_back({question, same ? 1.0 : 0.0, 1});
    }
    return shareOf(std::move(items));
}

} // namespace

const Metric& wordingConsistency()
{
    static const Metric row{
        {"wording_consistency", "Same answer in any wording", "", true, MetricScale::Ratio, false,
         "Share of questions that are answered with the same words, right or wrong, however they are put. Questions are the "
         "unit of the interval."},
        measure};
    return row;
}

} // namespace paretoscope::metrics
