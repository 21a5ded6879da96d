// Points that IQ1, IQ2 and IQ3 blocks choose from, as digits: 8 of two bits or 4 of three, lowest
// first. Source: github.com/ggml-org/ggml, src/ggml-common.h.
#pragma once

#include <cstdint>

namespace paretoscope::blocks {

extern const uint16_t grid1S[2048];   // 8 digits: -1, 0, 1 (with -1 first)
extern const uint16_t grid2Xxs[256];  // 8 digits: 8, 25, 43
extern const uint16_t grid2Xs[512];
extern const uint16_t grid2S[1024];
extern const uint16_t grid3Xxs[256];  // 4 digits: 4, 12, 20, 28, 36, 44, 52, 62
extern const uint16_t grid3S[512];    // 4 digits: 1, 3, 5 ... 15

} // namespace paretoscope::blocks
