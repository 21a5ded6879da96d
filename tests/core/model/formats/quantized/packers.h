// Writes maps as quantization libraries store them, from codes that it chooses, and says which
// numbers they stand for. Independent of the code under test.
#pragma once

#include "core/base/half.h"
#include "core/base/random.h"
#include "tests/core/model/formats/fixtures.h"

#include <cmath>
#include <functional>
#include <numeric>

namespace paretoscope::test {

using Tensors = std::map<std::string, RawTensor>;

template <class T> RawTensor rawTensor(const char* dtype, std::vector<int64_t> shape, const std::vector<T>& values)
{
    return {dtype, std::move(shape), std::string(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T))};
}

// A random map [outputs, inputs] of one library.
struct PackedCase {
    Random& random;
    std::string name;
    int64_t outputs;
    int64_t inputs;
    Tensors& tensors;

    uint32_t code(int bits) { return uint32_t(random.below(uint64_t(1) << bits)); }
    float scale() { return halfToFloat(floatToHalf(0.01f + 0.02f * float(random.uniform()))); }
    void put(const std::string& suffix, RawTensor tensor) { tensors[name + suffix] = std::move(tensor); }
    std::vector<float> dense() const { return std::vector<float>(size_t(outputs * inputs)); }
};

// Sets a code in words that hold codes one after another, `stride` words apart.
inline void setCode(std::vector<uint32_t>& words, int64_t first, int64_t stride, int bits, int64_t index, uint32_t code)
{
    for (int b = 0; b < bits; ++b) {
        const int64_t bit = index * bits + b;
        if ((code >> b) & 1) words[size_t(first + bit / 32 * stride)] |= 1u << (bit % 32);
    }
}

inline std::vector<uint16_t> halves(const std::vector<float>& values)
{
    std::vector<uint16_t> result;
    for (const float value : values) result.push_back(floatToHalf(value));
    return result;
}

inline std::vector<uint16_t> bfloats(const std::vector<float>& values)
{
    std::vector<uint16_t> result;
    for (const float value : values) result.push_back(floatToBfloat16(value));
    return result;
}

inline float asBfloat(float value)
{
    return bfloat16ToFloat(floatToBfloat16(value));
}

struct GptqSettings {
    int bits = 4;
    int64_t group = 32;
    bool second = false; // "gptq_v2"
    bool ordered = false;
};

inline std::vector<float> packGptq(PackedCase c, const GptqSettings& s)
{
    const int64_t groups = c.inputs / s.group;
    std::vector<int32_t> groupOf(size_t(c.inputs));
    for (int64_t i = 0; i < c.inputs; ++i) groupOf[size_t(i)] = int32_t(i / s.group);
    if (s.ordered)
        for (size_t i = groupOf.size() - 1; i > 0; --i) std::swap(groupOf[i], groupOf[c.random.below(i + 1)]);
    std::vector<uint32_t> weight(size_t(c.inputs * s.bits / 32 * c.outputs));
    std::vector<uint32_t> zeroWords(size_t(groups * c.outputs * s.bits / 32));
    std::vector<float> scales(size_t(groups * c.outputs));
    std::vector<uint32_t> zeros(scales.size());
    for (size_t i = 0; i < scales.size(); ++i) {
        scales[i] = c.scale();
        zeros[i] = s.second ? c.code(s.bits) : 1 + uint32_t(c.random.below((1u << s.bits) - 1));
        const int64_t g = int64_t(i) / c.outputs;
        setCode(zeroWords, g * c.outputs * s.bits / 32, 1, s.bits, int64_t(i) % c.outputs, zeros[i] - (s.second ? 0 : 1));
    }
    std::vector<float> dense = c.dense();
    for (int64_t o = 0; o < c.outputs; ++o)
        for (int64_t i = 0; i < c.inputs; ++i) {
            const uint32_t q = c.code(s.bits);
            setCode(weight, o, c.outputs, s.bits, i, q);
            const size_t at = size_t(groupOf[size_t(i)] * c.outputs + o);
            dense[size_t(o * c.inputs + i)] = scales[at] * float(int(q) - int(zeros[at]));
        }
    c.put(".qweight", rawTensor("I32", {c.inputs * s.bits / 32, c.outputs}, weight));
    c.put(".qzeros", rawTensor("I32", {groups, c.outputs * s.bits / 32}, zeroWords));
    c.put(".scales", rawTensor("F16", {groups, c.outputs}, halves(scales)));
    c.put(".g_idx", rawTensor("I32", {c.inputs}, groupOf));
    return dense;
}

inline std::vector<float> packAwq(PackedCase c, int64_t group)
{
    static const int order[8] = {0, 2, 4, 6, 1, 3, 5, 7}; // output in nibble i
    const int64_t groups = c.inputs / group;
    std::vector<float> scales(size_t(groups * c.outputs));
    for (float& value : scales) value = c.scale();
    const auto matrix = [&](int64_t rows, std::vector<uint32_t>& words) {
        std::vector<uint32_t> codes(size_t(rows * c.outputs));
        for (uint32_t& q : codes) q = c.code(4);
        words.resize(codes.size() / 8);
        for (size_t w = 0; w < words.size(); ++w)
            for (int i = 0; i < 8; ++i) words[w] |= codes[w * 8 + size_t(order[i])] << (4 * i);
        return codes;
    };
    std::vector<uint32_t> weightWords;
    std::vector<uint32_t> zeroWords;
    const std::vector<uint32_t> codes = matrix(c.inputs, weightWords);
    const std::vector<uint32_t> zeros = matrix(groups, zeroWords);
    std::vector<float> dense = c.dense();
    for (int64_t i = 0; i < c.inputs; ++i)
        for (int64_t o = 0; o < c.outputs; ++o) {
            const size_t at = size_t(i / group * c.outputs + o);
            dense[size_t(o * c.inputs + i)] = scales[at] * float(int(codes[size_t(i * c.outputs + o)]) - int(zeros[at]));
        }
    c.put(".qweight", rawTensor("I32", {c.inputs, c.outputs / 8}, weightWords));
    c.put(".qzeros", rawTensor("I32", {groups, c.outputs / 8}, zeroWords));
    c.put(".scales", rawTensor("F16", {groups, c.outputs}, halves(scales)));
    return dense;
}

struct CompressedSettings {
    int bits = 4;
    int64_t group = 32;
    bool zeros = false;
    bool tiny = false; // scales that F16 cannot hold
    bool ordered = false;
};

inline std::vector<float> packCompressed(PackedCase c, const CompressedSettings& s)
{
    const int64_t groups = c.inputs / s.group;
    const int middle = 1 << (s.bits - 1);
    std::vector<int32_t> groupOf(size_t(c.inputs));
    for (int64_t i = 0; i < c.inputs; ++i) groupOf[size_t(i)] = int32_t(i / s.group);
    if (s.ordered)
        for (size_t i = groupOf.size() - 1; i > 0; --i) std::swap(groupOf[i], groupOf[c.random.below(i + 1)]);
    std::vector<float> scales(size_t(c.outputs * groups));
    std::vector<int> zeros(scales.size());
    const int64_t zeroRows = (c.outputs * s.bits + 31) / 32;
    std::vector<uint32_t> zeroWords(size_t(zeroRows * groups));
    for (size_t i = 0; i < scales.size(); ++i) {
        scales[i] = asBfloat(c.scale() * (s.tiny ? 1e-4f : 1));
        if (!s.zeros) continue;
        zeros[i] = int(c.code(s.bits)) - middle;
        setCode(zeroWords, int64_t(i) % groups, groups, s.bits, int64_t(i) / groups, uint32_t(zeros[i] + middle));
    }
    const int64_t width = c.inputs * s.bits / 32;
    std::vector<uint32_t> words(size_t(c.outputs * width));
    std::vector<float> dense = c.dense();
    for (int64_t o = 0; o < c.outputs; ++o)
        for (int64_t i = 0; i < c.inputs; ++i) {
            const int q = int(c.code(s.bits)) - middle;
            setCode(words, o * width, 1, s.bits, i, uint32_t(q + middle));
            const size_t at = size_t(o * groups + groupOf[size_t(i)]);
            dense[size_t(o * c.inputs + i)] = scales[at] * float(q - zeros[at]);
        }
    c.put(".weight_packed", rawTensor("I32", {c.outputs, width}, words));
    c.put(".weight_scale", rawTensor("BF16", {c.outputs, groups}, bfloats(scales)));
    c.put(".weight_shape", rawTensor("I64", {2}, std::vector<int64_t>{c.outputs, c.inputs}));
    if (s.zeros) c.put(".weight_zero_point", rawTensor("I32", {zeroRows, groups}, zeroWords));
    if (s.ordered) c.put(".weight_g_idx", rawTensor("I32", {c.inputs}, groupOf));
    return dense;
}

// Sign, exponent with bias 7, three bits of mantissa; never the two codes that are no numbers.
inline float e4m3(uint8_t code)
{
    const int exponent = (code >> 3) & 15;
    const double fraction = (code & 7) / 8.0;
    const double magnitude = exponent == 0 ? fraction * std::pow(2.0, -6) : (1 + fraction) * std::pow(2.0, exponent - 7);
    return float(code & 0x80 ? -magnitude : magnitude);
}

inline uint8_t e4m3Code(Random& random)
{
    const auto code = uint8_t(random.below(256));
    return (code & 0x7f) == 0x7f ? 0 : code;
}

// Eight bits with scales for blocks of `blockRows` by `blockColumns`.
inline std::vector<float> packEightBits(PackedCase c, bool floats, int64_t blockRows, int64_t blockColumns,
                                        const std::string& scaleName, std::vector<int64_t> scaleShape)
{
    const int64_t across = (c.inputs + blockColumns - 1) / blockColumns;
    std::vector<float> scales(size_t((c.outputs + blockRows - 1) / blockRows * across));
    for (float& value : scales) value = c.scale() / 16 + 1e-9f;
    std::vector<uint8_t> codes;
    std::vector<float> dense;
    for (int64_t o = 0; o < c.outputs; ++o)
        for (int64_t i = 0; i < c.inputs; ++i) {
            codes.push_back(floats ? e4m3Code(c.random) : uint8_t(c.code(8)));
            const float value = floats ? e4m3(codes.back()) : float(int8_t(codes.back()));
            dense.push_back(scales[size_t(o / blockRows * across + i / blockColumns)] * value);
        }
    c.put(".weight", rawTensor(floats ? "F8_E4M3" : "I8", {c.outputs, c.inputs}, codes));
    c.put(scaleName, rawTensor("F32", std::move(scaleShape), scales));
    return dense;
}

inline std::vector<float> packNf4(PackedCase c, int64_t block, bool nested)
{
    std::vector<float> table(16);
    for (size_t i = 0; i < 16; ++i) table[i] = float(i) / 7.5f - 1;
    const int64_t groups = c.outputs * c.inputs / block;
    std::vector<float> scales(static_cast<size_t>(groups));
    for (float& value : scales) value = c.scale();
    Json state{{"quant_type", "nf4"}, {"blocksize", block}, {"dtype", "float32"}, {"shape", {c.outputs, c.inputs}}};
    if (nested) {
        std::vector<float> map(256);
        for (size_t i = 0; i < 256; ++i) map[i] = float(i) / 127.5f - 1;
        std::vector<uint8_t> codes;
        std::vector<float> outer((size_t(groups) + 255) / 256);
        for (float& value : outer) value = 0.01f * c.scale();
        for (size_t i = 0; i < scales.size(); ++i) {
            codes.push_back(uint8_t(c.code(8)));
            scales[i] = map[codes.back()] * outer[i / 256] + 0.03125f;
        }
        state["nested_blocksize"] = 256;
        state["nested_offset"] = 0.03125;
        c.put(".weight.absmax", rawTensor("U8", {groups}, codes));
        c.put(".weight.nested_absmax", rawTensor("F32", {int64_t(outer.size())}, outer));
        c.put(".weight.nested_quant_map", rawTensor("F32", {256}, map));
    } else {
        c.put(".weight.absmax", rawTensor("F32", {groups}, scales));
    }
    std::vector<uint8_t> bytes(size_t(c.outputs * c.inputs / 2));
    std::vector<float> dense = c.dense();
    for (size_t i = 0; i < dense.size(); ++i) {
        const uint32_t q = c.code(4);
        bytes[i / 2] = uint8_t(bytes[i / 2] | (i % 2 == 0 ? q << 4 : q));
        dense[i] = table[q] * scales[i / size_t(block)];
    }
    c.put(".weight", rawTensor("U8", {int64_t(bytes.size()), 1}, bytes));
    c.put(".weight.quant_map", rawTensor("F32", {16}, table));
    const std::string text = state.dump();
    c.put(".weight.quant_state.bitsandbytes__nf4",
          rawTensor("U8", {int64_t(text.size())}, std::vector<char>(text.begin(), text.end())));
    return dense;
}

inline std::vector<float> packNvfp4(PackedCase c)
{
    static const float table[8] = {0, 0.5f, 1, 1.5f, 2, 3, 4, 6};
    const float global = 512;
    std::vector<uint8_t> scales(size_t(c.outputs * c.inputs / 16));
    for (uint8_t& code : scales) code = uint8_t(0x38 + c.random.below(32));
    std::vector<uint8_t> bytes(size_t(c.outputs * c.inputs / 2));
    std::vector<float> dense = c.dense();
    for (size_t i = 0; i < dense.size(); ++i) {
        const uint32_t q = c.code(4);
        bytes[i / 2] = uint8_t(bytes[i / 2] | (i % 2 == 0 ? q : q << 4));
        dense[i] = (q & 8 ? -1.0f : 1.0f) * table[q & 7] * (e4m3(scales[i / 16]) / global);
    }
    c.put(".weight_packed", rawTensor("U8", {c.outputs, c.inputs / 2}, bytes));
    c.put(".weight_scale", rawTensor("F8_E4M3", {c.outputs, c.inputs / 16}, scales));
    c.put(".weight_global_scale", floats({1}, {global}));
    return dense;
}

} // namespace paretoscope::test
