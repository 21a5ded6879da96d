// The element types of GGUF tensors: plain numbers, blocks that are read and blocks that are not.
//
// Source: github.com/ggml-org/ggml, include/ggml.h and src/ggml-common.h.
#pragma once

#include "core/tensor/block_format.h"

#include <cstdint>
#include <optional>

namespace paretoscope {

struct GgufTensorType {
    const char* name;
    uint32_t number;
    int64_t elements; // of a block; 1 for plain numbers
    int64_t bytes;    // of a block
    std::optional<DType> dtype;          // of plain numbers
    const BlockFormat* blocks = nullptr; // of blocks that are read
};

// Nothing for numbers that stand for no type.
std::optional<GgufTensorType> ggufTensorType(uint32_t number);

} // namespace paretoscope
