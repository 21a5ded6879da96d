// Writes safetensors files with the layout of the reference library: tensors by falling type, then
// by name, behind a header padded to 8 bytes.
#pragma once

#include "core/base/file.h"
#include "core/tensor/tensor.h"

#include <map>
#include <string>

namespace paretoscope {

// Collects tensors, whose bytes stay shared until written. Not thread-safe.
class SafetensorsWriter {
public:
    void add(const std::string& name, const Tensor& tensor); // Error(Internal) for a name twice
    void setMetadata(const std::string& key, const std::string& value);

    int64_t sizeBytes() const; // of the whole file; exact
    void write(Sink& sink) const;

private:
    std::string header() const; // length, JSON and padding

    std::map<std::string, Tensor> tensors_;
    std::map<std::string, std::string> metadata_;
};

} // namespace paretoscope
