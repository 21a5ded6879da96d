#include "plugins/quantization/normal_float.h"

#include "core/base/parallel.h"
#include "core/tensor/packed_layout.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace paretoscope::quantization {

const std::array<float, 16> normalFloatLevels{
    -1.0f,          -0.6961928009986877f, -0.5250730514526367f, -0.39491748809814453f,
    -0.28444138169288635f, -0.18477343022823334f, -0.09105003625154495f, 0.0f,
    0.07958029955625534f,  0.16093020141124725f,  0.24611230194568634f,  0.33791524171829224f,
    0.44070982933044434f,  0.5626170039176941f,   0.7229568362236023f,   1.0f};

uint8_t nearestNormalFloat(float x)
{
    uint8_t code = 0;
    while (code < 15 && x > (normalFloatLevels[code] + normalFloatLevels[size_t(code) + 1]) / 2) ++code;
    return code;
}

LookupMatrix normalFloat4(std::span<const float> weights, int64_t rows, int64_t columns, int64_t groupSize)
{
    LookupMatrix matrix;
    matrix.bits = 4;
    matrix.rows = rows;
    matrix.columns = columns;
    matrix.groupRows = 1;
    matrix.groupColumns = groupSize;
    matrix.codes = Tensor::zeros(DType::U8, {rows, columns / 2});
    matrix.table = Tensor::fromFloats({16}, normalFloatLevels);
    matrix.scales = Tensor::zeros(DType::F32, {rows, columns / groupSize});
    const std::span<float> scales = matrix.scales.fill<float>();
    const std::span<uint8_t> packed = matrix.codes.fill<uint8_t>();
    parallelFor(rows, 4, [&](int64_t begin, int64_t end) {
        std::vector<uint8_t> codes(static_cast<size_t>(columns));
        for (int64_t r = begin; r < end; ++r) {
            const auto row = weights.subspan(size_t(r * columns), size_t(columns));
            for (int64_t first = 0; first < columns; first += groupSize) {
                float largest = 0;
                for (int64_t c = first; c < first + groupSize; ++c) largest = std::max(largest, std::abs(row[size_t(c)]));
                scales[size_t(r * (columns / groupSize) + first / groupSize)] = largest;
                for (int64_t c = first; c < first + groupSize; ++c)
                    codes[size_t(c)] = largest > 0 ? nearestNormalFloat(row[size_t(c)] / largest) : nearestNormalFloat(0);
            }
            packCodes(codes, 4, packed.subspan(size_t(r * columns / 2), size_t(columns / 2)));
        }
    });
    return matrix;
}

} // namespace paretoscope::quantization
