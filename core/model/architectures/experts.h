// Reading mixtures of experts.
#pragma once

#include "core/model/architectures/common.h"

namespace paretoscope::families {

struct ExpertNames {
    const char* gate = "gate_proj";
    const char* up = "up_proj";
    const char* down = "down_proj";
};

// Router "<prefix>gate" and gated experts "<prefix>experts.N." of the width that the block's
// configuration gives, without biases.
MoeWeights readMoe(const WeightSource& weights, const std::string& prefix, const BlockConfig& config,
                   int64_t hidden, const ExpertNames& names = {});

} // namespace paretoscope::families
