#include "core/evaluation/metrics/summaries.h"

namespace paretoscope::metrics {

namespace {

std::optional<Measurement> change(std::span<const Measurement> run, std::span<const Measurement> baseline)
{
    return shareOfChangedAnswers(run, baseline, {false, true});
}

} // namespace

const Metric& wrongToRightRate()
{
    static const Metric row{
        {"wrong_to_right_rate", "Answers gained", "", true, MetricScale::Ratio, false,
         "Share of questions that this run answers rightly and the uncompressed model's run does not. "
         "Measured once both are done, over the items of accuracy and exact_match; questions are the unit of the interval."},
        nothingFromEvidence,
        change};
    return row;
}

} // namespace paretoscope::metrics
