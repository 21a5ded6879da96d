// What a GGUF file says before its data.
//
// Source: github.com/ggml-org/ggml, docs/gguf.md and src/gguf.cpp (limits of the reference reader).
#pragma once

#include "core/model/formats/gguf/gguf_value.h"
#include "core/tensor/tensor.h"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace paretoscope {

struct GgufTensorInfo {
    std::string name;
    uint32_t type = 0;   // ggufTensorType knows it
    Shape shape;         // outermost first; the file has the innermost first
    int64_t offset = 0;  // from the beginning of the file
    int64_t bytes = 0;
};

struct GgufHeader {
    uint32_t version = 0;
    GgufMetadata metadata;
    std::vector<GgufTensorInfo> tensors; // in the order of the file
};

// `file` is the whole file and must outlive the result; `where` names it. Everything is checked:
// lengths, types, alignment, names that are there twice, tensors that leave the file or do not lie
// one after another. Error(BadFile), or Error(Unsupported) for versions and byte orders that are
// not read.
GgufHeader parseGgufHeader(std::span<const std::byte> file, const std::string& where);

} // namespace paretoscope
