// Which instruction sets the kernels are compiled for. First include of every kernel file.
//
// Each target costs compile time, so x86 gets three: SSE4 (every 64-bit machine in use), AVX2 and
// AVX-512. Other processors get what Highway chooses.
#pragma once

#define HWY_WANT_SSE4 1
#define HWY_DISABLED_TARGETS HWY_SSSE3

// NOLINTNEXTLINE: Highway's headers read the two macros above.
#include <hwy/detect_targets.h>
