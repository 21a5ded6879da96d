// Codes on their way from a library's packing to ours.
#pragma once

#include "core/model/linear_weight.h"

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

namespace paretoscope {

class CheckpointSource;

// Code `index` of a run of 32-bit words, `stride` words apart, that holds codes of `bits` each, low
// bits first; a code may lie in two words.
inline uint32_t codeAt(const uint32_t* words, int64_t stride, int bits, int64_t index)
{
    const int64_t bit = index * bits;
    const int shift = int(bit % 32);
    uint64_t value = words[bit / 32 * stride];
    if (shift + bits > 32) value |= uint64_t(words[(bit / 32 + 1) * stride]) << 32;
    return uint32_t(value >> shift) & ((1u << bits) - 1);
}

// Error(BadFile) unless the tensor is I32 of this shape.
Tensor readIntegers(const CheckpointSource& source, const std::string& name, const Shape& shape);
// An I32 tensor's words, aligned.
std::vector<uint32_t> wordsOf(const Tensor& tensor);

// What a library says of one map, in plain numbers.
struct GroupedCodes {
    int bits = 4;
    int64_t rows = 0;
    int64_t columns = 0;
    int64_t groupSize = 0;
    Tensor codes;                // U8, packed as in PackedMatrix
    std::vector<float> scales;   // [rows, groups]
    std::vector<uint8_t> zeros;  // [rows, groups]; empty: 2^(bits - 1)
};

// Packs the codes of rows [0, rows): fill(first, count, codes [count, columns]) gives some at a
// time, on several threads.
Tensor packRows(int64_t rows, int64_t columns, int bits,
                const std::function<void(int64_t first, int64_t count, uint8_t* codes)>& fill);

// A PackedLinear where F16 holds every scale, else a LookupLinear with the scales as they are.
LinearWeightPtr mapOf(GroupedCodes codes, const std::string& what);

// Sorted by group, columns are groups of equal length: the order, or nothing when they are already.
// Error(Unsupported) when groups differ in length. `what` names the tensor.
std::vector<int32_t> orderOfGroups(const Tensor& groupOfColumn, int64_t groupSize, const std::string& what);

} // namespace paretoscope
