// Products with codes that have real zero points, and with sparse rows.
#include "core/backend/cpu/affine_kernels.h"
#include "core/backend/cpu/linear_panels.h"
#include "core/backend/cpu/packed_view.h"
#include "core/base/error.h"

namespace paretoscope::cpu {

void linearAffine(ConstMatrixView x, const AffineMatrix& weight, const float* bias, MatrixView y)
{
    if (weight.columns != x.columns || weight.rows != y.columns || x.rows != y.rows)
        fail(ErrorCode::Internal, "an affine map [{}, {}] cannot take [{}, {}] to [{}, {}]", weight.rows,
             weight.columns, x.rows, x.columns, y.rows, y.columns);
    if (y.rows == 0) return;
    const int64_t block = activationBlock(weight.groupSize);
    if (x.rows == 1 && block > 0 && !weight.scales.twoLevel() && !weight.zeros.twoLevel()) {
        const PackedView view(weight);
        const RoundedActivations rounded = roundActivations(view, x.data, block);
        parallelFor(y.columns, rowGrain(x.columns, 1), [&](int64_t begin, int64_t end) {
            packedDots(view, rounded, begin, end, bias, y.data + begin);
        });
        return;
    }
    if (x.rows == 1 && hasAffineDots(weight.groupSize)) {
        parallelFor(y.columns, rowGrain(x.columns, 1), [&](int64_t begin, int64_t end) {
            affineDots(weight, begin, end, x.data, y.data + begin);
            if (bias)
                for (int64_t n = begin; n < end; ++n) y.data[n] += bias[n];
        });
        return;
    }
    static_assert(fewRowsBlock % 8 == 0); // strips begin on bytes
    linearByPanels(x, bias, y, [&](int64_t row, int64_t rows, int64_t column, int64_t columns, float* out) {
        expandAffineRows(weight, row, rows, column, columns, out);
    });
}

void addSparse(ConstMatrixView x, const SparseRows& weight, MatrixView y)
{
    if (weight.columns != x.columns || weight.rows != y.columns || x.rows != y.rows)
        fail(ErrorCode::Internal, "sparse rows [{}, {}] cannot take [{}, {}] to [{}, {}]", weight.rows,
             weight.columns, x.rows, x.columns, y.rows, y.columns);
    const std::span<const uint32_t> offsets = weight.offsets.view<uint32_t>();
    const uint16_t* columns = weight.indices.view<uint16_t>().data();
    const auto* stored = reinterpret_cast<const uint8_t*>(weight.values.bytes().data());
    const int64_t perRow = weight.entries() / weight.rows + 1;
    parallelFor(y.columns, rowGrain(4 * perRow, x.rows), [&](int64_t begin, int64_t end) {
        const int64_t first = offsets[size_t(begin)], count = offsets[size_t(end)] - first;
        float* values = workFloats(WorkSlot::Panel, size_t(count + 1));
        convertElements(DType::F16, stored + 2 * first, count, values);
        for (int64_t m = 0; m < x.rows; ++m) {
            const float* input = x.row(m);
            for (int64_t n = begin; n < end; ++n) {
                float sum = 0;
                for (int64_t i = offsets[size_t(n)]; i < offsets[size_t(n) + 1]; ++i)
                    sum += values[i - first] * input[columns[i]];
                y.row(m)[n] += sum;
            }
        }
    });
}

} // namespace paretoscope::cpu
