// Groups of weights as sums of codebook vectors: additive codebooks, and palettes.
//
// A matrix [rows, columns] is stored as
//   codes      U8  [rows, ceil(columns / groupSize · books · bits / 8)]  codes of a row one after another,
//                  group by group and in a group book by book, low bits first
//   codebooks  F16 [ceil(rows / setRows), books, 2^bits, groupSize]      rows share a set of books
//   scales     F16 [rows]                                                 optional: 1
// and the weights of a group are scale · Σ over the books of codebook[code]. A palette is one book of
// groups of one weight.
//
// Source: Egiazarian et al., AQLM, 2024, arXiv:2401.06118, section 3.
#pragma once

#include "core/tensor/tensor.h"

#include <cstdint>
#include <span>
#include <string>

namespace paretoscope {

struct CodebookMatrix {
    int bits = 8;          // of a code: 2 to 8
    int64_t books = 1;     // 1 to 16
    int64_t groupSize = 8; // a power of two, at most 64; divides columns
    int64_t setRows = 0;   // rows that share a set of books
    int64_t rows = 0;
    int64_t columns = 0;
    Tensor codes;
    Tensor codebooks;
    Tensor scales; // empty when all are 1

    int64_t groups() const { return columns / groupSize; }
    int64_t codesOfRow() const { return groups() * books; }
    int64_t rowBytes() const { return (codesOfRow() * bits + 7) / 8; }
    int64_t entries() const { return int64_t{1} << bits; }
    int64_t sets() const { return (rows + setRows - 1) / setRows; }
    int64_t setFloats() const { return books * entries() * groupSize; }
    int64_t storedBytes() const
    {
        return codes.sizeBytes() + codebooks.sizeBytes() + (scales.empty() ? 0 : scales.sizeBytes());
    }
};

// Checks every extent and dtype against the others. Throws Error(BadFile) naming `what`.
void validateCodebooks(const CodebookMatrix& matrix, const std::string& what);

// Row `row` into `destination` (columns values). The reference for every kernel.
void decodeRow(const CodebookMatrix& matrix, int64_t row, std::span<float> destination);

} // namespace paretoscope
