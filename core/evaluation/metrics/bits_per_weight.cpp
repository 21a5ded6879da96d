#include "core/evaluation/metrics/summaries.h"

namespace paretoscope::metrics {

namespace {

std::optional<Measurement> measure(const Evidence& evidence)
{
    if (!evidence.footprint) return std::nullopt;
    const FootprintEvidence& footprint = *evidence.footprint;
    if (footprint.linearParameters == 0) return std::nullopt;
    return exactly(8 * double(footprint.linearBytes) / double(footprint.linearParameters));
}

} // namespace

const Metric& bitsPerWeight()
{
    static const Metric row{
        {"bits_per_weight", "Bits per weight", "bit", false, MetricScale::Plain, false,
         "Stored bits of the linear maps of all blocks, scales and zero points included, divided by "
         "their weights. Embedding and output head are not in it; see file size for the whole."},
        measure};
    return row;
}

} // namespace paretoscope::metrics
