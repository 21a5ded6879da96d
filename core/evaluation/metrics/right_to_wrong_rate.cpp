#include "core/evaluation/metrics/summaries.h"

namespace paretoscope::metrics {

namespace {

std::optional<Measurement> change(std::span<const Measurement> run, std::span<const Measurement> baseline)
{
    return shareOfChangedAnswers(run, baseline, {true, false});
}

} // namespace

const Metric& rightToWrongRate()
{
    static const Metric row{
        {"right_to_wrong_rate", "Answers lost", "", false, MetricScale::Ratio, false,
         "Share of questions that the uncompressed model's run answers rightly and this run does not. "
         "Measured once both are done, over the items of accuracy and exact_match; questions are the unit of the interval."},
        nothingFromEvidence,
        change};
    return row;
}

} // namespace paretoscope::metrics
