// One activation row times packed rows with the byte products of AVX-512 VNNI.
//
// Codes are unsigned bytes; an activation, 16 bits wide, is a signed high byte and a signed low
// byte. Two byte products a code, summed exactly in 32 bits, keep all 16 bits of the activation.
#pragma once

#include "core/backend/cpu/packed_view.h"

namespace paretoscope::cpu {

// Whether this processor has AVX-512 with VNNI and VBMI (and the kernels' choice allows it).
bool hasPackedVnni();

// Bytes that `splitActivations` needs behind the other buffers for `columns` activations.
int64_t splitBytes(int64_t columns);
// Fills rounded.high and rounded.low in the order in which the kernel of this width wants them,
// zeros behind the last column up to a multiple of 64.
void splitActivations(int64_t columns, int bits, RoundedActivations& rounded);

// y[n] = dot(row n, x) for rows [begin, end), as packedDots; needs hasPackedVnni().
void packedDotsVnni(const PackedView& view, const RoundedActivations& x, int64_t begin, int64_t end, float* y);

} // namespace paretoscope::cpu
