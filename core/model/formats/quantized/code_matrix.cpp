#include "core/model/formats/quantized/code_matrix.h"

#include "core/base/error.h"
#include "core/base/half.h"
#include "core/base/parallel.h"
#include "core/model/formats/checkpoint_source.h"
#include "core/model/lookup_linear.h"

#include <algorithm>
#include <cstring>
#include <numeric>

namespace paretoscope {

namespace {

bool fitsHalf(const std::vector<float>& scales)
{
    return std::all_of(scales.begin(), scales.end(),
                       [](float scale) { return halfToFloat(floatToHalf(scale)) == scale; });
}

bool isMiddle(const std::vector<uint8_t>& zeros, int bits)
{
    return std::all_of(zeros.begin(), zeros.end(), [bits](uint8_t zero) { return zero == 1 << (bits - 1); });
}

LinearWeightPtr packedMap(GroupedCodes from)
{
    const int64_t groups = from.columns / from.groupSize;
    PackedMatrix matrix{from.bits, from.groupSize, from.zeros.empty(), from.rows, from.columns, from.codes, {}, {}};
    matrix.scales = Tensor::zeros(DType::F16, {from.rows, groups});
    std::transform(from.scales.begin(), from.scales.end(), matrix.scales.fill<uint16_t>().begin(), floatToHalf);
    if (!matrix.symmetric) {
        const int64_t width = packedBytes(groups, from.bits);
        matrix.zeros = Tensor::zeros(DType::U8, {from.rows, width});
        const std::span<uint8_t> packed = matrix.zeros.fill<uint8_t>();
        for (int64_t row = 0; row < from.rows; ++row)
            packCodes(std::span(from.zeros).subspan(size_t(row * groups), size_t(groups)), from.bits,
                      packed.subspan(size_t(row * width), size_t(width)));
    }
    return std::make_shared<PackedLinear>(std::move(matrix));
}

// Codes of fewer than 4 bits get 4, of more than 4 bits 8.
Tensor widened(const GroupedCodes& from, int bits)
{
    if (bits == from.bits) return from.codes;
    const auto* packed = reinterpret_cast<const uint8_t*>(from.codes.bytes().data());
    const auto rowBytes = size_t(from.codes.extent(1));
    return packRows(from.rows, from.columns, bits, [&](int64_t first, int64_t count, uint8_t* codes) {
        for (int64_t r = 0; r < count; ++r)
            unpackCodes({packed + size_t(first + r) * rowBytes, rowBytes}, from.bits, 0,
                        {codes + r * from.columns, size_t(from.columns)});
    });
}

LinearWeightPtr lookupMap(const GroupedCodes& from)
{
    LookupMatrix matrix;
    matrix.bits = from.bits <= 4 ? 4 : 8;
    matrix.rows = from.rows;
    matrix.columns = from.columns;
    matrix.groupColumns = from.groupSize;
    matrix.codes = widened(from, matrix.bits);
    const int middle = 1 << (from.bits - 1);
    std::vector<float> table(size_t{1} << matrix.bits);
    for (size_t code = 0; code < table.size(); ++code) table[code] = float(int(code) - middle);
    matrix.table = Tensor::fromFloats({int64_t(table.size())}, table);
    const Shape shape{from.rows, from.columns / from.groupSize};
    matrix.scales = Tensor::fromFloats(shape, from.scales);
    if (!from.zeros.empty()) {
        std::vector<float> offsets(from.scales.size());
        for (size_t i = 0; i < offsets.size(); ++i) offsets[i] = -from.scales[i] * float(int(from.zeros[i]) - middle);
        matrix.offsets = Tensor::fromFloats(shape, offsets);
    }
    return std::make_shared<LookupLinear>(std::move(matrix), std::to_string(from.bits) + "-bit integers");
}

} // namespace

Tensor readIntegers(const CheckpointSource& source, const std::string& name, const Shape& shape)
{
    Tensor tensor = source.tensor(name, shape);
    if (tensor.dtype() != DType::I32)
        fail(ErrorCode::BadFile, "{}: tensor '{}' has the type {}, expected I32", source.describe(), name,
             traits(tensor.dtype()).name);
    return tensor;
}

std::vector<uint32_t> wordsOf(const Tensor& tensor)
{
    std::vector<uint32_t> words(static_cast<size_t>(tensor.count()));
    std::memcpy(words.data(), tensor.bytes().data(), words.size() * sizeof(uint32_t));
    return words;
}

Tensor packRows(int64_t rows, int64_t columns, int bits,
                const std::function<void(int64_t first, int64_t count, uint8_t* codes)>& fill)
{
    constexpr int64_t atOnce = 64; // so that words across outputs are read in lines
    const int64_t rowBytes = packedBytes(columns, bits);
    Tensor result = Tensor::zeros(DType::U8, {rows, rowBytes});
    const std::span<uint8_t> packed = result.fill<uint8_t>();
    parallelFor((rows + atOnce - 1) / atOnce, 1, [&](int64_t begin, int64_t end) {
        std::vector<uint8_t> codes(static_cast<size_t>(atOnce * columns));
        for (int64_t first = begin * atOnce; first < std::min(rows, end * atOnce); first += atOnce) {
            const int64_t count = std::min(atOnce, rows - first);
            fill(first, count, codes.data());
            for (int64_t r = 0; r < count; ++r)
                packCodes(std::span(codes).subspan(size_t(r * columns), size_t(columns)), bits,
                          packed.subspan(size_t((first + r) * rowBytes), size_t(rowBytes)));
        }
    });
    return result;
}

LinearWeightPtr mapOf(GroupedCodes codes, const std::string& what)
{
    if (codes.groupSize < 1 || codes.columns % codes.groupSize != 0)
        fail(ErrorCode::Unsupported, "{}: groups of {} do not divide the {} inputs", what, codes.groupSize,
             codes.columns);
    if (codes.columns * codes.bits % 8 != 0)
        fail(ErrorCode::Unsupported, "{}: {} codes of {} bits do not end on a byte", what, codes.columns, codes.bits);
    if (isMiddle(codes.zeros, codes.bits)) codes.zeros.clear();
    return fitsHalf(codes.scales) ? packedMap(std::move(codes)) : lookupMap(codes);
}

std::vector<int32_t> orderOfGroups(const Tensor& groupOfColumn, int64_t groupSize, const std::string& what)
{
    const std::vector<uint32_t> groups = wordsOf(groupOfColumn);
    std::vector<int32_t> order(groups.size());
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(),
                     [&](int32_t a, int32_t b) { return groups[size_t(a)] < groups[size_t(b)]; });
    for (size_t place = 0; place < order.size(); ++place)
        if (groups[size_t(order[place])] != place / size_t(groupSize))
            fail(ErrorCode::Unsupported, "{}: its groups are not all of {} columns", what, groupSize);
    if (std::is_sorted(order.begin(), order.end())) order.clear();
    return order;
}

} // namespace paretoscope
