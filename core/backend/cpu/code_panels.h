// Products of many activation rows with weights that are integers in groups, by AVX-512 VNNI.
//
// A weight is scale · code + offset with a code of one byte; scale and offset belong to `block` columns of a
// row. An activation is rounded to 16 bits within such a block (packed_view.h says how well) and taken apart into
// two signed bytes, so two byte products replace one of floats, at twice the speed of floats together.
#pragma once

#include "core/backend/cpu/linear_panels.h"
#include "core/backend/cpu/packed_vnni.h"

#include <cstdint>

namespace paretoscope::cpu {

// Where part of some rows goes: `columns` codes of each row and the terms of their blocks, row after row.
struct CodeRows {
    uint8_t* codes;  // [rows, columns]
    float* scales;   // [rows, columns / block]
    float* offsets;  // as scales
};

constexpr int64_t codePanelRows = 32;    // weight rows of a panel
// Columns of a panel, a multiple of every block: a panel stays in the first cache while many rows pass, and of few
// rows long pieces of the weights are read, which processors fetch ahead.
constexpr int64_t codePanelDepth(int64_t activationRows)
{
    return activationRows <= 64 ? 2048 : 512;
}

// Rounded activation rows, in tiles of `tileRows` rows whose numbers lie side by side, zeros behind the last row.
struct CodeActivations {
    int tileRows = 0; // 1 to 6
    int64_t rows = 0;
    int64_t columns = 0; // a multiple of the block
    int64_t block = 0;   // 16, 32, 64 or 128
    uint32_t* high = nullptr; // [tiles, columns / 4, tileRows], four signed bytes each
    uint32_t* low = nullptr;
    float* scales = nullptr; // [tiles, columns / block, tileRows]
    float* sums = nullptr;   // as scales: scale times the sum of the block's integers

    int64_t tiles() const { return (rows + tileRows - 1) / tileRows; }
};

// Thirty-two weight rows, or as many as y has columns, of `depth` columns.
struct CodePanel {
    const uint32_t* codes; // [depth / 4, 32], four bytes each
    const float* scales;   // [depth / block, 32]
    const float* offsets;
    int64_t depth;
};

// Whether there is a kernel for blocks of this size on this processor. Columns are multiples of the block.
bool hasCodePanels(int64_t block);

// In this thread's buffer (WorkSlot::Activations), valid until the next call; uses all threads.
CodeActivations roundForPanels(ConstMatrixView x, int64_t block);

// y[M, rows of the panel] += x · panelᵀ over columns [column, column + panel.depth), on the calling thread.
void addCodePanel(const CodeActivations& x, int64_t column, const CodePanel& panel, MatrixView y);

// Rows row after row to the panel's order: [depth / 4, 32] and [blocks, 32]; rows that lack become zeros.
CodePanel packCodePanel(const CodeRows& from, int64_t rows, int64_t depth, int64_t block);

// This thread's room for `codePanelRows` rows of `depth` columns.
CodeRows roomForCodeRows(int64_t depth, int64_t block);

// y = x · Wᵀ + bias. unpack(row, rows, column, columns, CodeRows) fills in part of some weight rows.
template <class Unpack>
void linearByCodePanels(ConstMatrixView x, int64_t block, const float* bias, MatrixView y, Unpack&& unpack)
{
    const CodeActivations rounded = roundForPanels(x, block);
    const int64_t deepest = codePanelDepth(x.rows);
    parallelFor(y.columns, rowGrain(x.columns, x.rows), [&](int64_t begin, int64_t end) {
        for (int64_t m = 0; m < y.rows; ++m)
            if (bias) std::copy(bias + begin, bias + end, y.row(m) + begin);
            else std::fill(y.row(m) + begin, y.row(m) + end, 0.0f);
        for (int64_t k = 0; k < x.columns; k += deepest) {
            const int64_t depth = std::min(deepest, x.columns - k);
            for (int64_t n = begin; n < end; n += codePanelRows) {
                const int64_t rows = std::min(codePanelRows, end - n);
                const CodeRows room = roomForCodeRows(depth, block);
                unpack(n, rows, k, depth, room);
                addCodePanel(rounded, k, packCodePanel(room, rows, depth, block), columnsOf(y, n, n + rows));
            }
        }
    });
}

} // namespace paretoscope::cpu
