// Rotary position embedding: frequencies under every published scaling.
#pragma once

#include "core/model/model_config.h"

#include <cstdint>
#include <span>
#include <vector>

namespace paretoscope {

// Angle step of each pair, and the factor that cos and sin are multiplied with, for a sequence of
// `sequenceLength` tokens (Dynamic and LongRope depend on it). f64 inside, as references do.
struct RopeFrequencies {
    std::vector<double> steps; // [dimensions / 2]
    double magnitude = 1;
};
RopeFrequencies ropeFrequencies(const RopeConfig& config, int64_t sequenceLength,
                                int64_t contextLength);

// Lengths of equal regime have equal frequencies; 0 for scalings that ignore the length.
int64_t ropeRegime(const RopeConfig& config, int64_t sequenceLength);

// cos and sin tables [positions, pairs], row-major.
void fillRotation(const RopeFrequencies& frequencies, std::span<const int32_t> positions,
                  float* cosines, float* sines);

} // namespace paretoscope
