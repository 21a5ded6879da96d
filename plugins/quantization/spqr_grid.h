// The quantizer of SpQR: zero points are not integers, and scales and zero points of several rows
// are quantized once more.
//
// Source: Dettmers et al., SpQR, 2023, arXiv:2306.03078; published code: quant_groups.py.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace paretoscope::quantization {

// ŵ = scale · (q - zero), q = clamp(round(w / scale + zero), 0, 2^bits - 1).
struct FloatGrid {
    double scale = 1;
    double zero = 0;

    int quantize(double weight, int bits) const;
    double dequantize(int code) const { return scale * (double(code) - zero); }
};

// From the smallest to the largest weight; equal weights get the range [-1, 1].
FloatGrid fitFloatGrid(std::span<const double> weights, int bits);

// Numbers as codes of `bits`: first + step · code.
struct NumberCodes {
    double step = 0, first = 0;
    std::vector<uint8_t> codes;

    double at(size_t i) const { return first + step * double(codes[i]); }
};

// `halves`: step and first are rounded to the 16 bits in which they are stored, before the codes.
NumberCodes codeNumbers(std::span<const double> numbers, int bits, bool halves);

// How much less error a group has when one weight is left out of grid and sum, for each weight: Σ
// ((w - ŵ) / u)² of all, less the same of the others. `factors` are the diagonal of the inverse
// covariance's factor.
std::vector<double> leaveOneOutGain(std::span<const double> weights, std::span<const double> factors, int bits);

} // namespace paretoscope::quantization
