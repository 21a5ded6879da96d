#include "core/model/formats/gguf/gguf_value.h"

#include "core/base/error.h"
#include "core/model/formats/byte_order.h"

#include <array>

namespace paretoscope {

namespace {

struct TypeRow {
    const char* name;
    int64_t bytes;
};

constexpr std::array<TypeRow, 13> types{{{"u8", 1},
                                         {"i8", 1},
                                         {"u16", 2},
                                         {"i16", 2},
                                         {"u32", 4},
                                         {"i32", 4},
                                         {"f32", 4},
                                         {"bool", 1},
                                         {"string", 0},
                                         {"array", 0},
                                         {"u64", 8},
                                         {"i64", 8},
                                         {"f64", 8}}};

// Nothing when the number is no integer or does not fit.
std::optional<int64_t> readInteger(GgufType type, const std::byte* at)
{
    switch (type) {
    case GgufType::U8: return readLittleEndian<uint8_t>(at);
    case GgufType::I8: return readLittleEndian<int8_t>(at);
    case GgufType::U16: return readLittleEndian<uint16_t>(at);
    case GgufType::I16: return readLittleEndian<int16_t>(at);
    case GgufType::U32: return readLittleEndian<uint32_t>(at);
    case GgufType::I32: return readLittleEndian<int32_t>(at);
    case GgufType::I64: return readLittleEndian<int64_t>(at);
    case GgufType::Bool: return readLittleEndian<uint8_t>(at);
    case GgufType::U64: {
        const auto value = readLittleEndian<uint64_t>(at);
        if (value > uint64_t(INT64_MAX)) return std::nullopt;
        return int64_t(value);
    }
    default: return std::nullopt;
    }
}

std::optional<double> readNumber(GgufType type, const std::byte* at)
{
    if (type == GgufType::F32) return readLittleEndian<float>(at);
    if (type == GgufType::F64) return readLittleEndian<double>(at);
    const std::optional<int64_t> whole = readInteger(type, at);
    if (!whole) return std::nullopt;
    return double(*whole);
}

std::string_view textOf(std::span<const std::byte> bytes)
{
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

} // namespace

int64_t ggufTypeBytes(GgufType type)
{
    return types[size_t(type)].bytes;
}

const char* ggufTypeName(GgufType type)
{
    return types[size_t(type)].name;
}

void GgufMetadata::add(std::string key, const GgufValue& value)
{
    const auto [place, isNew] = values_.emplace(std::move(key), value);
    if (!isNew) fail(ErrorCode::BadFile, "{}: the key '{}' is there twice", where_, place->first);
}

const GgufValue* GgufMetadata::find(std::string_view key) const
{
    const auto found = values_.find(key);
    return found == values_.end() ? nullptr : &found->second;
}

void GgufMetadata::failType(std::string_view key, const char* expected) const
{
    fail(ErrorCode::BadFile, "{}: '{}' must be {}, not of the type {}", where_, key, expected,
         ggufTypeName(find(key)->type));
}

std::optional<int64_t> GgufMetadata::integer(std::string_view key) const
{
    const GgufValue* value = find(key);
    if (!value) return std::nullopt;
    const std::optional<int64_t> result = readInteger(value->type, value->bytes.data());
    if (!result) failType(key, "an integer");
    return result;
}

std::optional<double> GgufMetadata::number(std::string_view key) const
{
    const GgufValue* value = find(key);
    if (!value) return std::nullopt;
    const std::optional<double> result = readNumber(value->type, value->bytes.data());
    if (!result) failType(key, "a number");
    return result;
}

std::optional<bool> GgufMetadata::boolean(std::string_view key) const
{
    const GgufValue* value = find(key);
    if (!value) return std::nullopt;
    if (value->type != GgufType::Bool) failType(key, "true or false");
    return readLittleEndian<uint8_t>(value->bytes.data()) != 0;
}

std::optional<std::string> GgufMetadata::text(std::string_view key) const
{
    const GgufValue* value = find(key);
    if (!value) return std::nullopt;
    if (value->type != GgufType::String) failType(key, "a text");
    return std::string(textOf(value->bytes));
}

const GgufValue* GgufMetadata::array(std::string_view key) const
{
    const GgufValue* value = find(key);
    if (value && value->type != GgufType::Array) failType(key, "a list");
    return value;
}

std::vector<int64_t> GgufMetadata::integers(std::string_view key) const
{
    const GgufValue* value = array(key);
    std::vector<int64_t> result;
    if (!value) return result;
    const int64_t step = ggufTypeBytes(value->elementType);
    for (uint64_t i = 0; i < value->count; ++i) {
        const std::optional<int64_t> element =
            readInteger(value->elementType, value->bytes.data() + i * uint64_t(step));
        if (!element) failType(key, "a list of integers");
        result.push_back(*element);
    }
    return result;
}

std::vector<double> GgufMetadata::numbers(std::string_view key) const
{
    const GgufValue* value = array(key);
    std::vector<double> result;
    if (!value) return result;
    const int64_t step = ggufTypeBytes(value->elementType);
    for (uint64_t i = 0; i < value->count; ++i) {
        const std::optional<double> element =
            readNumber(value->elementType, value->bytes.data() + i * uint64_t(step));
        if (!element) failType(key, "a list of numbers");
        result.push_back(*element);
    }
    return result;
}

std::vector<std::string> GgufMetadata::texts(std::string_view key) const
{
    const GgufValue* value = array(key);
    std::vector<std::string> result;
    if (!value) return result;
    if (value->elementType != GgufType::String) failType(key, "a list of texts");
    std::span<const std::byte> rest = value->bytes; // lengths were checked when parsed
    for (uint64_t i = 0; i < value->count; ++i) {
        const auto length = size_t(readLittleEndian<uint64_t>(rest.data()));
        result.emplace_back(textOf(rest.subspan(8, length)));
        rest = rest.subspan(8 + length);
    }
    return result;
}

} // namespace paretoscope
