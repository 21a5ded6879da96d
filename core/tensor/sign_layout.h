// Matrices of signs with one magnitude for each row and one for each column.
//
//   signs         U8  [rows, ceil(columns / 8)]   low bits first; a set bit is a minus
//   row scales    F16 [rows]
//   column scales F16 [columns]
//
// A weight is ± rowScale · columnScale. Rows begin on bytes; bits behind the last column mean nothing.
#pragma once

#include "core/tensor/tensor.h"

#include <cstdint>
#include <span>
#include <string>

namespace paretoscope {

struct SignMatrix {
    int64_t rows = 0;
    int64_t columns = 0;
    Tensor signs;
    Tensor rowScales;
    Tensor columnScales;

    int64_t rowBytes() const { return (columns + 7) / 8; }
    int64_t storedBytes() const { return signs.sizeBytes() + rowScales.sizeBytes() + columnScales.sizeBytes(); }
};

// Checks every extent and dtype against the others. Throws Error(BadFile) naming `what`.
void validateSigns(const SignMatrix& matrix, const std::string& what);

// Values [begin, begin + destination.size()) of a row. The reference for every kernel.
void expandSigns(const SignMatrix& matrix, int64_t row, int64_t begin, std::span<float> destination);

} // namespace paretoscope
