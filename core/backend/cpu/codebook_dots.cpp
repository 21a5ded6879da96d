// Codebook vectors added up, and products with them looked up.
#include "core/backend/cpu/simd_targets.h"

#include "core/backend/cpu/codebook_kernels.h"

#include <algorithm>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/backend/cpu/codebook_dots.cpp"
#include <hwy/foreach_target.h>

#include "core/backend/cpu/packed_unpack-inl.h"
#include "core/backend/cpu/simd_common-inl.h"

HWY_BEFORE_NAMESPACE();
namespace paretoscope::cpu::HWY_NAMESPACE {

// Groups of at least as many weights as the vector has lanes.
template <class D>
void expandVectors(D d, int64_t books, int64_t entries, int64_t size, const float* vectors, const uint8_t* codes,
                   int64_t groups, float scale, float* to)
{
    constexpr auto lanes = int64_t(hn::MaxLanes(D()));
    const auto scales = hn::Set(d, scale);
    for (int64_t g = 0; g < groups; ++g, codes += books, to += size)
        for (int64_t k = 0; k < size; k += lanes) {
            auto sum = hn::Zero(d);
            for (int64_t m = 0; m < books; ++m)
                sum = hn::Add(sum, hn::LoadU(d, vectors + (m * entries + codes[m]) * size + k));
            hn::StoreU(hn::Mul(sum, scales), d, to + k);
        }
}

void expand(int64_t books, int64_t entries, int64_t size, const float* vectors, const uint8_t* codes, int64_t groups,
            float scale, float* to)
{
    const hn::CappedTag<float, 8> eight;
    const hn::CappedTag<float, 4> four;
    if (size % int64_t(hn::MaxLanes(eight)) == 0)
        return expandVectors(eight, books, entries, size, vectors, codes, groups, scale, to);
    if (size % int64_t(hn::MaxLanes(four)) == 0)
        return expandVectors(four, books, entries, size, vectors, codes, groups, scale, to);
    for (int64_t g = 0; g < groups; ++g, codes += books)
        for (int64_t k = 0; k < size; ++k) {
            float sum = 0;
            for (int64_t m = 0; m < books; ++m) sum += vectors[(m * entries + codes[m]) * size + k];
            *to++ = scale * sum;
        }
}

// Σ over groups of (Σ_m books[m][code]) · x.
template <class D>
float dotVectors(D d, int64_t books, int64_t entries, int64_t size, const float* vectors, const uint8_t* codes,
                 int64_t groups, const float* x)
{
    constexpr auto lanes = int64_t(hn::MaxLanes(D()));
    auto even = hn::Zero(d), odd = hn::Zero(d);
    for (int64_t g = 0; g < groups; ++g, codes += books, x += size)
        for (int64_t k = 0; k < size; k += lanes) {
            auto sum = hn::LoadU(d, vectors + codes[0] * size + k);
            for (int64_t m = 1; m < books; ++m) sum = hn::Add(sum, hn::LoadU(d, vectors + (m * entries + codes[m]) * size + k));
            auto& total = g % 2 ? odd : even;
            total = hn::MulAdd(sum, hn::LoadU(d, x + k), total);
        }
    return sumLanes(d, hn::Add(even, odd));
}

// `at(i)`: the values of floatLanes codes from code i on.
template <class At>
HWY_INLINE float dotValues(const float* palette, const uint8_t* codes, int64_t count, const float* x, At&& at)
{
    const FloatTag d;
    auto even = hn::Zero(d), odd = hn::Zero(d);
    int64_t i = 0;
    for (; i + 2 * floatLanes <= count; i += 2 * floatLanes) {
        even = hn::MulAdd(at(i), hn::LoadU(d, x + i), even);
        odd = hn::MulAdd(at(i + floatLanes), hn::LoadU(d, x + i + floatLanes), odd);
    }
    float total = sumLanes(d, hn::Add(even, odd));
    for (; i < count; ++i) total += palette[codes[i]] * x[i];
    return total;
}

float dotPalette(const float* palette, int64_t entries, const uint8_t* codes, int64_t count, const float* x)
{
    const FloatTag d;
    const hn::Rebind<uint8_t, FloatTag> db;
    const hn::RebindToSigned<FloatTag> di;
    const auto indices = [&](int64_t i) { return hn::PromoteTo(di, hn::LoadU(db, codes + i)); };
    if (entries <= floatLanes) { // the palette fits a register
        alignas(64) float values[floatLanes] = {};
        std::copy(palette, palette + entries, values);
        const auto table = hn::Load(d, values);
        return dotValues(palette, codes, count, x, [&](int64_t i) {
            return hn::TableLookupLanes(table, hn::IndicesFromVec(d, indices(i)));
        });
    }
    return dotValues(palette, codes, count, x, [&](int64_t i) { return hn::GatherIndex(d, palette, indices(i)); });
}

float dotGroups(int64_t books, int64_t entries, int64_t size, const float* vectors, const uint8_t* codes, int64_t groups,
                const float* x)
{
    const hn::CappedTag<float, 8> eight;
    const hn::CappedTag<float, 4> four;
    if (size == 1 && books == 1) return dotPalette(vectors, entries, codes, groups, x);
    if (size % int64_t(hn::MaxLanes(eight)) == 0) return dotVectors(eight, books, entries, size, vectors, codes, groups, x);
    if (size % int64_t(hn::MaxLanes(four)) == 0) return dotVectors(four, books, entries, size, vectors, codes, groups, x);
    float total = 0;
    for (int64_t g = 0; g < groups; ++g, codes += books, x += size)
        for (int64_t k = 0; k < size; ++k) {
            float sum = 0;
            for (int64_t m = 0; m < books; ++m) sum += vectors[(m * entries + codes[m]) * size + k];
            total += sum * x[k];
        }
    return total;
}

template <int Bits> void unpackBytesOf(const uint8_t* packed, int64_t count, uint8_t* bytes)
{
    const Unpacker<Bits> unpack;
    const hn::Rebind<uint8_t, ShortTag> db;
    for (int64_t i = 0; i < count; i += shortLanes)
        hn::StoreU(hn::DemoteTo(db, unpack(packed + i / 8 * Bits)), db, bytes + i);
}

void unpackBytes(const uint8_t* packed, int bits, int64_t count, uint8_t* bytes)
{
    switch (bits) {
    case 2: return unpackBytesOf<2>(packed, count, bytes);
    case 3: return unpackBytesOf<3>(packed, count, bytes);
    case 4: return unpackBytesOf<4>(packed, count, bytes);
    case 5: return unpackBytesOf<5>(packed, count, bytes);
    case 6: return unpackBytesOf<6>(packed, count, bytes);
    default: return unpackBytesOf<7>(packed, count, bytes);
    }
}

template <class D>
void productsOfGroup(D d, const float* vectors, int64_t count, int64_t size, const float* x, float* products)
{
    constexpr auto lanes = int64_t(hn::MaxLanes(D()));
    for (int64_t e = 0; e < count; ++e) {
        auto sum = hn::Zero(d);
        for (int64_t k = 0; k < size; k += lanes)
            sum = hn::MulAdd(hn::LoadU(d, vectors + e * size + k), hn::LoadU(d, x + k), sum);
        products[e] = hn::GetLane(hn::SumOfLanes(d, sum));
    }
}

void multiplyBooks(const float* vectors, int64_t count, int64_t size, const float* x, float* products)
{
    const hn::CappedTag<float, 8> eight;
    const hn::CappedTag<float, 4> four;
    if (size % int64_t(hn::MaxLanes(eight)) == 0) return productsOfGroup(eight, vectors, count, size, x, products);
    if (size % int64_t(hn::MaxLanes(four)) == 0) return productsOfGroup(four, vectors, count, size, x, products);
    for (int64_t e = 0; e < count; ++e) {
        float sum = 0;
        for (int64_t k = 0; k < size; ++k) sum += vectors[e * size + k] * x[k];
        products[e] = sum;
    }
}

float sumCodes(const uint8_t* codes, int64_t count, int64_t entries, const float* products)
{
    const FloatTag d;
    const hn::Rebind<uint8_t, FloatTag> db;
    const hn::RebindToSigned<FloatTag> di;
    const auto steps = hn::Mul(hn::Iota(di, 0), hn::Set(di, int32_t(entries)));
    auto sum = hn::Zero(d);
    int64_t i = 0;
    for (; i + floatLanes <= count; i += floatLanes) {
        const auto places = hn::Add(hn::PromoteTo(di, hn::LoadU(db, codes + i)), steps);
        sum = hn::Add(sum, hn::GatherIndex(d, products + i * entries, places));
    }
    float total = sumLanes(d, sum);
    for (; i < count; ++i) total += products[i * entries + codes[i]];
    return total;
}

} // namespace paretoscope::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace paretoscope::cpu {

namespace {

HWY_EXPORT(expand);
HWY_EXPORT(multiplyBooks);
HWY_EXPORT(sumCodes);
HWY_EXPORT(dotGroups);
HWY_EXPORT(unpackBytes);

} // namespace

void expandGroups(const CodebookMatrix& weight, const float* books, const uint8_t* codes, int64_t groups, float scale,
                  float* destination)
{
    HWY_DYNAMIC_DISPATCH(expand)
    (weight.books, weight.entries(), weight.groupSize, books, codes, groups, scale, destination);
}

void codebookProducts(const CodebookMatrix& weight, const float* books, const float* x, int64_t begin, int64_t end,
                      float* products)
{
    const int64_t count = weight.books * weight.entries();
    for (int64_t g = begin; g < end; ++g)
        HWY_DYNAMIC_DISPATCH(multiplyBooks)
        (books, count, weight.groupSize, x + g * weight.groupSize, products + g * count);
}

float dotOfGroups(const CodebookMatrix& weight, const float* books, const uint8_t* codes, const float* x)
{
    return HWY_DYNAMIC_DISPATCH(dotGroups)(weight.books, weight.entries(), weight.groupSize, books, codes, weight.groups(), x);
}

void unpackToBytes(const uint8_t* packed, int bits, int64_t count, uint8_t* bytes)
{
    HWY_DYNAMIC_DISPATCH(unpackBytes)(packed, bits, count, bytes);
}

float sumOfCodes(const uint8_t* codes, int64_t count, int64_t entries, const float* products)
{
    return HWY_DYNAMIC_DISPATCH(sumCodes)(codes, count, entries, products);
}

} // namespace paretoscope::cpu
#endif
