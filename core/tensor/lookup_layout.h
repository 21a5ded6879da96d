// Codes of 4 or 8 bits that index a table, with a scale for each group: NF4, FP8, eight-bit integers
// with scales that F16 cannot hold.
//
// A matrix [rows, columns] is stored as
//   codes   U8  [rows, columns * bits / 8]   low bits first
//   table   F32 [2^bits]
//   scales  F32 or BF16 [ceil(rows / groupRows), ceil(columns / groupColumns)]
//   offsets like scales; optional
// and a weight is scale * table[code] + offset. `columns * bits` must be a multiple of 8.
#pragma once

#include "core/tensor/tensor.h"

#include <cstdint>
#include <span>
#include <string>

namespace paretoscope {

struct LookupMatrix {
    int bits = 4;
    int64_t rows = 0;
    int64_t columns = 0;
    int64_t groupRows = 1;
    int64_t groupColumns = 64;
    Tensor codes;
    Tensor table;
    Tensor scales;
    Tensor offsets; // empty when all are zero

    int64_t rowBytes() const { return columns * bits / 8; }
    int64_t scaleRows() const { return (rows + groupRows - 1) / groupRows; }
    int64_t scaleColumns() const { return (columns + groupColumns - 1) / groupColumns; }
    int64_t storedBytes() const
    {
        return codes.sizeBytes() + table.sizeBytes() + scales.sizeBytes() +
               (offsets.empty() ? 0 : offsets.sizeBytes());
    }
};

// Checks every extent and dtype against the others. Throws Error(BadFile) naming `what`.
void validateLookup(const LookupMatrix& matrix, const std::string& what);

// Columns [begin, begin + destination.size()) of a row; `begin` is even. The reference for every
// kernel.
void lookUpRow(const LookupMatrix& matrix, int64_t row, int64_t begin, std::span<float> destination);

} // namespace paretoscope
