#include "core/model/tokenizers/protobuf_reader.h"

#include "core/base/error.h"
#include "core/base/text.h"

#include <bit>

namespace paretoscope::tokenizers {

uint64_t ProtobufReader::readVarint()
{
    uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
        if (rest_.empty()) fail(ErrorCode::BadFile, "{}: ends inside a number", where_);
        const auto byte = uint8_t(rest_.front());
        rest_.remove_prefix(1);
        value |= uint64_t(byte & 0x7f) << shift;
        if (byte < 0x80) return value;
    }
    fail(ErrorCode::BadFile, "{}: holds a number of more than ten bytes", where_);
}

uint64_t ProtobufReader::readFixed(size_t bytes)
{
    if (rest_.size() < bytes) fail(ErrorCode::BadFile, "{}: ends inside a number", where_);
    uint64_t value = 0;
    for (size_t i = bytes; i-- > 0;)
        value = value << 8 | uint8_t(rest_[i]);
    rest_.remove_prefix(bytes);
    return value;
}

std::optional<ProtobufReader::Field> ProtobufReader::next()
{
    if (rest_.empty()) return std::nullopt;
    const uint64_t key = readVarint();
    Field field{uint32_t(key >> 3), uint32_t(key & 7), 0, {}};
    if (key >> 3 == 0 || key >> 3 > 0x1fffffff)
        fail(ErrorCode::BadFile, "{}: holds a field numbered {}", where_, key >> 3);
    switch (field.wireType) {
    case 0:
        field.value = readVarint();
        break;
    case 1:
        field.value = readFixed(8);
        break;
    case 5:
        field.value = readFixed(4);
        break;
    case 2: {
        const uint64_t length = readVarint();
        if (length > rest_.size())
            fail(ErrorCode::BadFile, "{}: field {} claims {} bytes where {} are left", where_,
                 field.number, length, rest_.size());
        field.bytes = rest_.substr(0, size_t(length));
        rest_.remove_prefix(size_t(length));
        break;
    }
    default:
        fail(ErrorCode::BadFile, "{}: field {} has the wire type {}", where_, field.number,
             field.wireType);
    }
    return field;
}

void ProtobufReader::require(const Field& field, uint32_t wireType) const
{
    if (field.wireType != wireType)
        fail(ErrorCode::BadFile, "{}: field {} has the wire type {}, not {}", where_, field.number,
             field.wireType, wireType);
}

std::string_view ProtobufReader::bytesOf(const Field& field) const
{
    require(field, 2);
    return field.bytes;
}

std::string ProtobufReader::textOf(const Field& field) const
{
    require(field, 2);
    if (firstInvalidUtf8(field.bytes))
        fail(ErrorCode::BadFile, "{}: field {} is not UTF-8 text", where_, field.number);
    return std::string(field.bytes);
}

float ProtobufReader::floatOf(const Field& field) const
{
    require(field, 5);
    return std::bit_cast<float>(uint32_t(field.value));
}

int32_t ProtobufReader::integerOf(const Field& field) const
{
    require(field, 0);
    return int32_t(uint32_t(field.value)); // negative numbers come as ten bytes
}

} // namespace paretoscope::tokenizers
