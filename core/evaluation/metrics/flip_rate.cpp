#include "core/evaluation/metrics/summaries.h"

namespace paretoscope::metrics {

namespace {

std::optional<Measurement> change(std::span<const Measurement> run, std::span<const Measurement> baseline)
{
    return shareOfChangedAnswers(run, baseline, {true, true});
}

} // namespace

const Metric& flipRate()
{
    static const Metric row{
        {"flip_rate", "Answers that flipped", "", false, MetricScale::Ratio, false,
         "Share of questions that this run answers rightly and the uncompressed model's run does not, or the other way round; accuracy hides what evens out. "
         "Measured once both are done, over the items of accuracy and exact_match; questions are the unit of the interval."},
        nothingFromEvidence,
        change};
    return row;
}

} // namespace paretoscope::metrics
