#include "plugins/quantization/real_grid.h"

#include "core/base/error.h"
#include "core/base/half.h"
#include "core/tensor/packed_layout.h"

namespace paretoscope::quantization {

namespace {

uint16_t storedHalf(double value, const std::string& what)
{
    const uint16_t half = floatToHalf(float(value));
    if (!std::isfinite(halfToFloat(half)))
        fail(ErrorCode::Unsupported, "{}: a scale or zero point of {} does not fit 16 bits", what, value);
    return half;
}

} // namespace

double halfOf(double value)
{
    return double(halfToFloat(floatToHalf(float(value))));
}

RealGrid gridOfRange(double low, double high, int bits, bool half)
{
    constexpr double largestZero = 2048; // above, 16 bits step by more than one code
    const int highest = (1 << bits) - 1;
    if (low == high) {
        if (low == 0) return {1.0 / highest, 0};
        low = std::min(low, 0.0);
        high = std::max(high, 0.0);
    }
    RealGrid grid{(high - low) / highest, 0};
    if (half) grid.scale = std::max(halfOf(grid.scale), double(halfToFloat(1)));
    grid.zero = -low / grid.scale;
    if (!half) return grid;
    if (std::abs(grid.zero) > largestZero && (low > 0 || high < 0))
        return gridOfRange(std::min(low, 0.0), std::max(high, 0.0), bits, true);
    grid.zero = halfOf(grid.zero);
    return grid;
}

GroupNumbers plainNumbers(std::span<const double> values, int64_t rows, int64_t groups, const std::string& what)
{
    GroupNumbers numbers;
    numbers.values = Tensor::zeros(DType::F16, {rows, groups});
    const std::span<uint16_t> stored = numbers.values.fill<uint16_t>();
    for (size_t i = 0; i < values.size(); ++i) stored[i] = storedHalf(values[i], what);
    return numbers;
}

GroupNumbers twoLevelNumbers(std::span<const uint8_t> codes, std::span<const RealGrid> grids, int bits,
                             int64_t sharedRows, int64_t rows, int64_t groups, const std::string& what)
{
    GroupNumbers numbers;
    numbers.bits = bits;
    numbers.sharedRows = sharedRows;
    numbers.codes = packedRows(codes, bits, rows, groups);
    numbers.grids = Tensor::zeros(DType::F16, {(rows - 1) / sharedRows + 1, groups, 2});
    const std::span<uint16_t> stored = numbers.grids.fill<uint16_t>();
    for (size_t i = 0; i < grids.size(); ++i) {
        stored[2 * i] = storedHalf(grids[i].scale, what);
        stored[2 * i + 1] = storedHalf(grids[i].zero, what);
    }
    return numbers;
}

Tensor packedRows(std::span<const uint8_t> codes, int bits, int64_t rows, int64_t columns)
{
    const auto width = size_t(packedBytes(columns, bits));
    Tensor packed = Tensor::zeros(DType::U8, {rows, int64_t(width)});
    const std::span<uint8_t> bytes = packed.fill<uint8_t>();
    for (size_t r = 0; r < size_t(rows); ++r)
        packCodes(codes.subspan(r * size_t(columns), size_t(columns)), bits, bytes.subspan(r * width, width));
    return packed;
}

} // namespace paretoscope::quantization
