#include "core/evaluation/metrics/summaries.h"

#include <cmath>

namespace paretoscope::metrics {

namespace {

std::optional<Measurement> measure(const Evidence& evidence)
{
    std::optional<Measurement> result = tokenNll(evidence);
    if (!result) return result;
    // The interval is that of the mean log-likelihood, carried over (delta method for the error).
    result->value = std::exp(result->value);
    if (result->low) result->low = std::exp(*result->low);
    if (result->high) result->high = std::exp(*result->high);
    if (result->standardError) result->standardError = *result->standardError * result->value;
    return result;
}

} // namespace

const Metric& perplexity()
{
    static const Metric row{
        {"perplexity", "Perplexity", "", false, MetricScale::Plain, true,
         "exp of the mean negative log-likelihood a token over windows of a text; lower is better. "
         "Windows are the unit of the interval."},
        measure};
    return row;
}

} // namespace paretoscope::metrics
