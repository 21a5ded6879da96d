// Writes GGUF files byte by byte, independent of the code under test.
#pragma once

#include "tests/core/model/formats/fixtures.h"

#include <cstdint>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

namespace paretoscope::test {

struct GgufTensor {
    uint32_t type = 0;
    std::vector<int64_t> shape; // outermost first
    std::string bytes;
};

class GgufWriter {
public:
    template <class T> GgufWriter& scalar(const std::string& key, uint32_t type, T value)
    {
        values_.push_back(text(key) + raw(type) + raw(value));
        return *this;
    }
    GgufWriter& integer(const std::string& key, uint32_t value) { return scalar(key, 4, value); }
    GgufWriter& number(const std::string& key, double value) { return scalar(key, 6, float(value)); }
    GgufWriter& boolean(const std::string& key, bool value) { return scalar(key, 7, uint8_t(value)); }
    GgufWriter& string(const std::string& key, const std::string& value)
    {
        values_.push_back(text(key) + raw(uint32_t{8}) + text(value));
        return *this;
    }
    GgufWriter& strings(const std::string& key, const std::vector<std::string>& list)
    {
        std::string value = text(key) + raw(uint32_t{9}) + raw(uint32_t{8}) + raw(uint64_t(list.size()));
        for (const std::string& element : list) value += text(element);
        values_.push_back(value);
        return *this;
    }
    template <class T> GgufWriter& list(const std::string& key, uint32_t type, const std::vector<T>& list)
    {
        std::string value = text(key) + raw(uint32_t{9}) + raw(type) + raw(uint64_t(list.size()));
        for (const T element : list) value += raw(element);
        values_.push_back(value);
        return *this;
    }
    GgufWriter& value(std::string bytes) // key, type and value as they are
    {
        values_.push_back(std::move(bytes));
        return *this;
    }
    GgufWriter& tensor(const std::string& name, GgufTensor tensor)
    {
        tensors_.emplace_back(name, std::move(tensor));
        return *this;
    }

    std::string file(uint32_t version = 3, size_t alignment = 32) const
    {
        std::string head = "GGUF" + raw(version) + raw(uint64_t(tensors_.size())) + raw(uint64_t(values_.size()));
        for (const std::string& value : values_) head += value;
        std::string data;
        for (const auto& [name, tensor] : tensors_) {
            head += text(name) + raw(uint32_t(tensor.shape.size()));
            for (size_t i = tensor.shape.size(); i > 0; --i) head += raw(uint64_t(tensor.shape[i - 1]));
            head += raw(tensor.type) + raw(uint64_t(data.size()));
            data += tensor.bytes;
            pad(data, alignment);
        }
        pad(head, alignment);
        return head + data;
    }

    template <class T> static std::string raw(T value)
    {
        return {reinterpret_cast<const char*>(&value), sizeof value};
    }
    static std::string text(const std::string& content) { return raw(uint64_t(content.size())) + content; }

private:
    static void pad(std::string& bytes, size_t alignment)
    {
        bytes.resize((bytes.size() + alignment - 1) / alignment * alignment, '\0');
    }

    std::vector<std::string> values_;
    std::vector<std::pair<std::string, GgufTensor>> tensors_;
};

inline uint32_t ggufTypeOf(const std::string& dtype)
{
    if (dtype == "F16") return 1;
    return dtype == "BF16" ? 30 : 0;
}

} // namespace paretoscope::test
