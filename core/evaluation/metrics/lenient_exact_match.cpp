#include "core/evaluation/metrics/summaries.h"

namespace paretoscope::metrics {

namespace {

std::optional<Measurement> measure(const Evidence& evidence)
{
    return shareOf(answerScores(evidence, [](const AnswerEvidence::Answer& answer) { return answer.lenientScore; }));
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
