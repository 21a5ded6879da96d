// Products with packed weights.
#include "core/backend/cpu/code_panels.h"
#include "core/backend/cpu/packed_view.h"
#include "core/base/error.h"

namespace paretoscope::cpu {

namespace {

// Scale and offset of every block of a part of one row.
void termsOfRow(const PackedView& view, int64_t row, int64_t column, int64_t blocks, int64_t block, float* scales,
                float* offsets)
{
    for (int64_t b = 0; b < blocks;) {
        const int64_t group = (column + b * block) / view.groupSize;
        const int64_t end = std::min(blocks, ((group + 1) * view.groupSize - column) / block);
        const float scale = view.scale(row, group);
        const float offset = -scale * view.zero(row, group);
        for (; b < end; ++b) {
            scales[b] = scale;
            offsets[b] = offset;
        }
    }
}

} // namespace

void linearByPackedPanels(ConstMatrixView x, const PackedView& view, int64_t block, const float* bias, MatrixView y)
{
    linearByCodePanels(x, block, bias, y, [&](int64_t row, int64_t rows, int64_t column, int64_t columns, CodeRows to) {
        const int64_t blocks = columns / block;
        for (int64_t r = 0; r < rows; ++r) {
            unpackCodesVnni(view.bits, view.codeRow(row + r) + column * view.bits / 8, columns, to.codes + r * columns);
            termsOfRow(view, row + r, column, blocks, block, to.scales + r * blocks, to.offsets + r * blocks);
        }
    });
}

void linearPacked(ConstMatrixView x, const PackedMatrix& weight, const float* bias, MatrixView y)
{
    if (weight.columns != x.columns || weight.rows != y.columns || x.rows != y.rows)
        fail(ErrorCode::Internal, "a packed map [{}, {}] cannot take [{}, {}] to [{}, {}]", weight.rows,
             weight.columns, x.rows, x.columns, y.rows, y.columns);
    if (y.rows == 0) return;
    const PackedView view(weight);
    const int64_t block = activationBlock(view.groupSize);
    if (x.rows == 1 && block > 0) {
        const RoundedActivations rounded = roundActivations(view, x.data, block);
        parallelFor(y.columns, rowGrain(x.columns, 1), [&](int64_t begin, int64_t end) {
            packedDots(view, rounded, begin, end, bias, y.data + begin);
        });
        return;
    }
    if (x.rows > 1 && hasCodePanels(block)) return linearByPackedPanels(x, view, block, bias, y);
    linearByPanels(x, bias, y, [&](int64_t row, int64_t rows, int64_t column, int64_t columns, float* out) {
        for (int64_t r = 0; r < rows; ++r) expandPackedRow(view, row + r, column, columns, out + r * columns);
    });
}

} // namespace paretoscope::cpu
