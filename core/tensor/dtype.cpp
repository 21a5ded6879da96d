#include "core/tensor/dtype.h"

#include "core/base/half.h"

#include <array>
#include <cstring>

namespace paretoscope {

namespace {

// Sources may be unaligned (a safetensors header has any length), so elements are copied out.
template <class Element, class Convert>
void convert(const std::byte* source, float* destination, int64_t count, Convert toFloat)
{
    for (int64_t i = 0; i < count; ++i) {
        Element element;
        std::memcpy(&element, source + i * int64_t(sizeof(Element)), sizeof(Element));
        destination[i] = toFloat(element);
    }
}

template <class Element> void plain(const std::byte* source, float* destination, int64_t count)
{
    convert<Element>(source, destination, count, [](Element e) { return float(e); });
}

void fromHalf(const std::byte* source, float* destination, int64_t count)
{
    convert<uint16_t>(source, destination, count, halfToFloat);
}

void fromBfloat16(const std::byte* source, float* destination, int64_t count)
{
    convert<uint16_t>(source, destination, count, bfloat16ToFloat);
}

constexpr std::array<DTypeTraits, 13> rows{{
    {DType::F64, "F64", 8, true, plain<double>},
    {DType::F32, "F32", 4, true, plain<float>},
    {DType::F16, "F16", 2, true, fromHalf},
    {DType::BF16, "BF16", 2, true, fromBfloat16},
    {DType::I64, "I64", 8, false, plain<int64_t>},
    {DType::I32, "I32", 4, false, plain<int32_t>},
    {DType::I16, "I16", 2, false, plain<int16_t>},
    {DType::I8, "I8", 1, false, plain<int8_t>},
    {DType::U64, "U64", 8, false, plain<uint64_t>},
    {DType::U32, "U32", 4, false, plain<uint32_t>},
    {DType::U16, "U16", 2, false, plain<uint16_t>},
    {DType::U8, "U8", 1, false, plain<uint8_t>},
    {DType::Bool, "BOOL", 1, false, nullptr},
}};

constexpr bool tableIsInOrder()
{
    for (size_t i = 0; i < rows.size(); ++i)
        if (size_t(rows[i].dtype) != i) return false;
    return true;
}
static_assert(tableIsInOrder());

} // namespace

const DTypeTraits& traits(DType dtype)
{
    return rows[size_t(dtype)];
}

std::span<const DTypeTraits> allDTypes()
{
    return rows;
}

std::optional<DType> dtypeFromName(std::string_view name)
{
    for (const DTypeTraits& row : rows)
        if (name == row.name) return row.dtype;
    return std::nullopt;
}

} // namespace paretoscope
