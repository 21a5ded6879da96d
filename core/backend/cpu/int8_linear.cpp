#include "core/backend/cpu/int8_kernels.h"
#include "core/backend/cpu/linear_panels.h"
#include "core/backend/cpu/packed_vnni.h"
#include "core/base/error.h"

namespace paretoscope::cpu {

namespace {

constexpr int tileRows = 4, tileTokens = 4;

struct RoundedRows {
    int8_t* values; // [rows, stride]
    Int8Row* rows;
    int64_t stride;
};

RoundedRows roundRows(ConstMatrixView x)
{
    static_assert(sizeof(Int8Row) == 2 * sizeof(float));
    const int64_t stride = (x.columns + int8Step - 1) / int8Step * int8Step;
    float* memory = workFloats(WorkSlot::Activations, size_t(2 * x.rows + x.rows * stride / 4));
    const RoundedRows rounded{reinterpret_cast<int8_t*>(memory + 2 * x.rows), reinterpret_cast<Int8Row*>(memory), stride};
    parallelFor(x.rows, rowGrain(x.columns, 4), [&](int64_t begin, int64_t end) {
        for (int64_t m = begin; m < end; ++m)
            rounded.rows[m] = roundToInt8(x.row(m), x.columns, rounded.values + m * stride);
    });
    return rounded;
}

void storeTile(const int32_t* sums, int rows, int tokens, const Int8Row* activations, const float* scales,
               const float* bias, MatrixView y)
{
    for (int t = 0; t < tokens; ++t)
        for (int r = 0; r < rows; ++r) {
            const int32_t exact = sums[t * rows + r] - 128 * activations[t].sum;
            y.row(t)[r] = float(exact) * (activations[t].scale * scales[r]) + (bias ? bias[r] : 0.0f);
        }
}

} // namespace

void linearInt8(ConstMatrixView x, const PackedMatrix& weight, const float* bias, MatrixView y)
{
    if (weight.columns != x.columns || weight.rows != y.columns || x.rows != y.rows || weight.bits != 8)
        fail(ErrorCode::Internal, "an eight-bit map [{}, {}] cannot take [{}, {}] to [{}, {}]", weight.rows,
             weight.columns, x.rows, x.columns, y.rows, y.columns);
    const RoundedRows rounded = roundRows(x);
    const auto* codes = reinterpret_cast<const uint8_t*>(weight.codes.bytes().data());
    const bool vnni = hasPackedVnni();
    parallelFor(y.columns, rowGrain(x.columns, x.rows), [&](int64_t begin, int64_t end) {
        for (int64_t n = begin; n < end; n += tileRows) {
            const int rows = int(std::min<int64_t>(tileRows, end - n));
            float scales[tileRows];
            convertElements(DType::F16, reinterpret_cast<const uint8_t*>(weight.scales.bytes().data()) + 2 * n, rows, scales);
            for (int64_t m = 0; m < x.rows; m += tileTokens) {
                const int tokens = int(std::min<int64_t>(tileTokens, x.rows - m));
                const Int8Tile tile{codes + n * weight.columns, rounded.values + m * rounded.stride, weight.columns,
                                    rounded.stride, rows, tokens};
                int32_t sums[tileRows * tileTokens];
                if (vnni) int8DotsVnni(tile, sums);
                else int8Dots(tile, sums);
                storeTile(sums, rows, tokens, rounded.rows + m, scales, bias ? bias + n : nullptr,
                          {y.row(m) + n, tokens, rows, y.stride});
            }
        }
    });
}

} // namespace paretoscope::cpu
