#include "core/backend/cpu/integer_kernels.h"
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

RoundedRows roundRows(ConstMatrixView x, const ActivationRounding& rounding)
{
    static_assert(sizeof(Int8Row) == 2 * sizeof(float));
    const int64_t stride = (x.columns + int8Step - 1) / int8Step * int8Step;
    float* memory = workFloats(WorkSlot::Activations, size_t(2 * x.rows + x.rows * stride / 4));
    const RoundedRows rounded{reinterpret_cast<int8_t*>(memory + 2 * x.rows), reinterpret_cast<Int8Row*>(memory), stride};
    const int largest = (1 << (rounding.bits - 1)) - 1;
    parallelFor(x.rows, rowGrain(x.columns, 4), [&](int64_t begin, int64_t end) {
        for (int64_t m = begin; m < end; ++m)
            rounded.rows[m] = roundToLevels(x.row(m), x.columns, largest, rounding.clip, rounded.values + m * stride);
    });
    return rounded;
}

// Codes of `rows` rows as bytes, the stored ones where they are bytes.
const uint8_t* bytesOfRows(const PackedMatrix& weight, int64_t first, int rows)
{
    const int64_t rowBytes = packedBytes(weight.columns, weight.bits);
    const auto* stored = reinterpret_cast<const uint8_t*>(weight.codes.bytes().data()) + first * rowBytes;
    if (weight.bits == 8) return stored;
    auto* bytes = reinterpret_cast<uint8_t*>(workFloats(WorkSlot::Codes, size_t(tileRows * weight.columns / 4 + 1)));
    for (int r = 0; r < rows; ++r) {
        const uint8_t* row = stored + r * rowBytes;
        uint8_t* to = bytes + r * weight.columns;
        if (weight.bits == 4) unpackNibbles(row, weight.columns, to);
        else unpackCodes({row, size_t(rowBytes)}, weight.bits, 0, {to, size_t(weight.columns)});
    }
    return bytes;
}

void storeTile(const int32_t* sums, const Int8Tile& tile, int zero, const Int8Row* activations, const float* scales,
               const float* bias, MatrixView y)
{
    for (int t = 0; t < tile.tokens; ++t)
        for (int r = 0; r < tile.rows; ++r) {
            const int32_t exact = sums[t * tile.rows + r] - zero * activations[t].sum;
            y.row(t)[r] = float(exact) * (activations[t].scale * scales[r]) + (bias ? bias[r] : 0.0f);
        }
}

} // namespace

void linearInteger(ConstMatrixView x, const PackedMatrix& weight, const ActivationRounding& rounding, const float* bias,
                   MatrixView y)
{
    if (weight.columns != x.columns || weight.rows != y.columns || x.rows != y.rows || weight.groups() != 1)
        fail(ErrorCode::Internal, "an integer map [{}, {}] cannot take [{}, {}] to [{}, {}]", weight.rows, weight.columns,
             x.rows, x.columns, y.rows, y.columns);
    const RoundedRows rounded = roundRows(x, rounding);
    const bool vnni = hasPackedVnni();
    const int zero = 1 << (weight.bits - 1);
    parallelFor(y.columns, rowGrain(x.columns, x.rows), [&](int64_t begin, int64_t end) {
        for (int64_t n = begin; n < end; n += tileRows) {
            const int rows = int(std::min<int64_t>(tileRows, end - n));
            const uint8_t* codes = bytesOfRows(weight, n, rows);
            float scales[tileRows];
            convertElements(DType::F16, reinterpret_cast<const uint8_t*>(weight.scales.bytes().data()) + 2 * n, rows, scales);
            for (int64_t m = 0; m < x.rows; m += tileTokens) {
                const int tokens = int(std::min<int64_t>(tileTokens, x.rows - m));
                const Int8Tile tile{codes, rounded.values + m * rounded.stride, weight.columns, rounded.stride, rows, tokens};
                int32_t sums[tileRows * tileTokens];
                if (vnni) int8DotsVnni(tile, sums);
                else int8Dots(tile, sums);
                storeTile(sums, tile, zero, rounded.rows + m, scales, bias ? bias + n : nullptr,
                          {y.row(m) + n, tokens, rows, y.stride});
            }
        }
    });
}

} // namespace paretoscope::cpu
