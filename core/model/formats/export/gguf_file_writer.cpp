#include "core/model/formats/export/gguf_file_writer.h"

#include "core/base/error.h"

#include <algorithm>
#include <string_view>

namespace paretoscope {

namespace {

constexpr int64_t alignment = 32; // the format's default

template <class T> void append(std::string& to, T number)
{
    to.append(reinterpret_cast<const char*>(&number), sizeof number);
}

void appendText(std::string& to, std::string_view text)
{
    append(to, uint64_t(text.size()));
    to += text;
}

int64_t padded(int64_t bytes)
{
    return (bytes + alignment - 1) / alignment * alignment;
}

} // namespace

void GgufFileWriter::key(const std::string& key, GgufType type)
{
    appendText(metadata_, key);
    append(metadata_, uint32_t(type));
    ++keys_;
}

void GgufFileWriter::set(const std::string& name, uint32_t value)
{
    key(name, GgufType::U32);
    append(metadata_, value);
}

void GgufFileWriter::set(const std::string& name, float value)
{
    key(name, GgufType::F32);
    append(metadata_, value);
}

void GgufFileWriter::set(const std::string& name, bool value)
{
    key(name, GgufType::Bool);
    append(metadata_, uint8_t(value ? 1 : 0));
}

void GgufFileWriter::set(const std::string& name, const std::string& value)
{
    key(name, GgufType::String);
    appendText(metadata_, value);
}

void GgufFileWriter::set(const std::string& name, const std::vector<std::string>& values)
{
    key(name, GgufType::Array);
    append(metadata_, uint32_t(GgufType::String));
    append(metadata_, uint64_t(values.size()));
    for (const std::string& value : values) appendText(metadata_, value);
}

void GgufFileWriter::set(const std::string& name, const std::vector<int32_t>& values)
{
    key(name, GgufType::Array);
    append(metadata_, uint32_t(GgufType::I32));
    append(metadata_, uint64_t(values.size()));
    for (const int32_t value : values) append(metadata_, value);
}

void GgufFileWriter::set(const std::string& name, const std::vector<float>& values)
{
    key(name, GgufType::Array);
    append(metadata_, uint32_t(GgufType::F32));
    append(metadata_, uint64_t(values.size()));
    for (const float value : values) append(metadata_, value);
}

void GgufFileWriter::add(const std::string& name, uint32_t type, const Shape& shape, int64_t bytes,
                         std::function<Tensor()> make)
{
    constexpr size_t longest = 63;
    if (name.size() > longest) fail(ErrorCode::Unsupported, "the tensor name '{}' is too long for GGUF", name);
    tensors_.push_back({name, type, shape, bytes, std::move(make)});
}

void GgufFileWriter::write(Sink& sink) const
{
    std::string head = "GGUF";
    append(head, uint32_t{3});
    append(head, uint64_t(tensors_.size()));
    append(head, keys_);
    head += metadata_;
    uint64_t offset = 0;
    for (const Entry& entry : tensors_) {
        appendText(head, entry.name);
        append(head, uint32_t(entry.shape.size()));
        for (auto extent = entry.shape.rbegin(); extent != entry.shape.rend(); ++extent) append(head, uint64_t(*extent));
        append(head, entry.type);
        append(head, offset);
        offset += uint64_t(padded(entry.bytes));
    }
    head.resize(size_t(padded(int64_t(head.size()))), '\0');
    sink.write(std::string_view(head));
    for (const Entry& entry : tensors_) {
        const Tensor tensor = entry.make();
        if (tensor.sizeBytes() != entry.bytes)
            fail(ErrorCode::Internal, "'{}' has {} bytes, announced were {}", entry.name, tensor.sizeBytes(), entry.bytes);
        sink.write(tensor.bytes());
        sink.write(std::string_view(std::string(size_t(padded(entry.bytes) - entry.bytes), '\0')));
    }
}

} // namespace paretoscope
