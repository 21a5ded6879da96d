#include "plugins/quantization/affine_quantizer.h"

#include "core/base/error.h"
#include "core/base/half.h"
#include "core/base/parallel.h"

#include <algorithm>
#include <cmath>

namespace paretoscope::quantization {

namespace {

struct Range {
    double low = 0;
    double high = 0;
};

Range rangeOf(std::span<const float> weights, bool symmetric)
{
    Range range;
    for (const float weight : weights) {
        range.low = std::min(range.low, double(weight));
        range.high = std::max(range.high, double(weight));
    }
    if (symmetric) {
        range.high = std::max(-range.low, range.high);
        range.low = -range.high;
    }
    if (range.low == 0 && range.high == 0) return {-1, 1};
    return range;
}

AffineGrid gridOf(const Range& range, const AffineSettings& settings)
{
    const int highest = (1 << settings.bits) - 1;
    AffineGrid grid;
    grid.scale = (range.high - range.low) / double(highest);
    grid.zero = settings.symmetric ? (highest + 1) / 2 : int(std::nearbyint(-range.low / grid.scale));
    return grid;
}

double clipError(std::span<const float> weights, const AffineGrid& grid, int bits)
{
    double error = 0;
    for (const float weight : weights)
        error += std::pow(std::abs(double(weight) - dequantize(quantize(double(weight), grid, bits), grid)), 2.4);
    return error;
}

} // namespace

int quantize(double weight, const AffineGrid& grid, int bits)
{
    const double code = std::nearbyint(weight / grid.scale) + grid.zero;
    return int(std::clamp(code, 0.0, double((1 << bits) - 1)));
}

AffineGrid fitGrid(std::span<const float> weights, const AffineSettings& settings)
{
    const Range range = rangeOf(weights, settings.symmetric);
    AffineGrid best = gridOf(range, settings);
    if (!settings.mseClip) return best;
    // The published search: shrink both ends together in steps of 1% down to 21% of the range.
    double bestError = clipError(weights, best, settings.bits);
    for (int step = 1; step < 80; ++step) {
        const double share = 1 - step / 100.0;
        const AffineGrid grid = gridOf({share * range.low, share * range.high}, settings);
        const double error = clipError(weights, grid, settings.bits);
        if (error >= bestError) continue;
        bestError = error;
        best = grid;
    }
    return best;
}

PackedMatrixBuilder::PackedMatrixBuilder(int64_t rows, int64_t columns, int bits, int64_t groupSize,
                                         bool symmetric)
{
    matrix_.bits = bits;
    matrix_.groupSize = groupSize;
    matrix_.symmetric = symmetric;
    matrix_.rows = rows;
    matrix_.columns = columns;
    matrix_.codes = Tensor::zeros(DType::U8, {rows, columns * bits / 8});
    matrix_.scales = Tensor::zeros(DType::F16, {rows, columns / groupSize});
    if (!symmetric) matrix_.zeros = Tensor::zeros(DType::U8, {rows, packedBytes(columns / groupSize, bits)});
}

void PackedMatrixBuilder::setRow(int64_t row, std::span<const uint8_t> codes, std::span<const AffineGrid> grids,
                                 const std::string& what)
{
    const auto rowOf = [row](auto whole, int64_t width) { return whole.subspan(size_t(row * width), size_t(width)); };
    packCodes(codes, matrix_.bits, rowOf(matrix_.codes.fill<uint8_t>(), matrix_.codes.extent(1)));
    const std::span<uint16_t> scales = rowOf(matrix_.scales.fill<uint16_t>(), matrix_.groups());
    std::vector<uint8_t> zeros(grids.size());
    for (size_t g = 0; g < grids.size(); ++g) {
        scales[g] = floatToHalf(float(grids[g].scale));
        zeros[g] = uint8_t(grids[g].zero);
        if (!std::isfinite(halfToFloat(scales[g])))
            fail(ErrorCode::Unsupported, "{}: weights up to {} are too large for a 16-bit scale", what,
                 grids[g].scale * ((1 << matrix_.bits) - 1));
    }
    if (!matrix_.symmetric)
        packCodes(zeros, matrix_.bits, rowOf(matrix_.zeros.fill<uint8_t>(), matrix_.zeros.extent(1)));
}

PackedMatrix quantizeToNearest(std::span<const float> weights, int64_t rows, int64_t columns, int64_t groupSize,
                               const AffineSettings& settings, const std::string& what)
{
    PackedMatrixBuilder builder(rows, columns, settings.bits, groupSize, settings.symmetric);
    parallelFor(rows, 4, [&](int64_t begin, int64_t end) {
        std::vector<uint8_t> codes(static_cast<size_t>(columns));
        std::vector<AffineGrid> grids(static_cast<size_t>(columns / groupSize));
        for (int64_t r = begin; r < end; ++r) {
            const auto row = weights.subspan(size_t(r * columns), size_t(columns));
            for (size_t g = 0; g < grids.size(); ++g) {
                const size_t first = g * size_t(groupSize);
                grids[g] = fitGrid(row.subspan(first, size_t(groupSize)), settings);
                for (size_t c = first; c < first + size_t(groupSize); ++c)
                    codes[c] = uint8_t(quantize(double(row[c]), grids[g], settings.bits));
            }
            builder.setRow(r, codes, grids, what);
        }
    });
    return builder.take();
}

} // namespace paretoscope::quantization
