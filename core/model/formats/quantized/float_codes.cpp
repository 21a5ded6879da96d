#include "core/model/formats/quantized/float_codes.h"

#include "core/base/error.h"
#include "core/model/lookup_linear.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace paretoscope {

namespace {

constexpr uint8_t noNumber = 0x7f; // without the sign

} // namespace

float e4m3ToFloat(uint8_t code)
{
    if ((code & 0x7f) == noNumber) return std::numeric_limits<float>::quiet_NaN();
    const int exponent = (code >> 3) & 15;
    const int mantissa = code & 7;
    const float magnitude =
        exponent == 0 ? std::ldexp(float(mantissa), -9) : std::ldexp(float(8 + mantissa), exponent - 10);
    return code & 0x80 ? -magnitude : magnitude;
}

Tensor e4m3Table()
{
    std::vector<float> table(256);
    for (size_t code = 0; code < table.size(); ++code)
        table[code] = (code & 0x7f) == noNumber ? 0.0f : e4m3ToFloat(uint8_t(code));
    return Tensor::fromFloats({256}, table);
}

Tensor signedTable()
{
    std::vector<float> table(256);
    for (size_t code = 0; code < table.size(); ++code) table[code] = float(int8_t(uint8_t(code)));
    return Tensor::fromFloats({256}, table);
}

Tensor e2m1Table()
{
    return Tensor::fromFloats({16}, {0, 0.5f, 1, 1.5f, 2, 3, 4, 6, -0.0f, -0.5f, -1, -1.5f, -2, -3, -4, -6});
}

Tensor readFloat8(const CheckpointSource& source, const std::string& name, const Shape& shape)
{
    if (source.typeOf(name) != "F8_E4M3")
        fail(ErrorCode::BadFile, "{}: tensor '{}' has the type {}, expected F8_E4M3", source.describe(), name,
             source.typeOf(name));
    Tensor codes = source.bytes(name, shape);
    const std::span<const uint8_t> all = codes.view<uint8_t>();
    if (std::any_of(all.begin(), all.end(), [](uint8_t code) { return (code & 0x7f) == noNumber; }))
        fail(ErrorCode::BadFile, "{}: tensor '{}' holds NaN", source.describe(), name);
    return codes;
}

LinearWeightPtr eightBitMap(const CheckpointSource& source, const std::string& name, const Shape& shape,
                            Tensor scales, int64_t groupRows, int64_t groupColumns, Tensor offsets)
{
    LookupMatrix matrix;
    matrix.bits = 8;
    matrix.rows = shape[0];
    matrix.columns = shape[1];
    matrix.groupRows = groupRows;
    matrix.groupColumns = groupColumns;
    const std::string weight = name + ".weight";
    const bool whole = source.typeOf(weight) == "I8";
    matrix.codes = whole ? source.bytes(weight, shape) : readFloat8(source, weight, shape);
    matrix.table = whole ? signedTable() : e4m3Table();
    matrix.scales = std::move(scales);
    matrix.offsets = std::move(offsets);
    return std::make_shared<LookupLinear>(std::move(matrix), whole ? "8-bit integers" : "FP8 (E4M3)");
}

} // namespace paretoscope
