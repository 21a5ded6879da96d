// Views of f32 activations. Shape letters used below core/backend: M rows of activations (tokens),
// K inputs, N outputs of a linear map.
#pragma once

#include <cstdint>
#include <span>

namespace paretoscope {

// Non-owning, row-major; element (r, c) is data[r * stride + c].
struct MatrixView {
    float* data = nullptr;
    int64_t rows = 0;
    int64_t columns = 0;
    int64_t stride = 0;

    MatrixView() = default;
    MatrixView(float* d, int64_t r, int64_t c) : data(d), rows(r), columns(c), stride(c) {}
    MatrixView(float* d, int64_t r, int64_t c, int64_t s) : data(d), rows(r), columns(c), stride(s) {}

    float* row(int64_t r) const { return data + r * stride; }
    std::span<float> rowSpan(int64_t r) const { return {row(r), size_t(columns)}; }
    MatrixView rowRange(int64_t begin, int64_t end) const
    {
        return {row(begin), end - begin, columns, stride};
    }
    bool contiguous() const { return stride == columns; }
};

struct ConstMatrixView {
    const float* data = nullptr;
    int64_t rows = 0;
    int64_t columns = 0;
    int64_t stride = 0;

    ConstMatrixView() = default;
    ConstMatrixView(const float* d, int64_t r, int64_t c) : data(d), rows(r), columns(c), stride(c) {}
    ConstMatrixView(const float* d, int64_t r, int64_t c, int64_t s)
        : data(d), rows(r), columns(c), stride(s)
    {
    }
    ConstMatrixView(const MatrixView& m) // NOLINT: views convert freely to read-only ones
        : data(m.data), rows(m.rows), columns(m.columns), stride(m.stride)
    {
    }

    const float* row(int64_t r) const { return data + r * stride; }
    std::span<const float> rowSpan(int64_t r) const { return {row(r), size_t(columns)}; }
    ConstMatrixView rowRange(int64_t begin, int64_t end) const
    {
        return {row(begin), end - begin, columns, stride};
    }
    bool contiguous() const { return stride == columns; }
};

} // namespace paretoscope
