#include "core/evaluation/metrics/summaries.h"

#include <algorithm>

namespace paretoscope::metrics {

namespace {

std::optional<Measurement> measure(const Evidence& evidence)
{
    std::optional<Measurement> result
        = positionMean(evidence, [](const FidelityEvidence::Window& window) { return window.klSum; });
    if (!result) return result;
    if (result->low) result->low = std::max(0.0, *result->low); // it cannot be negative
    // What rounding the kept log-probabilities makes of the same model is no divergence.
    constexpr double resolution = 1e-7;
    if (result->value < resolution) {
        result->value = 0;
        if (result->low) result->low = 0;
    }
    return result;
}

} // namespace

const Metric& klDivergence()
{
    static const Metric row{
        {"kl_divergence", "KL divergence", "nat", false, MetricScale::Plain, true,
         "Mean over positions of the divergence of the uncompressed model's next-token distribution to this "
         "run's, on the same text; 0 is the same model, and what is below 1e-7. The most sensitive measure of damage. Windows are the "
         "unit of the interval."},
        measure};
    return row;
}

} // namespace paretoscope::metrics
