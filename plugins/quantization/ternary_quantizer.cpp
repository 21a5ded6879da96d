#include "plugins/quantization/ternary_quantizer.h"

#include "core/base/error.h"
#include "core/tensor/block_encoders.h"
#include "plugins/quantization/affine_quantizer.h"

#include <algorithm>
#include <cmath>
#include <functional>

namespace paretoscope::quantization {

namespace {

constexpr double epsilon = 1e-5; // of BitNet: keeps all but empty groups as they are
constexpr int64_t blockLength = 256;

float meanMagnitude(std::span<const float> part)
{
    double sum = 0;
    for (const float weight : part) sum += std::abs(double(weight));
    return float(sum / double(part.size()));
}

// Of the m largest magnitudes kept, their mean is the best scale and (their sum)² / m the error that is saved.
float leastSquareScale(std::span<const float> part)
{
    std::vector<float> magnitudes(part.begin(), part.end());
    for (float& magnitude : magnitudes) magnitude = std::abs(magnitude);
    std::sort(magnitudes.begin(), magnitudes.end(), std::greater<>());
    double sum = 0, best = 0, scale = 0;
    for (size_t m = 1; m <= magnitudes.size(); ++m) {
        sum += double(magnitudes[m - 1]);
        if (sum * sum / double(m) <= best) continue;
        best = sum * sum / double(m);
        scale = sum / double(m);
    }
    return float(scale);
}

} // namespace

std::vector<float> ternaryScales(std::span<const float> weights, int64_t rows, int64_t columns, int64_t groupSize,
                                 bool wholeMatrix, TernaryScale scale)
{
    const auto scaleOf = scale == TernaryScale::Absmean ? meanMagnitude : leastSquareScale;
    const int64_t groups = rows * (columns / groupSize);
    if (wholeMatrix) return std::vector<float>(size_t(groups), scaleOf(weights));
    std::vector<float> scales;
    for (int64_t g = 0; g < groups; ++g)
        scales.push_back(scaleOf(weights.subspan(size_t(g * groupSize), size_t(groupSize))));
    return scales;
}

int nearestTrit(double weight, double scale)
{
    return int(std::clamp(std::nearbyint(weight / (scale + epsilon)), -1.0, 1.0));
}

TernaryMatrix roundToTernary(std::span<const float> weights, int64_t rows, int64_t columns, int64_t groupSize,
                             bool wholeMatrix, TernaryScale scale)
{
    TernaryMatrix matrix{rows, columns, groupSize, std::vector<int8_t>(weights.size()),
                         ternaryScales(weights, rows, columns, groupSize, wholeMatrix, scale)};
    for (size_t i = 0; i < weights.size(); ++i)
        matrix.trits[i] = int8_t(nearestTrit(double(weights[i]), double(matrix.scales[i / size_t(groupSize)])));
    return matrix;
}

LinearWeightPtr packedTernary(const TernaryMatrix& matrix, const std::string& what)
{
    constexpr int bits = 2, zero = 2;
    PackedMatrixBuilder builder(matrix.rows, matrix.columns, bits, matrix.groupSize, true);
    const int64_t groups = matrix.columns / matrix.groupSize;
    std::vector<uint8_t> codes(static_cast<size_t>(matrix.columns));
    std::vector<AffineGrid> grids(static_cast<size_t>(groups));
    for (int64_t r = 0; r < matrix.rows; ++r) {
        for (int64_t c = 0; c < matrix.columns; ++c)
            codes[size_t(c)] = uint8_t(matrix.trits[size_t(r * matrix.columns + c)] + zero);
        for (int64_t g = 0; g < groups; ++g) {
            const double scale = double(matrix.scales[size_t(r * groups + g)]);
            grids[size_t(g)] = {scale > 0 ? scale : 1, zero}; // an empty group has no code but zero
        }
        builder.setRow(r, codes, grids, what);
    }
    return std::make_shared<PackedLinear>(builder.take());
}

LinearWeightPtr ternaryBlocks(const TernaryMatrix& matrix, const BlockFormat& format, const std::string& what)
{
    if (matrix.columns % blockLength != 0 || matrix.groupSize % blockLength != 0)
        fail(ErrorCode::Internal, "{}: groups of {} are no whole blocks", what, matrix.groupSize);
    const auto pack = std::string_view(format.name) == "TQ1_0" ? blocks::packTq1_0 : blocks::packTq2_0;
    BlockMatrix result{&format, matrix.rows, matrix.columns, {}};
    result.blocks = Tensor::zeros(DType::U8, {matrix.rows, result.rowBytes()});
    uint8_t* block = result.blocks.fill<uint8_t>().data();
    uint8_t trits[blockLength];
    for (int64_t at = 0; at < matrix.rows * matrix.columns; at += blockLength, block += format.bytes) {
        for (int64_t i = 0; i < blockLength; ++i) trits[i] = uint8_t(matrix.trits[size_t(at + i)] + 1);
        pack(trits, matrix.scales[size_t(at / matrix.groupSize)], block);
    }
    if (!blocksAreFinite(result))
        fail(ErrorCode::Unsupported, "{}: its weights are too large for the 16-bit scales of {}", what, format.name);
    return std::make_shared<BlockLinear>(std::move(result));
}

} // namespace paretoscope::quantization
