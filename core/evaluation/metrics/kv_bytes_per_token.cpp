#include "core/evaluation/metrics/summaries.h"

namespace paretoscope::metrics {

namespace {

std::optional<Measurement> measure(const Evidence& evidence)
{
    if (!evidence.footprint) return std::nullopt;
    return exactly(evidence.footprint->kvBytesPerToken);
}

} // namespace

const Metric& kvBytesPerToken()
{
    static const Metric row{
        {"kv_bytes_per_token", "KV cache per token", "B", false, MetricScale::Bytes, false,
         "Bytes of keys and values kept for a token: 16-bit elements unless a codec says otherwise."},
        measure};
    return row;
}

} // namespace paretoscope::metrics
