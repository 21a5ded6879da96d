#include "core/model/formats/export/packed_words.h"

#include "core/base/error.h"
#include "core/model/lookup_linear.h"

#include <algorithm>
#include <cstring>

namespace paretoscope {

std::optional<PlainCodes> plainCodes(const LinearWeight& map)
{
    if (const auto* gathered = dynamic_cast<const GatheredLinear*>(&map)) {
        std::optional<PlainCodes> codes = plainCodes(*gathered->inner());
        if (codes) codes->order.assign(gathered->order().begin(), gathered->order().end());
        return codes;
    }
    const auto* packed = dynamic_cast<const PackedLinear*>(&map);
    if (!packed) return std::nullopt;
    const PackedMatrix& matrix = packed->matrix();
    PlainCodes result{matrix.bits, matrix.symmetric, matrix.rows, matrix.columns, matrix.groupSize, {}, {}, {}, {}};
    const auto rows = size_t(matrix.rows), columns = size_t(matrix.columns), groups = size_t(matrix.groups());
    result.codes.resize(rows * columns);
    result.zeros.assign(rows * groups, uint8_t(1 << (matrix.bits - 1)));
    result.scales.resize(rows * groups);
    std::memcpy(result.scales.data(), matrix.scales.bytes().data(), result.scales.size() * 2);
    const auto codes = matrix.codes.view<uint8_t>();
    const size_t codeBytes = codes.size() / rows;
    for (size_t r = 0; r < rows; ++r)
        unpackCodes(codes.subspan(r * codeBytes, codeBytes), matrix.bits, 0, std::span(result.codes).subspan(r * columns, columns));
    if (matrix.symmetric) return result;
    const auto zeros = matrix.zeros.view<uint8_t>();
    const size_t zeroBytes = zeros.size() / rows;
    for (size_t r = 0; r < rows; ++r)
        unpackCodes(zeros.subspan(r * zeroBytes, zeroBytes), matrix.bits, 0, std::span(result.zeros).subspan(r * groups, groups));
    return result;
}

PlainCodes requireCodes(const std::string& name, const LinearWeight& map, const char* format)
{
    if (std::optional<PlainCodes> codes = plainCodes(map)) return std::move(*codes);
    fail(ErrorCode::Unsupported, "'{}' is stored as {}, which {} cannot hold; round-to-nearest and GPTQ give what it can",
         name, map.description(), format);
}

void WordPacker::pack(const uint8_t* values, int64_t count, int64_t stride, uint32_t* words, int64_t wordStride) const
{
    uint64_t pending = 0;
    int held = 0;
    int64_t word = 0;
    for (int64_t i = 0; i < count; ++i) {
        pending |= uint64_t(values[i * stride]) << held;
        held += bits_;
        if (held < 32) continue;
        words[word++ * wordStride] = uint32_t(pending);
        pending >>= 32;
        held -= 32;
    }
    if (held > 0) words[word * wordStride] = uint32_t(pending);
}

Tensor integerTensor(const Shape& shape, std::span<const uint32_t> words)
{
    Tensor tensor = Tensor::zeros(DType::I32, shape);
    std::memcpy(tensor.fill<int32_t>().data(), words.data(), words.size() * sizeof(uint32_t));
    return tensor;
}

Tensor halfTensor(const Shape& shape, std::span<const uint16_t> halves)
{
    Tensor tensor = Tensor::zeros(DType::F16, shape);
    std::copy(halves.begin(), halves.end(), tensor.fill<uint16_t>().begin());
    return tensor;
}

} // namespace paretoscope
