#include "core/evaluation/metrics/summaries.h"

namespace paretoscope::metrics {

namespace {

std::optional<Measurement> measure(const Evidence& evidence)
{
    return tokenNll(evidence);
}

} // namespace

const Metric& nllPerToken()
{
    static const Metric row{
        {"nll_per_token", "NLL per token", "nat", false, MetricScale::Plain, false,
         "Mean negative log-likelihood a token over windows of a text, in nats."},
        measure};
    return row;
}

} // namespace paretoscope::metrics
