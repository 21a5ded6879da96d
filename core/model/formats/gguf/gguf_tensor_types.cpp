#include "core/model/formats/gguf/gguf_tensor_types.h"

#include <array>

namespace paretoscope {

namespace {

// Sizes are known, so that files which also hold them can be read up to them.
constexpr std::array<GgufTensorType, 12> others{{
    {"F32", 0, 1, 4, DType::F32},
    {"F16", 1, 1, 2, DType::F16},
    {"BF16", 30, 1, 2, DType::BF16},
    {"F64", 28, 1, 8, DType::F64},
    {"I8", 24, 1, 1, DType::I8},
    {"I16", 25, 1, 2, DType::I16},
    {"I32", 26, 1, 4, DType::I32},
    {"I64", 27, 1, 8, DType::I64},
    {"Q8_1", 9, 32, 36, {}},
    {"Q8_K", 15, 256, 292, {}},
    {"Q1_0", 41, 128, 18, {}},
    {"Q2_0", 42, 64, 18, {}},
}};

} // namespace

std::optional<GgufTensorType> ggufTensorType(uint32_t number)
{
    if (const BlockFormat* format = blockFormatByType(number))
        return GgufTensorType{format->name, number, format->elements, format->bytes, {}, format};
    for (const GgufTensorType& row : others)
        if (row.number == number) return row;
    return std::nullopt;
}

} // namespace paretoscope
