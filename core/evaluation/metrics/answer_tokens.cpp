#include "core/evaluation/metrics/summaries.h"

namespace paretoscope::metrics {

namespace {

std::optional<Measurement> measure(const Evidence& evidence)
{
    return meanOfItems(answerScores(evidence, [](const AnswerEvidence::Answer& answer) -> std::optional<double> {
        return double(answer.generatedTokens);
    }));
}

} // namespace

const Metric& answerTokens()
{
    static const Metric row{
        {"answer_tokens", "Tokens an answer", "tokens", false, MetricScale::Plain, false,
         "Mean number of tokens generated for a question, what is written down on the way to the answer included."},
        measure};
    return row;
}

} // namespace paretoscope::metrics
