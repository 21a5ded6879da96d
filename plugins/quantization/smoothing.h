// SmoothQuant's scales, and weights in eight bits.
//
// Source: Xiao et al. 2022 (arXiv:2211.10438), equation 4.
#pragma once

#include "core/tensor/packed_layout.h"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace paretoscope::quantization {

// max|w| of each column of weights [rows, columns], raised into `maxima` [columns].
void raiseColumnMaxima(std::span<const float> weights, std::span<float> maxima);

// s = a^strength / w^(1 - strength) for the channels' largest activations a and weights w; 1 where a
// channel or its weights are all zero.
std::vector<float> smoothingScales(std::span<const float> activationMaxima, std::span<const float> weightMaxima,
                                   double strength);

// Symmetric codes of 8 bits with one scale a row, the largest magnitude at 127. Error(Unsupported)
// naming `what` when a scale does not fit 16 bits.
PackedMatrix eightBitRows(std::span<const float> weights, int64_t rows, int64_t columns, const std::string& what);

} // namespace paretoscope::quantization
