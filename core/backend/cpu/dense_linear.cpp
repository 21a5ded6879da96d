// Products with dense weights.
#include "core/backend/cpu/linear_panels.h"
#include "core/base/error.h"

namespace paretoscope::cpu {

namespace {

void checkShapes(ConstMatrixView x, const Tensor& weight, MatrixView y)
{
    if (weight.shape().size() != 2 || weight.extent(1) != x.columns || weight.extent(0) != y.columns ||
        x.rows != y.rows)
        fail(ErrorCode::Internal, "a linear map {} cannot take [{}, {}] to [{}, {}]",
             shapeText(weight.shape()), x.rows, x.columns, y.rows, y.columns);
}

const uint8_t* bytesOf(const Tensor& weight)
{
    return reinterpret_cast<const uint8_t*>(weight.bytes().data());
}

bool hasDotKernel(DType dtype)
{
    return dtype == DType::F32 || dtype == DType::F16 || dtype == DType::BF16;
}

void oneRow(ConstMatrixView x, const Tensor& weight, const float* bias, MatrixView y)
{
    const int64_t rowBytes = x.columns * int64_t(traits(weight.dtype()).sizeBytes);
    parallelFor(y.columns, rowGrain(x.columns, 1), [&](int64_t begin, int64_t end) {
        denseDots(weight.dtype(), bytesOf(weight) + begin * rowBytes, end - begin, x.columns, x.data,
                  bias ? bias + begin : nullptr, y.data + begin);
    });
}

// Whether threads should share the rows instead of the outputs: of a narrow map each thread's outputs would
// end in a panel that is half empty.
bool sharesRows(int64_t rows, int64_t outputs)
{
    constexpr int64_t manyRows = 128; // a thread, so that packing all outputs is worth it
    const int64_t threads = threadCount();
    const int64_t width = panelColumns() * threads;
    return threads > 1 && rows >= manyRows * threads && outputs < 4 * width && outputs % width != 0;
}

// Aligned f32 weights are used where they lie.
void inPlace(ConstMatrixView x, const float* weight, const float* bias, MatrixView y)
{
    const SerialBlas serial;
    const int64_t inner = x.columns;
    if (sharesRows(x.rows, y.columns)) {
        parallelFor(x.rows, 1, [&](int64_t begin, int64_t end) {
            const MatrixView part = y.rowRange(begin, end);
            if (bias) fillBias(bias, part);
            multiplyByRows(x.rowRange(begin, end), {weight, y.columns, inner}, bias != nullptr, part);
        });
        return;
    }
    parallelFor(y.columns, rowGrain(inner, x.rows), [&](int64_t begin, int64_t end) {
        const MatrixView part = columnsOf(y, begin, end);
        const float* w = weight + begin * inner;
        if (x.rows > fewRows) {
            if (bias) fillBias(bias + begin, part);
            multiplyByRows(x, {w, end - begin, inner}, bias != nullptr, part);
            return;
        }
        for (int64_t k = 0; k < inner; k += fewRowsBlock) {
            const int64_t depth = std::min(fewRowsBlock, inner - k);
            multiplyFewRows({x.data + k, x.rows, depth, x.stride}, w + k, inner, k > 0, part);
        }
        if (bias) addBias(bias + begin, part);
    });
}

} // namespace

void linear(ConstMatrixView x, const Tensor& weight, const float* bias, MatrixView y)
{
    checkShapes(x, weight, y);
    if (y.rows == 0 || y.columns == 0) return;
    const DType dtype = weight.dtype();
    if (x.rows == 1 && hasDotKernel(dtype)) return oneRow(x, weight, bias, y);
    const uint8_t* bytes = bytesOf(weight);
    if (dtype == DType::F32 && reinterpret_cast<uintptr_t>(bytes) % alignof(float) == 0)
        return inPlace(x, reinterpret_cast<const float*>(bytes), bias, y);
    const auto elementBytes = int64_t(traits(dtype).sizeBytes);
    linearByPanels(x, bias, y, [&](int64_t row, int64_t rows, int64_t column, int64_t columns, float* out) {
        for (int64_t r = 0; r < rows; ++r)
            convertElements(dtype, bytes + ((row + r) * x.columns + column) * elementBytes, columns,
                            out + r * columns);
    });
}

void gemm(bool transposeA, bool transposeB, float alpha, ConstMatrixView a, ConstMatrixView b,
          bool accumulate, MatrixView y)
{
    if (y.rows == 0 || y.columns == 0) return;
    const int64_t inner = transposeA ? a.rows : a.columns;
    const SerialBlas serial;
    const int64_t grain = std::max<int64_t>(8, (1 << 18) / std::max<int64_t>(1, inner * std::min(y.rows, y.columns)));
    if (y.columns >= y.rows)
        parallelFor(y.columns, grain, [&](int64_t begin, int64_t end) {
            const ConstMatrixView part = transposeB ? b.rowRange(begin, end)
                                                    : ConstMatrixView{b.data + begin, b.rows, end - begin, b.stride};
            multiply(transposeA, transposeB, alpha, a, part, accumulate, columnsOf(y, begin, end));
        });
    else
        parallelFor(y.rows, grain, [&](int64_t begin, int64_t end) {
            const ConstMatrixView part = transposeA ? ConstMatrixView{a.data + begin, a.rows, end - begin, a.stride}
                                                    : a.rowRange(begin, end);
            multiply(transposeA, transposeB, alpha, part, b, accumulate, y.rowRange(begin, end));
        });
}

} // namespace paretoscope::cpu
