// Packed groups of 2 to 8 bit codes: the layout in memory and in files.
//
// A matrix [rows, columns] is stored as three plain tensors:
//   codes   U8  [rows, columns * bits / 8]   codes of a row one after another, low bits first
//   scales  F16 [rows, groups]
//   zeros   U8  [rows, ceil(groups * bits / 8)]  zero points, packed like the codes; asymmetric only
// with groups = columns / groupSize. A weight is scale * (code - zero); symmetric matrices have the
// constant zero 2^(bits-1). `columns * bits` must be a multiple of 8, so that rows start on bytes.
#pragma once

#include "core/tensor/tensor.h"

#include <cstdint>
#include <span>

namespace paretoscope {

constexpr int minPackedBits = 2;
constexpr int maxPackedBits = 8;

// Bytes that hold `count` codes of `bits` each.
constexpr int64_t packedBytes(int64_t count, int bits)
{
    return (count * bits + 7) / 8;
}

// codes[i] < 2^bits; destination has packedBytes(codes.size(), bits) bytes.
void packCodes(std::span<const uint8_t> codes, int bits, std::span<uint8_t> destination);

// Codes [begin, begin + codes.size()) of a packed row.
void unpackCodes(std::span<const uint8_t> packed, int bits, int64_t begin, std::span<uint8_t> codes);

struct PackedMatrix {
    int bits = 4;
    int64_t groupSize = 128;
    bool symmetric = false;
    int64_t rows = 0;
    int64_t columns = 0;
    Tensor codes;
    Tensor scales;
    Tensor zeros; // empty when symmetric

    int64_t groups() const { return columns / groupSize; }
    int64_t storedBytes() const;
};

// Checks every extent and dtype against the others. Throws Error(BadFile) naming `what`.
void validatePacked(const PackedMatrix& matrix, const std::string& what);

// Dequantizes row `row` into `destination` (columns values). The reference for every kernel.
void dequantizeRow(const PackedMatrix& matrix, int64_t row, std::span<float> destination);

} // namespace paretoscope
