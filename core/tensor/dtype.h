// Element types. A dtype is a row in one table: loader, memory estimate, labels and tests read it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace paretoscope {

enum class DType : uint8_t { F64, F32, F16, BF16, I64, I32, I16, I8, U64, U32, U16, U8, Bool };

struct DTypeTraits {
    DType dtype;
    const char* name;       // as in safetensors: "F16"
    size_t sizeBytes;       // of one element
    bool isFloat;
    // Converts `count` elements to f32; null for types that are never weights.
    void (*toFloat)(const std::byte* source, float* destination, int64_t count);
};

const DTypeTraits& traits(DType dtype);
std::span<const DTypeTraits> allDTypes();
std::optional<DType> dtypeFromName(std::string_view name);

} // namespace paretoscope
