// Metadata of a GGUF file, kept as it lies in the file.
//
// Source: github.com/ggml-org/ggml, docs/gguf.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace paretoscope {

enum class GgufType : uint32_t { U8, I8, U16, I16, U32, I32, F32, Bool, String, Array, U64, I64, F64 };

// Bytes of one number; 0 for strings and arrays.
int64_t ggufTypeBytes(GgufType type);
const char* ggufTypeName(GgufType type);

// A view into the mapped file, which whoever holds the value keeps open. Checked when parsed.
struct GgufValue {
    GgufType type = GgufType::U8;
    GgufType elementType = GgufType::U8; // of an array
    uint64_t count = 0;                  // elements of an array
    std::span<const std::byte> bytes;    // number, text or elements, without lengths in front
};

// By key, with typed access: absent keys are nothing, keys of another type Error(BadFile) naming
// `where` and the key. Integers are accepted where a number is asked for.
class GgufMetadata {
public:
    GgufMetadata() = default;
    explicit GgufMetadata(std::string where) : where_(std::move(where)) {}

    void add(std::string key, const GgufValue& value); // Error(BadFile) for a key that is there
    bool has(std::string_view key) const { return find(key) != nullptr; }
    const GgufValue* find(std::string_view key) const;

    std::optional<int64_t> integer(std::string_view key) const;
    std::optional<double> number(std::string_view key) const;
    std::optional<bool> boolean(std::string_view key) const;
    std::optional<std::string> text(std::string_view key) const;
    // Empty when absent.
    std::vector<int64_t> integers(std::string_view key) const;
    std::vector<double> numbers(std::string_view key) const;
    std::vector<std::string> texts(std::string_view key) const;

    const std::map<std::string, GgufValue, std::less<>>& values() const { return values_; }
    const std::string& where() const { return where_; }

private:
    const GgufValue* array(std::string_view key) const;
    [[noreturn]] void failType(std::string_view key, const char* expected) const;

    std::string where_;
    std::map<std::string, GgufValue, std::less<>> values_;
};

} // namespace paretoscope
