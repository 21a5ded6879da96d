// An open GGUF model: one file, or the parts of a split one.
#pragma once

#include "core/model/formats/gguf/gguf_header.h"
#include "core/model/linear_weight.h"

#include <filesystem>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace paretoscope {

// The file that a path stands for: itself, the only GGUF file of a folder, or the first part of a
// split one. Empty when there is none, or several that do not belong together.
std::filesystem::path ggufFileOf(const std::filesystem::path& path);

// Immutable and thread-safe. Tensors share the mappings and keep them alive.
class GgufFile {
public:
    // A part of a split file ("name-00002-of-00005.gguf") opens all of them, which must lie beside
    // it. Error(NotFound, Io, BadFile or Unsupported).
    static std::shared_ptr<const GgufFile> open(const std::filesystem::path& path);

    const GgufMetadata& metadata() const { return parts_.front().header.metadata; }
    std::vector<std::span<const std::byte>> bytes() const; // of every part, in order

    bool has(const std::string& name) const { return owners_.contains(name); }
    const Shape& shape(const std::string& name) const;   // Error(BadFile) when it is missing
    std::vector<std::string> names() const;              // sorted
    std::string where(const std::string& name) const;    // the file of a tensor, for errors
    const std::string& where() const { return where_; }

    // Plain numbers as they lie in the file. Error(Unsupported) for blocks.
    Tensor tensor(const std::string& name) const;
    // Plain numbers as they are, blocks expanded to f32.
    Tensor expanded(const std::string& name) const;
    // Rows [begin, end) of the tensor seen as a matrix of its last extent, as stored: dense or in
    // blocks. Error(Unsupported) for types that are not read, Error(BadFile) for integers.
    LinearWeightPtr map(const std::string& name, int64_t begin, int64_t end) const;

private:
    struct Part {
        std::string where;
        std::span<const std::byte> bytes;
        std::shared_ptr<const void> owner;
        GgufHeader header;
    };
    struct Place {
        const Part* part;
        const GgufTensorInfo* info;
    };

    void addPart(const std::filesystem::path& path);
    void index();
    void checkCounts() const;
    const Place& place(const std::string& name) const;

    std::string where_;
    std::vector<Part> parts_;
    std::map<std::string, Place> owners_;
};

} // namespace paretoscope
