// How a product with a stored weight matrix is cut into panels, whatever the storage.
#pragma once

#include "core/backend/cpu/blas.h"
#include "core/backend/cpu/kernels.h"
#include "core/backend/cpu/panel_products.h"
#include "core/backend/cpu/work_buffer.h"
#include "core/base/parallel.h"

#include <algorithm>

namespace paretoscope::cpu {

constexpr int64_t fewRows = 24;           // up to here dot-product tiles beat packing for sgemm
constexpr int64_t fewRowsBlock = 2048;    // columns of a strip that stays in the first cache
constexpr int64_t panelFloats = 1 << 19;  // of one expanded panel for sgemm

inline void fillBias(const float* bias, MatrixView y)
{
    for (int64_t r = 0; r < y.rows; ++r) std::copy(bias, bias + y.columns, y.row(r));
}

inline void addBias(const float* bias, MatrixView y)
{
    for (int64_t r = 0; r < y.rows; ++r)
        for (int64_t c = 0; c < y.columns; ++c) y.row(r)[c] += bias[c];
}

inline MatrixView columnsOf(MatrixView y, int64_t begin, int64_t end)
{
    return {y.data + begin, y.rows, end - begin, y.stride};
}

// Rows a thread should take so that a range is worth waking a thread for.
inline int64_t rowGrain(int64_t columns, int64_t rows)
{
    return std::max<int64_t>(4, (1 << 15) / std::max<int64_t>(1, columns * rows));
}

// expand(row, rows, column, columns, destination): f32 copy [rows, columns] of part of the weights.
template <class Expand>
void multiplyStripsOf(ConstMatrixView x, const float* bias, MatrixView y, Expand&& expand)
{
    constexpr int64_t stripRows = 4;
    const int64_t inner = x.columns;
    float* strip = workFloats(WorkSlot::Panel, size_t(stripRows * std::min(inner, fewRowsBlock)));
    for (int64_t n = 0; n < y.columns; n += stripRows) {
        const int64_t rows = std::min(stripRows, y.columns - n);
        for (int64_t k = 0; k < inner; k += fewRowsBlock) {
            const int64_t depth = std::min(fewRowsBlock, inner - k);
            expand(n, rows, k, depth, strip);
            multiplyFewRows({x.data + k, x.rows, depth, x.stride}, strip, depth, k > 0,
                            columnsOf(y, n, n + rows));
        }
    }
    if (bias) addBias(bias, y);
}

template <class Expand>
void multiplyPanelsOf(ConstMatrixView x, const float* bias, MatrixView y, Expand&& expand)
{
    const int64_t inner = x.columns;
    const int64_t step = std::clamp<int64_t>(panelFloats / std::max<int64_t>(1, inner), 16, y.columns);
    float* panel = workFloats(WorkSlot::Panel, size_t(step * inner));
    if (bias) fillBias(bias, y);
    for (int64_t n = 0; n < y.columns; n += step) {
        const int64_t rows = std::min(step, y.columns - n);
        expand(n, rows, 0, inner, panel);
        multiplyByRows(x, {panel, rows, inner}, bias != nullptr, columnsOf(y, n, n + rows));
    }
}

// y = x · Wᵀ + bias, every thread with its own range of outputs.
template <class Expand>
void linearByPanels(ConstMatrixView x, const float* bias, MatrixView y, Expand&& expand)
{
    const SerialBlas serial;
    parallelFor(y.columns, rowGrain(x.columns, x.rows), [&](int64_t begin, int64_t end) {
        const float* part = bias ? bias + begin : nullptr;
        const auto shifted = [&](int64_t row, int64_t rows, int64_t column, int64_t columns, float* out) {
            expand(begin + row, rows, column, columns, out);
        };
        if (x.rows <= fewRows) multiplyStripsOf(x, part, columnsOf(y, begin, end), shifted);
        else multiplyPanelsOf(x, part, columnsOf(y, begin, end), shifted);
    });
}

} // namespace paretoscope::cpu
