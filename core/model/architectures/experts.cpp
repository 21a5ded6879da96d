#include "core/model/architectures/experts.h"

#include <fmt/format.h>

namespace paretoscope::families {

MoeWeights readMoe(const WeightSource& weights, const std::string& prefix, const BlockConfig& config,
                   int64_t hidden, const ExpertNames& names)
{
    MoeWeights moe;
    moe.router = readLinear(weights, prefix + "gate", config.moe.experts, hidden, Bias::Never);
    for (int64_t e = 0; e < config.moe.experts; ++e) {
        const std::string at = fmt::format("{}experts.{}.", prefix, e);
        const int64_t width = config.feedForward;
        moe.experts.push_back({readLinear(weights, at + names.gate, width, hidden, Bias::Never),
                               readLinear(weights, at + names.up, width, hidden, Bias::Never),
                               readLinear(weights, at + names.down, hidden, width, Bias::Never)});
    }
    return moe;
}

} // namespace paretoscope::families
