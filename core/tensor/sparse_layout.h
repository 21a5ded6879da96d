// A few entries of a matrix, row by row: what is added to a map that holds the rest.
//
//   offsets  U32 [rows + 1]   entries of row r are [offsets[r], offsets[r + 1])
//   indices  U16 [entries]    columns, ascending within a row
//   values   F16 [entries]
#pragma once

#include "core/tensor/tensor.h"

#include <cstdint>
#include <span>
#include <string>

namespace paretoscope {

struct SparseRows {
    int64_t rows = 0;
    int64_t columns = 0; // at most 65,536
    Tensor offsets;
    Tensor indices; // columns
    Tensor values;

    int64_t entries() const { return offsets.view<uint32_t>().back(); }
    int64_t storedBytes() const { return offsets.sizeBytes() + indices.sizeBytes() + values.sizeBytes(); }
};

constexpr int64_t mostSparseColumns = 65536;

// Aligns the tensors, which may come from any place of a file, and checks them against each other
// entry by entry. Throws Error(BadFile) naming `what`.
SparseRows validatedSparse(SparseRows matrix, const std::string& what);

// Adds a row's entries to `destination` (columns values). The reference for every kernel.
void addSparseRow(const SparseRows& matrix, int64_t row, std::span<float> destination);

} // namespace paretoscope
