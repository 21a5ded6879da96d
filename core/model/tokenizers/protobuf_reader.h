// A strict reader of protocol buffers' wire format, for the few messages that matter here.
//
// Fields come in the order of the bytes; nothing is allocated. Groups are refused.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace paretoscope::tokenizers {

class ProtobufReader {
public:
    // `where` names the file and message in errors.
    ProtobufReader(std::string_view message, std::string where)
        : rest_(message)
        , where_(std::move(where))
    {
    }

    struct Field {
        uint32_t number;
        uint32_t wireType;      // 0 varint, 1 eight bytes, 2 bytes, 5 four bytes
        uint64_t value;         // of types 0, 1 and 5
        std::string_view bytes; // of type 2
    };
    // The next field; nullopt at the end. Throws Error(BadFile) for bytes that are no message.
    std::optional<Field> next();

    // The field's value as what it ought to be; Error(BadFile) when its wire type differs.
    std::string_view bytesOf(const Field& field) const;
    std::string textOf(const Field& field) const; // valid UTF-8
    float floatOf(const Field& field) const;
    int32_t integerOf(const Field& field) const;
    bool boolOf(const Field& field) const { return integerOf(field) != 0; }

private:
    uint64_t readVarint();
    uint64_t readFixed(size_t bytes);
    void require(const Field& field, uint32_t wireType) const;

    std::string_view rest_;
    std::string where_;
};

} // namespace paretoscope::tokenizers
