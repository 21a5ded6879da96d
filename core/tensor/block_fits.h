// Scales of a few values at a time, searched so that weighted squared errors are small: what block
// encoders are made of.
//
// Source: the method of llama.cpp's k-quants (github.com/ggml-org/ggml, src/ggml-quants.c): inverse scales
// on a grid around the plain one, each followed by weighted least squares.
#pragma once

#include <cstdint>
#include <span>

namespace paretoscope::blocks {

// x ≈ scale · code - minimum with codes 0..most, scale ≥ 0 and minimum ≥ 0.
struct OffsetFit {
    float scale = 0;
    float minimum = 0;
};

// Fills `codes`. The three spans have one length; weights are not negative and not all 0.
OffsetFit fitOffset(std::span<const float> x, std::span<const float> weights, int most, uint8_t* codes);

// x ≈ scale · code with codes -most..most-1; the scale may be negative. Fills `codes`.
float fitSymmetric(std::span<const float> x, std::span<const float> weights, int most, int8_t* codes);

// The same for values that are not negative, with codes 0..most.
float fitPositive(std::span<const float> x, std::span<const float> weights, int most, uint8_t* codes);

// Nearest integer (ties to even) within [low, high].
int nearestCode(float value, int low, int high);

} // namespace paretoscope::blocks
