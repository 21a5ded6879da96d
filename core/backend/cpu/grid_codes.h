// Blocks of points of a grid (IQ1, IQ2, IQ3) to bytes with scales and offsets.
#pragma once

#include <cstdint>

namespace paretoscope::cpu {

// One block of this GGML type: codes [256], scales and offsets of its runs as codeBlock says. Null for others.
using GridUnpacker = void (*)(const uint8_t* block, uint8_t* codes, float* scales, float* offsets);
GridUnpacker unpackerOfGrid(uint32_t ggmlType);

} // namespace paretoscope::cpu
