// The GGUF container, written front to back.
//
// Source: github.com/ggml-org/ggml, docs/gguf.md.
#pragma once

#include "core/base/file.h"
#include "core/model/formats/gguf/gguf_value.h"
#include "core/tensor/tensor.h"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace paretoscope {

// Collects metadata and tensors; tensors' bytes are made when they are written, one at a time. Not
// thread-safe.
class GgufFileWriter {
public:
    void set(const std::string& key, uint32_t value);
    void set(const std::string& key, float value);
    void set(const std::string& key, bool value);
    void set(const std::string& key, const std::string& value);
    void set(const std::string& key, const char* value) { set(key, std::string(value)); }
    void set(const std::string& key, const std::vector<std::string>& values);
    void set(const std::string& key, const std::vector<int32_t>& values);
    void set(const std::string& key, const std::vector<float>& values);

    // `shape` outermost first; `make` gives exactly `bytes` bytes. Error(Unsupported) for a name
    // beyond the format's 63 bytes.
    void add(const std::string& name, uint32_t ggmlType, const Shape& shape, int64_t bytes,
             std::function<Tensor()> make);

    void write(Sink& sink) const;

private:
    struct Entry {
        std::string name;
        uint32_t type;
        Shape shape;
        int64_t bytes;
        std::function<Tensor()> make;
    };
    void key(const std::string& key, GgufType type);

    std::string metadata_;
    uint64_t keys_ = 0;
    std::vector<Entry> tensors_;
};

} // namespace paretoscope
