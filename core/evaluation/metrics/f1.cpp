#include "core/evaluation/metrics/summaries.h"

namespace paretoscope::metrics {

namespace {

std::optional<Measurement> measure(const Evidence& evidence)
{
    return meanOfItems(answerScores(evidence, [](const AnswerEvidence::Answer& answer) { return answer.overlap; }));
}

} // namespace

const Metric& f1()
{
    static const Metric row{
        {"f1", "F1 of words", "", true, MetricScale::Ratio, false,
         "Mean F1 of the words of an answer and of the right one it is nearest to, both as SQuAD normalizes them. Questions "
         "are the unit of the interval."},
        measure};
    return row;
}

} // namespace paretoscope::metrics
