#define HWY_WANT_AVX3_DL 1
#include "core/backend/cpu/simd_targets.h"

#include "core/backend/cpu/packed_vnni.h"

#include "core/base/error.h"
#include "core/base/half.h"

#include <algorithm>
#include <cstring>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/backend/cpu/packed_vnni.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace paretoscope::cpu::HWY_NAMESPACE {

// AVX3_DL has VNNI and VBMI, among others.
bool chosen()
{
    return HWY_TARGET == HWY_AVX3_DL;
}

} // namespace paretoscope::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE

namespace paretoscope::cpu {

namespace {

HWY_EXPORT(chosen);

} // namespace

bool hasPackedVnni()
{
    return HWY_DYNAMIC_DISPATCH(chosen)();
}

} // namespace paretoscope::cpu

#if HWY_ARCH_X86_64
#include <immintrin.h>

#if defined(__GNUC__) && !defined(__clang__)
// GCC 12 takes the deliberately undefined operands inside its own intrinsics for a mistake.
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#pragma GCC diagnostic ignored "-Wuninitialized"
#endif

// clang-format off
HWY_PUSH_ATTRIBUTES("avx512f,avx512bw,avx512dq,avx512vl,avx512vbmi,avx512vnni,avx2,fma,f16c")
// clang-format on
namespace paretoscope::cpu {

namespace {

constexpr int64_t stepCodes = 64;    // of one vector
constexpr int64_t blocksAtOnce = 64; // so that zero points start on bytes
constexpr int64_t nibbleBlock = 128;
constexpr int64_t prefetchRows = 12;

// Scales and zero points of one row and a run of blocks.
struct BlockTerms {
    float scales[blocksAtOnce]; // weight scale times activation scale; 0 behind the last
    __m512 zeroSum;             // lanes add up to the sum of scale · zero · sum of the block's integers
};

// 64 codes of Bits bits to bytes: each group of eight codes goes to its own 64 bits, where every
// byte picks the eight bits that start at its code.
template <int Bits> class Codes {
public:
    Codes()
    {
        alignas(64) uint8_t order[64];
        alignas(64) uint8_t shifts[64];
        for (int byte = 0; byte < 64; ++byte) {
            order[byte] = uint8_t(byte / 8 * Bits + std::min(byte % 8, Bits - 1));
            shifts[byte] = uint8_t(byte % 8 * Bits);
        }
        order_ = _mm512_load_si512(order);
        shifts_ = _mm512_load_si512(shifts);
        mask_ = _mm512_set1_epi8(char((1 << Bits) - 1));
    }

    // The first `count` (a multiple of 8) codes at `packed`, zeros behind them; reads no byte more.
    __m512i load(const uint8_t* packed, int64_t count) const
    {
        return loadBytes(packed, count / 8 * Bits);
    }

    // The codes of the first `bytes` bytes, which may end within the last.
    __m512i loadBytes(const uint8_t* packed, int64_t bytes) const
    {
        const __m512i stored = _mm512_maskz_loadu_epi8(bytes >= 64 ? ~__mmask64{0} : (__mmask64{1} << bytes) - 1, packed);
        if constexpr (Bits == 8) return stored;
        const __m512i spread = _mm512_permutexvar_epi8(order_, stored);
        return _mm512_and_si512(_mm512_multishift_epi64_epi8(shifts_, spread), mask_);
    }

private:
    __m512i order_, shifts_, mask_;
};

// A group a block: sixteen at a time.
template <int Bits>
void termsOfSmallGroups(const Codes<Bits>& unpack, const PackedView& view, const RoundedActivations& x, int64_t row,
                        int64_t first, int64_t count, BlockTerms& terms)
{
    __m512i zeros = _mm512_setzero_si512();
    if (view.zeros && !view.realZeros) {
        const int64_t firstByte = first / 8 * Bits;
        zeros = unpack.loadBytes(view.zeros + row * view.zeroBytes + firstByte,
                                 std::min<int64_t>(view.zeroBytes - firstByte, 8 * Bits));
    }
    const uint8_t* scales = view.scales + (row * view.groups + first) * 2;
    for (int64_t i = 0; i < count; i += 16) {
        const auto mask = __mmask16(count - i >= 16 ? 0xffff : (1 << (count - i)) - 1);
        const __m512 stored = _mm512_cvtph_ps(_mm256_maskz_loadu_epi16(mask, scales + i * 2));
        const __m512 scale = _mm512_mul_ps(stored, _mm512_maskz_loadu_ps(mask, x.scales + first + i));
        __m512 zero = _mm512_cvtepi32_ps(_mm512_cvtepu8_epi32(_mm512_castsi512_si128(zeros)));
        if (view.realZeros)
            zero = _mm512_cvtph_ps(_mm256_maskz_loadu_epi16(mask, view.zeros + (row * view.groups + first + i) * 2));
        else if (!view.zeros) zero = _mm512_set1_ps(view.symmetricZero());
        zeros = _mm512_shuffle_i64x2(zeros, zeros, 0x39); // the next sixteen come to the front
        _mm512_storeu_ps(terms.scales + i, scale);
        const __m512 sums = _mm512_maskz_loadu_ps(mask, x.sums + first + i);
        terms.zeroSum = _mm512_fmadd_ps(scale, _mm512_mul_ps(zero, sums), terms.zeroSum);
    }
}

// Several blocks a group.
void termsOfLargeGroups(const PackedView& view, const RoundedActivations& x, int64_t row, int64_t first,
                        int64_t count, BlockTerms& terms)
{
    const int64_t perGroup = view.groupSize / x.block;
    float zeroSum = 0;
    for (int64_t b = 0; b < count;) {
        const int64_t group = (first + b) / perGroup;
        const float scale = view.scale(row, group);
        const float zero = view.zero(row, group);
        const int64_t end = std::min(count, (group + 1) * perGroup - first);
        for (; b < end; ++b) {
            terms.scales[b] = scale * x.scales[first + b];
            zeroSum += terms.scales[b] * (zero * x.sums[first + b]);
        }
    }
    if (count < blocksAtOnce) terms.scales[count] = 0;
    terms.zeroSum = _mm512_add_ps(terms.zeroSum, _mm512_set1_ps(zeroSum / 16));
}

// Scales of the lanes of one step that starts at block b.
template <int Block> __m512 stepScale(const float* scales, int64_t b)
{
    if constexpr (Block >= 64) return _mm512_set1_ps(scales[b]);
    return _mm512_insertf32x8(_mm512_set1_ps(scales[b]), _mm256_set1_ps(scales[b + 1]), 1);
}

// Adds blocks [0, blocks) at `packed` and x.high + column to each row's lanes.
template <int Bits, int Block, int Rows>
void dotBlocks(const Codes<Bits>& unpack, const uint8_t* const* packed, int64_t ahead, const RoundedActivations& x,
               int64_t column, int64_t blocks, const BlockTerms* terms, __m512* sums)
{
    constexpr int64_t perStep = std::max<int64_t>(1, stepCodes / Block); // blocks of a step
    constexpr int64_t steps = std::max<int64_t>(1, Block / stepCodes);   // steps of a block
    for (int64_t b = 0; b < blocks; b += perStep) {
        __m512i high[Rows], low[Rows];
        for (int r = 0; r < Rows; ++r) high[r] = low[r] = _mm512_setzero_si512();
        for (int64_t step = 0; step < steps; ++step) {
            const int64_t k = b * Block + step * stepCodes;
            const int64_t count = std::min(stepCodes, blocks * Block - k);
            const __m512i xHigh = _mm512_loadu_si512(x.high + column + k);
            const __m512i xLow = _mm512_loadu_si512(x.low + column + k);
            for (int r = 0; r < Rows; ++r) {
                const __m512i codes = unpack.load(packed[r] + k / 8 * Bits, Block >= 64 ? stepCodes : count);
                _mm_prefetch(packed[r] + k / 8 * Bits + ahead, _MM_HINT_T0);
                high[r] = _mm512_dpbusd_epi32(high[r], codes, xHigh);
                low[r] = _mm512_dpbusd_epi32(low[r], codes, xLow);
            }
        }
        for (int r = 0; r < Rows; ++r) {
            const __m512i exact = _mm512_add_epi32(_mm512_slli_epi32(high[r], 8), low[r]);
            sums[r] = _mm512_fmadd_ps(_mm512_cvtepi32_ps(exact), stepScale<Block>(terms[r].scales, b), sums[r]);
        }
    }
}

// Four bits in blocks of 128: a vector holds a whole block, its even codes in the low halves of the
// bytes and its odd ones in the high halves, so x has them apart as well.
template <int Rows>
void dotNibbles(const uint8_t* const* packed, int64_t ahead, const RoundedActivations& x, int64_t column,
                int64_t blocks, const BlockTerms* terms, __m512* sums)
{
    const __m512i mask = _mm512_set1_epi8(15);
    for (int64_t b = 0; b < blocks; ++b) {
        const int8_t* highBytes = x.high + column + b * nibbleBlock;
        const int8_t* lowBytes = x.low + column + b * nibbleBlock;
        const __m512i evenHigh = _mm512_loadu_si512(highBytes), oddHigh = _mm512_loadu_si512(highBytes + 64);
        const __m512i evenLow = _mm512_loadu_si512(lowBytes), oddLow = _mm512_loadu_si512(lowBytes + 64);
        for (int r = 0; r < Rows; ++r) {
            const __m512i stored = _mm512_loadu_si512(packed[r] + b * 64);
            _mm_prefetch(packed[r] + b * 64 + ahead, _MM_HINT_T0);
            const __m512i even = _mm512_and_si512(stored, mask);
            const __m512i odd = _mm512_and_si512(_mm512_srli_epi16(stored, 4), mask);
            const __m512i zero = _mm512_setzero_si512();
            const __m512i high = _mm512_dpbusd_epi32(_mm512_dpbusd_epi32(zero, even, evenHigh), odd, oddHigh);
            const __m512i low = _mm512_dpbusd_epi32(_mm512_dpbusd_epi32(zero, even, evenLow), odd, oddLow);
            const __m512i exact = _mm512_add_epi32(_mm512_slli_epi32(high, 8), low);
            sums[r] = _mm512_fmadd_ps(_mm512_cvtepi32_ps(exact), _mm512_set1_ps(terms[r].scales[b]), sums[r]);
        }
    }
}

template <int Bits, int Block, int Rows>
void dotRows(const Codes<Bits>& unpack, const PackedView& view, const RoundedActivations& x, int64_t row, float* y)
{
    // Rows are too short for the processor to see the streams; what comes next is asked for here.
    const int64_t ahead = prefetchRows * view.codeBytes;
    __m512 sums[Rows];
    BlockTerms terms[Rows];
    for (int r = 0; r < Rows; ++r) sums[r] = _mm512_setzero_ps();
    for (int r = 0; r < Rows; ++r) terms[r].zeroSum = _mm512_setzero_ps();
    for (int64_t first = 0; first < x.blocks; first += blocksAtOnce) {
        const int64_t count = std::min(blocksAtOnce, x.blocks - first);
        const uint8_t* packed[Rows];
        for (int r = 0; r < Rows; ++r) {
            packed[r] = view.codeRow(row + r) + first * Block / 8 * Bits;
            if (view.groupSize == Block) termsOfSmallGroups(unpack, view, x, row + r, first, count, terms[r]);
            else termsOfLargeGroups(view, x, row + r, first, count, terms[r]);
        }
        if constexpr (Bits == 4 && Block == nibbleBlock)
            dotNibbles<Rows>(packed, ahead, x, first * Block, count, terms, sums);
        else dotBlocks<Bits, Block, Rows>(unpack, packed, ahead, x, first * Block, count, terms, sums);
    }
    for (int r = 0; r < Rows; ++r) y[r] = _mm512_reduce_add_ps(_mm512_sub_ps(sums[r], terms[r].zeroSum));
}

template <int Bits, int Block>
void dotRange(const PackedView& view, const RoundedActivations& x, int64_t begin, int64_t end, float* y)
{
    const Codes<Bits> unpack;
    int64_t n = begin;
    for (; n + 4 <= end; n += 4) dotRows<Bits, Block, 4>(unpack, view, x, n, y + (n - begin));
    for (; n < end; ++n) dotRows<Bits, Block, 1>(unpack, view, x, n, y + (n - begin));
}

template <int Bits>
void dotWidth(const PackedView& view, const RoundedActivations& x, int64_t begin, int64_t end, float* y)
{
    if (x.block == 128) dotRange<Bits, 128>(view, x, begin, end, y);
    else if (x.block == 64) dotRange<Bits, 64>(view, x, begin, end, y);
    else dotRange<Bits, 32>(view, x, begin, end, y);
}

void splitBytesOf(const int16_t* values, int64_t columns, int8_t* high, int8_t* low)
{
    for (int64_t k = 0; k < columns; k += 32) {
        const __m512i value = _mm512_loadu_si512(values + k);
        const __m256i lowBytes = _mm512_cvtepi16_epi8(value);
        const __m512i rest = _mm512_sub_epi16(value, _mm512_cvtepi8_epi16(lowBytes));
        _mm256_storeu_si256(reinterpret_cast<__m256i*>(low + k), lowBytes);
        _mm256_storeu_si256(reinterpret_cast<__m256i*>(high + k), _mm512_cvtepi16_epi8(_mm512_srai_epi16(rest, 8)));
    }
}

// Within blocks of 128 bytes the even ones come first.
void separateEvenAndOdd(int8_t* bytes, int64_t columns)
{
    alignas(64) uint8_t order[64];
    for (int i = 0; i < 64; ++i) order[i] = uint8_t(2 * i);
    const __m512i even = _mm512_load_si512(order);
    const __m512i odd = _mm512_add_epi8(even, _mm512_set1_epi8(1));
    for (int64_t k = 0; k < columns; k += nibbleBlock) {
        const __m512i first = _mm512_loadu_si512(bytes + k), second = _mm512_loadu_si512(bytes + k + 64);
        _mm512_storeu_si512(bytes + k, _mm512_permutex2var_epi8(first, even, second));
        _mm512_storeu_si512(bytes + k + 64, _mm512_permutex2var_epi8(first, odd, second));
    }
}

} // namespace

int64_t splitBytes(int64_t columns)
{
    return 2 * ((columns + stepCodes - 1) / stepCodes * stepCodes);
}

void splitActivations(int64_t columns, int bits, RoundedActivations& rounded)
{
    const int64_t padded = splitBytes(columns) / 2;
    rounded.low = rounded.high + padded;
    std::memset(rounded.high + columns, 0, size_t(padded - columns));
    std::memset(rounded.low + columns, 0, size_t(padded - columns));
    splitBytesOf(rounded.values, columns, rounded.high, rounded.low); // columns: a multiple of 32
    if (bits == 4 && rounded.block == nibbleBlock)
        for (int8_t* bytes : {rounded.high, rounded.low}) separateEvenAndOdd(bytes, columns);
}

void packedDotsVnni(const PackedView& view, const RoundedActivations& x, int64_t begin, int64_t end, float* y)
{
    switch (view.bits) {
    case 2: return dotWidth<2>(view, x, begin, end, y);
    case 3: return dotWidth<3>(view, x, begin, end, y);
    case 4: return dotWidth<4>(view, x, begin, end, y);
    case 5: return dotWidth<5>(view, x, begin, end, y);
    case 6: return dotWidth<6>(view, x, begin, end, y);
    case 7: return dotWidth<7>(view, x, begin, end, y);
    default: return dotWidth<8>(view, x, begin, end, y);
    }
}

} // namespace paretoscope::cpu
HWY_POP_ATTRIBUTES

#else

namespace paretoscope::cpu {

int64_t splitBytes(int64_t)
{
    return 0;
}

void splitActivations(int64_t, int, RoundedActivations&) {}

void packedDotsVnni(const PackedView&, const RoundedActivations&, int64_t, int64_t, float*)
{
    fail(ErrorCode::Internal, "this processor has no VNNI");
}

} // namespace paretoscope::cpu

#endif
#endif
