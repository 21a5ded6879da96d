#include "core/evaluation/metrics/summaries.h"

#include <algorithm>
#include <vector>

namespace paretoscope::metrics {

namespace {

std::optional<Measurement> measure(const Evidence& evidence)
{
    if (!evidence.fidelity || evidence.fidelity->klDivergences.empty()) return std::nullopt;
    std::vector<float> values = evidence.fidelity->klDivergences;
    const auto rank = std::ptrdiff_t(0.99 * double(values.size() - 1));
    std::nth_element(values.begin(), values.begin() + rank, values.end());
    Measurement result = exactly(double(values[size_t(rank)]));
    result.count = int64_t(values.size());
    return result;
}

} // namespace

const Metric& klP99()
{
    static const Metric row{
        {"kl_p99", "KL divergence, 99th percentile", "nat", false, MetricScale::Plain, true,
         "The divergence that one position in a hundred exceeds: how bad the rare bad predictions are, which "
         "a mean hides."},
        measure};
    return row;
}

} // namespace paretoscope::metrics
