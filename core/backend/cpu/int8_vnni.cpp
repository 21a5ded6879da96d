// Byte products with AVX-512 VNNI: four products a lane and instruction.
#include "core/backend/cpu/int8_kernels.h"

#include "core/base/error.h"

#include <hwy/highway.h>

#if HWY_ARCH_X86_64
#include <immintrin.h>

#if defined(__GNUC__) && !defined(__clang__)
// GCC 12 takes the deliberately undefined operands inside its own intrinsics for a mistake.
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#pragma GCC diagnostic ignored "-Wuninitialized"
#endif

// clang-format off
HWY_PUSH_ATTRIBUTES("avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,avx2,fma")
// clang-format on
namespace paretoscope::cpu {

namespace {

template <int Rows, int Tokens> void dotTile(const Int8Tile& tile, int32_t* sums)
{
    __m512i exact[Rows][Tokens];
    for (int r = 0; r < Rows; ++r)
        for (int t = 0; t < Tokens; ++t) exact[r][t] = _mm512_setzero_si512();
    for (int64_t k = 0; k < tile.columns; k += int8Step) {
        const int64_t rest = tile.columns - k; // values are padded, codes are not
        const __mmask64 mask = rest >= int8Step ? ~__mmask64{0} : (__mmask64{1} << rest) - 1;
        __m512i values[Tokens];
        for (int t = 0; t < Tokens; ++t) values[t] = _mm512_loadu_si512(tile.values + t * tile.valueStride + k);
        for (int r = 0; r < Rows; ++r) {
            const __m512i codes = _mm512_maskz_loadu_epi8(mask, tile.codes + r * tile.columns + k);
            for (int t = 0; t < Tokens; ++t) exact[r][t] = _mm512_dpbusd_epi32(exact[r][t], codes, values[t]);
        }
    }
    for (int t = 0; t < Tokens; ++t)
        for (int r = 0; r < Rows; ++r) sums[t * Rows + r] = _mm512_reduce_add_epi32(exact[r][t]);
}

template <int Rows> void dotRows(const Int8Tile& tile, int32_t* sums)
{
    switch (tile.tokens) {
    case 1: return dotTile<Rows, 1>(tile, sums);
    case 2: return dotTile<Rows, 2>(tile, sums);
    case 3: return dotTile<Rows, 3>(tile, sums);
    default: return dotTile<Rows, 4>(tile, sums);
    }
}

} // namespace

void int8DotsVnni(const Int8Tile& tile, int32_t* sums)
{
    switch (tile.rows) {
    case 1: return dotRows<1>(tile, sums);
    case 2: return dotRows<2>(tile, sums);
    case 3: return dotRows<3>(tile, sums);
    default: return dotRows<4>(tile, sums);
    }
}

} // namespace paretoscope::cpu
HWY_POP_ATTRIBUTES

#else

namespace paretoscope::cpu {

void int8DotsVnni(const Int8Tile&, int32_t*)
{
    fail(ErrorCode::Internal, "this processor has no VNNI");
}

} // namespace paretoscope::cpu

#endif
