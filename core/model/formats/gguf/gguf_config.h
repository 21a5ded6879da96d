// Builds the fields of a config.json from the metadata of a GGUF file.
#pragma once

#include "core/base/json.h"
#include "core/model/formats/gguf/gguf_file.h"

#include <optional>
#include <string>

namespace paretoscope {

class GgufConfig {
public:
    // Fills what all decoders have: class, extents, norms' epsilon, rotation, tied output.
    GgufConfig(const GgufFile& file, const char* className);

    // Values below the file's architecture ("llama." in front). Lists count when all their
    // elements are equal; Error(Unsupported) otherwise.
    std::optional<int64_t> integer(const char* key) const;
    std::optional<double> number(const char* key) const;
    int64_t required(const char* key) const; // Error(BadFile) when it is missing
    bool hasTensor(const char* name) const { return file_.has(name); }
    int64_t extent(const char* tensor, size_t dimension) const; // Error(BadFile)

    // `field` from `key`, when it is there.
    GgufConfig& copyInteger(const char* field, const char* key);
    GgufConfig& copyNumber(const char* field, const char* key);
    GgufConfig& set(const char* field, Json value);
    // LongRoPE from its two tensors of factors, when they are there.
    GgufConfig& readLongRope();

    const GgufFile& file() const { return file_; }
    int64_t headDim() const { return headDim_; }
    Json take() { return std::move(json_); }

private:
    std::string keyOf(const char* key) const { return prefix_ + key; }
    void readExtents();
    void readRotation();

    const GgufFile& file_;
    std::string prefix_;
    int64_t headDim_ = 0;
    Json json_;
};

// "general.architecture"; Error(BadFile) when it is missing.
std::string ggufArchitecture(const GgufFile& file);

} // namespace paretoscope
