// The safetensors container: a JSON header over one data area, read through a mapping.
//
// Source: github.com/huggingface/safetensors, README "Format" and safetensors/src/tensor.rs.
#pragma once

#include "core/tensor/tensor.h"

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>

namespace paretoscope {

// One tensor of the header. Types that the format has and this program does not read keep their
// name and no `dtype`.
struct SafetensorsEntry {
    std::string dtypeName; // "F16"
    std::optional<DType> dtype;
    Shape shape;
    int64_t begin = 0; // bytes in the data area
    int64_t end = 0;
};

// What a header says, checked against itself and the size of the file: known types, bytes equal to
// the type times the extents, tensors that cover the data area without hole or overlap, no name
// twice.
struct SafetensorsHeader {
    std::map<std::string, SafetensorsEntry> entries;
    std::map<std::string, std::string> metadata; // "__metadata__"
    int64_t dataBegin = 0;                       // bytes before the data area
};

// `file` is the whole file; `where` names it. Error(BadFile).
SafetensorsHeader parseSafetensorsHeader(std::span<const std::byte> file, const std::string& where);

// An open file. Immutable and thread-safe; tensors share the mapping and keep it alive.
class SafetensorsFile {
public:
    // Error(NotFound, Io or BadFile).
    static std::shared_ptr<const SafetensorsFile> open(const std::filesystem::path& path);

    const std::filesystem::path& path() const { return path_; }
    const SafetensorsHeader& header() const { return header_; }
    std::span<const std::byte> bytes() const { return bytes_; } // the whole file

    bool has(const std::string& name) const { return header_.entries.contains(name); }
    // Error(BadFile) when it is missing, Error(Unsupported) when its type is not read.
    Tensor tensor(const std::string& name) const;
    // The bytes of a tensor of any type of 8 bits, as U8. Error(BadFile) for other types.
    Tensor bytesOf(const std::string& name) const;

private:
    const SafetensorsEntry& entry(const std::string& name) const;
    std::span<const std::byte> dataOf(const SafetensorsEntry& entry) const;

    SafetensorsFile() = default;

    std::filesystem::path path_;
    SafetensorsHeader header_;
    std::span<const std::byte> bytes_;
    std::shared_ptr<const void> owner_;
};

} // namespace paretoscope
