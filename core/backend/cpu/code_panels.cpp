#include "core/backend/cpu/code_panels.h"

#include "core/base/error.h"

#include <algorithm>
#include <hwy/highway.h>
#include <limits>

#if HWY_ARCH_X86_64
#include <immintrin.h>

#if defined(__GNUC__) && !defined(__clang__)
// GCC 12 takes the deliberately undefined operands inside its own intrinsics for a mistake.
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#pragma GCC diagnostic ignored "-Wuninitialized"
#endif

// clang-format off
HWY_PUSH_ATTRIBUTES("avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,avx2,fma,f16c")
// clang-format on
namespace paretoscope::cpu {

namespace {

constexpr int mostTileRows = 6;
constexpr float largestActivation = 32512; // its high byte is below 128
constexpr int64_t lanes = 16;

// One block of a row to integers: dwords of four bytes, tileRows apart.
struct RoundedBlock {
    float scale;
    float sum; // scale times the sum of the integers
};

RoundedBlock roundBlock(const float* x, int64_t block, int tileRows, uint32_t* high, uint32_t* low)
{
    __m512i largest = _mm512_setzero_si512(); // compared as integers, so that a NaN counts as the largest value
    for (int64_t k = 0; k < block; k += lanes)
        largest = _mm512_max_epi32(largest, _mm512_castps_si512(_mm512_abs_ps(_mm512_loadu_ps(x + k))));
    const int32_t bits = _mm512_reduce_max_epi32(largest);
    if (bits >= 0x7f800000) {
        for (int64_t i = 0; i < block / 4; ++i) high[i * tileRows] = low[i * tileRows] = 0;
        const float nan = std::numeric_limits<float>::quiet_NaN();
        return {nan, nan};
    }
    float peak = 0;
    std::memcpy(&peak, &bits, sizeof peak);
    const __m512 factor = _mm512_set1_ps(peak > 1e-30f ? largestActivation / peak : 0.0f);
    __m512i total = _mm512_setzero_si512();
    for (int64_t k = 0; k < block; k += lanes) {
        const __m512i value = _mm512_cvtps_epi32(_mm512_mul_ps(_mm512_loadu_ps(x + k), factor));
        total = _mm512_add_epi32(total, value);
        const __m128i lowBytes = _mm512_cvtepi32_epi8(value);
        const __m512i rest = _mm512_sub_epi32(value, _mm512_cvtepi8_epi32(lowBytes));
        alignas(16) uint32_t four[2][4];
        _mm_store_si128(reinterpret_cast<__m128i*>(four[0]), _mm512_cvtepi32_epi8(_mm512_srai_epi32(rest, 8)));
        _mm_store_si128(reinterpret_cast<__m128i*>(four[1]), lowBytes);
        for (int64_t i = 0; i < 4; ++i) {
            high[(k / 4 + i) * tileRows] = four[0][i];
            low[(k / 4 + i) * tileRows] = four[1][i];
        }
    }
    const float scale = peak / largestActivation;
    return {scale, scale * float(_mm512_reduce_add_epi32(total))};
}

void roundTile(ConstMatrixView x, const CodeActivations& to, int64_t tile)
{
    const int64_t blocks = to.columns / to.block;
    const int64_t dwords = to.columns / 4 * to.tileRows;
    for (int r = 0; r < to.tileRows; ++r) {
        const int64_t m = tile * to.tileRows + r;
        uint32_t* high = to.high + tile * dwords + r;
        uint32_t* low = to.low + tile * dwords + r;
        float* scales = to.scales + tile * blocks * to.tileRows + r;
        float* sums = to.sums + tile * blocks * to.tileRows + r;
        for (int64_t b = 0; b < blocks; ++b) {
            const int64_t at = b * to.block / 4 * to.tileRows;
            RoundedBlock block{0, 0};
            if (m < to.rows) block = roundBlock(x.row(m) + b * to.block, to.block, to.tileRows, high + at, low + at);
            else
                for (int64_t i = 0; i < to.block / 4; ++i) high[at + i * to.tileRows] = low[at + i * to.tileRows] = 0;
            scales[b * to.tileRows] = block.scale;
            sums[b * to.tileRows] = block.sum;
        }
    }
}

// Sums of one block's byte products, of Rows rows with two vectors of weight rows.
template <int Rows> struct BlockSums {
    __m512i left[Rows], right[Rows];

    HWY_INLINE void add(const uint32_t* x, const uint32_t* codes, int64_t steps)
    {
        for (int64_t k = 0; k < steps; ++k, x += Rows, codes += codePanelRows) {
            const __m512i w0 = _mm512_load_si512(codes), w1 = _mm512_load_si512(codes + lanes);
            for (int r = 0; r < Rows; ++r) {
                const __m512i four = _mm512_set1_epi32(int(x[r]));
                left[r] = _mm512_dpbusd_epi32(left[r], w0, four);
                right[r] = _mm512_dpbusd_epi32(right[r], w1, four);
            }
        }
    }
};

// Masks only where they are needed: masked stores are slow.
HWY_INLINE void addSums(__m512 left, __m512 right, int64_t columns, float* to)
{
    if (columns == codePanelRows) {
        _mm512_storeu_ps(to, _mm512_add_ps(left, _mm512_loadu_ps(to)));
        _mm512_storeu_ps(to + lanes, _mm512_add_ps(right, _mm512_loadu_ps(to + lanes)));
        return;
    }
    const auto mask = uint32_t((uint64_t{1} << columns) - 1);
    const auto first = __mmask16(mask & 0xffff), second = __mmask16(mask >> 16);
    _mm512_mask_storeu_ps(to, first, _mm512_add_ps(left, _mm512_maskz_loadu_ps(first, to)));
    _mm512_mask_storeu_ps(to + lanes, second, _mm512_add_ps(right, _mm512_maskz_loadu_ps(second, to + lanes)));
}

template <int Rows>
void addTile(const CodeActivations& x, int64_t tile, int64_t column, const CodePanel& panel, MatrixView y)
{
    const int64_t steps = x.block / 4, blocks = panel.depth / x.block, all = x.columns / x.block;
    const uint32_t* high = x.high + (tile * x.columns + column) / 4 * Rows;
    const uint32_t* low = x.low + (tile * x.columns + column) / 4 * Rows;
    const float* scales = x.scales + (tile * all + column / x.block) * Rows;
    const float* sums = x.sums + (tile * all + column / x.block) * Rows;
    __m512 left[Rows], right[Rows];
    for (int r = 0; r < Rows; ++r) left[r] = right[r] = _mm512_setzero_ps();
    for (int64_t b = 0; b < blocks; ++b) {
        BlockSums<Rows> exact;
        for (int r = 0; r < Rows; ++r) exact.left[r] = exact.right[r] = _mm512_setzero_si512();
        const uint32_t* codes = panel.codes + b * steps * codePanelRows;
        exact.add(high + b * steps * Rows, codes, steps);
        for (int r = 0; r < Rows; ++r) {
            exact.left[r] = _mm512_slli_epi32(exact.left[r], 8);
            exact.right[r] = _mm512_slli_epi32(exact.right[r], 8);
        }
        exact.add(low + b * steps * Rows, codes, steps);
        const __m512 s0 = _mm512_load_ps(panel.scales + b * codePanelRows);
        const __m512 s1 = _mm512_load_ps(panel.scales + b * codePanelRows + lanes);
        const __m512 o0 = _mm512_load_ps(panel.offsets + b * codePanelRows);
        const __m512 o1 = _mm512_load_ps(panel.offsets + b * codePanelRows + lanes);
        for (int r = 0; r < Rows; ++r) {
            const __m512 scale = _mm512_set1_ps(scales[b * Rows + r]), sum = _mm512_set1_ps(sums[b * Rows + r]);
            left[r] = _mm512_fmadd_ps(_mm512_cvtepi32_ps(exact.left[r]), _mm512_mul_ps(s0, scale), left[r]);
            right[r] = _mm512_fmadd_ps(_mm512_cvtepi32_ps(exact.right[r]), _mm512_mul_ps(s1, scale), right[r]);
            left[r] = _mm512_fmadd_ps(o0, sum, left[r]);
            right[r] = _mm512_fmadd_ps(o1, sum, right[r]);
        }
    }
    for (int r = 0; r < std::min<int64_t>(Rows, y.rows - tile * Rows); ++r)
        addSums(left[r], right[r], y.columns, y.row(tile * Rows + r));
}

// Sixteen rows of sixteen dwords, transposed to rows codePanelRows apart.
void transposeSixteen(const uint32_t* from, int64_t stride, uint32_t* to)
{
    __m512i a[16], b[16];
    for (int i = 0; i < 16; ++i) a[i] = _mm512_loadu_si512(from + i * stride);
    for (int i = 0; i < 16; i += 2) {
        b[i] = _mm512_unpacklo_epi32(a[i], a[i + 1]);
        b[i + 1] = _mm512_unpackhi_epi32(a[i], a[i + 1]);
    }
    for (int i = 0; i < 16; i += 4)
        for (int j = 0; j < 2; ++j) {
            a[i + 2 * j] = _mm512_unpacklo_epi64(b[i + j], b[i + 2 + j]);
            a[i + 2 * j + 1] = _mm512_unpackhi_epi64(b[i + j], b[i + 2 + j]);
        }
    // a[4 g + c] holds columns c, c + 4, c + 8, c + 12 of rows 4 g to 4 g + 3.
    for (int c = 0; c < 4; ++c) {
        const __m512i low = _mm512_shuffle_i32x4(a[c], a[4 + c], 0x88);
        const __m512i high = _mm512_shuffle_i32x4(a[c], a[4 + c], 0xdd);
        const __m512i low2 = _mm512_shuffle_i32x4(a[8 + c], a[12 + c], 0x88);
        const __m512i high2 = _mm512_shuffle_i32x4(a[8 + c], a[12 + c], 0xdd);
        _mm512_storeu_si512(to + c * codePanelRows, _mm512_shuffle_i32x4(low, low2, 0x88));
        _mm512_storeu_si512(to + (c + 8) * codePanelRows, _mm512_shuffle_i32x4(low, low2, 0xdd));
        _mm512_storeu_si512(to + (c + 4) * codePanelRows, _mm512_shuffle_i32x4(high, high2, 0x88));
        _mm512_storeu_si512(to + (c + 12) * codePanelRows, _mm512_shuffle_i32x4(high, high2, 0xdd));
    }
}

// As packPanel; faster for whole sixteens.
void transpose(const float* rows, int64_t count, int64_t dim, float* panel)
{
    if (count < codePanelRows || dim % lanes != 0) return packPanel(rows, dim, count, dim, panel);
    for (int64_t j = 0; j < codePanelRows; j += lanes)
        for (int64_t c = 0; c < dim; c += lanes)
            transposeSixteen(reinterpret_cast<const uint32_t*>(rows + j * dim + c), dim,
                             reinterpret_cast<uint32_t*>(panel + c * codePanelRows + j));
}

template <int Rows> void addTiles(const CodeActivations& x, int64_t column, const CodePanel& panel, MatrixView y)
{
    for (int64_t tile = 0; tile < x.tiles(); ++tile) addTile<Rows>(x, tile, column, panel, y);
}

} // namespace

CodeActivations roundForPanels(ConstMatrixView x, int64_t block)
{
    CodeActivations to;
    const int64_t tiles = (x.rows + mostTileRows - 1) / mostTileRows;
    to.tileRows = int((x.rows + tiles - 1) / tiles);
    to.rows = x.rows;
    to.columns = x.columns;
    to.block = block;
    const int64_t padded = to.tiles() * to.tileRows;
    const int64_t dwords = padded * x.columns / 4, terms = padded * (x.columns / block);
    float* memory = workFloats(WorkSlot::Activations, size_t(2 * dwords + 2 * terms));
    to.high = reinterpret_cast<uint32_t*>(memory);
    to.low = to.high + dwords;
    to.scales = memory + 2 * dwords;
    to.sums = to.scales + terms;
    parallelFor(to.tiles(), rowGrain(x.columns, 2 * to.tileRows), [&](int64_t begin, int64_t end) {
        for (int64_t tile = begin; tile < end; ++tile) roundTile(x, to, tile);
    });
    return to;
}

void addCodePanel(const CodeActivations& x, int64_t column, const CodePanel& panel, MatrixView y)
{
    switch (x.tileRows) {
    case 1: return addTiles<1>(x, column, panel, y);
    case 2: return addTiles<2>(x, column, panel, y);
    case 3: return addTiles<3>(x, column, panel, y);
    case 4: return addTiles<4>(x, column, panel, y);
    case 5: return addTiles<5>(x, column, panel, y);
    default: return addTiles<6>(x, column, panel, y);
    }
}

CodePanel packCodePanel(const CodeRows& from, int64_t rows, int64_t depth, int64_t block)
{
    const int64_t dwords = depth / 4, blocks = depth / block;
    float* panel = workFloats(WorkSlot::Panel, size_t(codePanelRows * (dwords + 2 * blocks)));
    // Four bytes move as a float does.
    transpose(reinterpret_cast<const float*>(from.codes), rows, dwords, panel);
    float* scales = panel + codePanelRows * dwords;
    transpose(from.scales, rows, blocks, scales);
    transpose(from.offsets, rows, blocks, scales + codePanelRows * blocks);
    return {reinterpret_cast<const uint32_t*>(panel), scales, scales + codePanelRows * blocks, depth};
}

CodeRows roomForCodeRows(int64_t depth, int64_t block)
{
    const int64_t dwords = depth / 4, blocks = depth / block;
    float* memory = workFloats(WorkSlot::Transposed, size_t(codePanelRows * (dwords + 2 * blocks)));
    float* scales = memory + codePanelRows * dwords;
    return {reinterpret_cast<uint8_t*>(memory), scales, scales + codePanelRows * blocks};
}

bool hasCodePanels(int64_t block)
{
    return block >= lanes && block <= 128 && codePanelDepth(512) % block == 0 && hasPackedVnni();
}

} // namespace paretoscope::cpu
HWY_POP_ATTRIBUTES

#else

namespace paretoscope::cpu {

bool hasCodePanels(int64_t)
{
    return false;
}

CodeActivations roundForPanels(ConstMatrixView, int64_t)
{
    fail(ErrorCode::Internal, "this processor has no VNNI");
}

void addCodePanel(const CodeActivations&, int64_t, const CodePanel&, MatrixView)
{
    fail(ErrorCode::Internal, "this processor has no VNNI");
}

CodePanel packCodePanel(const CodeRows&, int64_t, int64_t, int64_t)
{
    fail(ErrorCode::Internal, "this processor has no VNNI");
}

CodeRows roomForCodeRows(int64_t, int64_t)
{
    fail(ErrorCode::Internal, "this processor has no VNNI");
}

} // namespace paretoscope::cpu

#endif
