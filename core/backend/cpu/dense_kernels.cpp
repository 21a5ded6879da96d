// Dot products of dense rows: one activation row over weights as stored, or a few over f32 weights.
#include "core/backend/cpu/simd_targets.h"

#include "core/backend/cpu/kernels.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/backend/cpu/dense_kernels.cpp"
#include <hwy/foreach_target.h>

#include "core/backend/cpu/simd_common-inl.h"

HWY_BEFORE_NAMESPACE();
namespace paretoscope::cpu::HWY_NAMESPACE {

// Four rows at once, so that an activation is loaded once for four weights.
template <class Stored>
void dotFour(const uint8_t* weights, int64_t columns, const float* x, float* four)
{
    const FloatTag d;
    const int64_t rowBytes = columns * Stored::elementBytes;
    const uint8_t* row[4] = {weights, weights + rowBytes, weights + 2 * rowBytes, weights + 3 * rowBytes};
    FloatVector even[4] = {hn::Zero(d), hn::Zero(d), hn::Zero(d), hn::Zero(d)};
    FloatVector odd[4] = {hn::Zero(d), hn::Zero(d), hn::Zero(d), hn::Zero(d)};
    int64_t k = 0;
    for (; k + 2 * floatLanes <= columns; k += 2 * floatLanes) {
        const FloatVector x0 = hn::LoadU(d, x + k);
        const FloatVector x1 = hn::LoadU(d, x + k + floatLanes);
        for (int r = 0; r < 4; ++r) {
            const uint8_t* at = row[r] + k * Stored::elementBytes;
            even[r] = hn::MulAdd(Stored::load(d, at), x0, even[r]);
            odd[r] = hn::MulAdd(Stored::load(d, at + floatLanes * Stored::elementBytes), x1, odd[r]);
        }
    }
    for (; k + floatLanes <= columns; k += floatLanes)
        for (int r = 0; r < 4; ++r)
            even[r] = hn::MulAdd(Stored::load(d, row[r] + k * Stored::elementBytes), hn::LoadU(d, x + k), even[r]);
    if (k < columns)
        for (int r = 0; r < 4; ++r)
            odd[r] = hn::MulAdd(loadTail<Stored>(d, row[r] + k * Stored::elementBytes, columns - k),
                                loadFloatTail(d, x + k, columns - k), odd[r]);
    sumFour(d, hn::Add(even[0], odd[0]), hn::Add(even[1], odd[1]), hn::Add(even[2], odd[2]),
            hn::Add(even[3], odd[3]), four);
}

template <class Stored> float dotOne(const uint8_t* row, int64_t columns, const float* x)
{
    const FloatTag d;
    FloatVector sum = hn::Zero(d);
    forVectors(
        columns,
        [&](int64_t k) {
            sum = hn::MulAdd(Stored::load(d, row + k * Stored::elementBytes), hn::LoadU(d, x + k), sum);
        },
        [&](int64_t k, int64_t rest) {
            sum = hn::MulAdd(loadTail<Stored>(d, row + k * Stored::elementBytes, rest),
                             loadFloatTail(d, x + k, rest), sum);
        });
    return sumLanes(d, sum);
}

template <class Stored>
void dotRows(const uint8_t* weights, int64_t rows, int64_t columns, const float* x, const float* bias, float* y)
{
    const int64_t rowBytes = columns * Stored::elementBytes;
    int64_t n = 0;
    for (; n + 4 <= rows; n += 4) dotFour<Stored>(weights + n * rowBytes, columns, x, y + n);
    for (; n < rows; ++n) y[n] = dotOne<Stored>(weights + n * rowBytes, columns, x);
    if (bias)
        for (n = 0; n < rows; ++n) y[n] += bias[n];
}

void dotStoredRows(DType dtype, const uint8_t* weights, int64_t rows, int64_t columns, const float* x,
                   const float* bias, float* y)
{
    if (dtype == DType::F16) dotRows<StoredFloat16>(weights, rows, columns, x, bias, y);
    else if (dtype == DType::BF16) dotRows<StoredBfloat16>(weights, rows, columns, x, bias, y);
    else dotRows<StoredFloat32>(weights, rows, columns, x, bias, y);
}

// A tile of `Rows` activation rows by four weight rows, all sums in registers.
template <int Rows>
void tileFour(const float* x, int64_t xStride, const float* w, int64_t wStride, int64_t inner, bool accumulate,
              float* y, int64_t yStride)
{
    const FloatTag d;
    FloatVector sum[Rows][4];
    for (int m = 0; m < Rows; ++m)
        for (int n = 0; n < 4; ++n) sum[m][n] = hn::Zero(d);
    int64_t k = 0;
    for (; k + floatLanes <= inner; k += floatLanes) {
        FloatVector a[Rows];
        for (int m = 0; m < Rows; ++m) a[m] = hn::LoadU(d, x + m * xStride + k);
        for (int n = 0; n < 4; ++n) {
            const FloatVector b = hn::LoadU(d, w + n * wStride + k);
            for (int m = 0; m < Rows; ++m) sum[m][n] = hn::MulAdd(a[m], b, sum[m][n]);
        }
    }
    for (int m = 0; m < Rows; ++m) {
        float four[4];
        sumFour(d, sum[m][0], sum[m][1], sum[m][2], sum[m][3], four);
        for (int n = 0; n < 4; ++n) {
            for (int64_t rest = k; rest < inner; ++rest) four[n] += x[m * xStride + rest] * w[n * wStride + rest];
            float& result = y[m * yStride + n];
            result = accumulate ? result + four[n] : four[n];
        }
    }
}

void multiplyTiles(ConstMatrixView x, const float* w, int64_t wStride, bool accumulate, MatrixView y)
{
    int64_t n = 0;
    for (; n + 4 <= y.columns; n += 4) {
        const float* b = w + n * wStride;
        int64_t m = 0;
        for (; m + 3 <= x.rows; m += 3)
            tileFour<3>(x.row(m), x.stride, b, wStride, x.columns, accumulate, y.row(m) + n, y.stride);
        if (x.rows - m == 2) tileFour<2>(x.row(m), x.stride, b, wStride, x.columns, accumulate, y.row(m) + n, y.stride);
        if (x.rows - m == 1) tileFour<1>(x.row(m), x.stride, b, wStride, x.columns, accumulate, y.row(m) + n, y.stride);
    }
    for (; n < y.columns; ++n)
        for (int64_t m = 0; m < x.rows; ++m) {
            const auto* row = reinterpret_cast<const uint8_t*>(w + n * wStride);
            const float dot = dotOne<StoredFloat32>(row, x.columns, x.row(m));
            y.row(m)[n] = accumulate ? y.row(m)[n] + dot : dot;
        }
}

} // namespace paretoscope::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace paretoscope::cpu {

namespace {

HWY_EXPORT(dotStoredRows);
HWY_EXPORT(multiplyTiles);

} // namespace

void denseDots(DType dtype, const uint8_t* weights, int64_t rows, int64_t columns, const float* x,
               const float* bias, float* y)
{
    HWY_DYNAMIC_DISPATCH(dotStoredRows)(dtype, weights, rows, columns, x, bias, y);
}

void multiplyFewRows(ConstMatrixView x, const float* w, int64_t wStride, bool accumulate, MatrixView y)
{
    HWY_DYNAMIC_DISPATCH(multiplyTiles)(x, w, wStride, accumulate, y);
}

} // namespace paretoscope::cpu
#endif
