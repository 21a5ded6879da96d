#include "core/model/formats/safetensors_writer.h"

#include "core/base/error.h"
#include "core/base/json.h"
#include "core/model/formats/byte_order.h"

#include <algorithm>
#include <array>
#include <fmt/ranges.h>
#include <string_view>
#include <vector>

namespace paretoscope {

namespace {

// The reference library's order of types, smallest alignment first.
constexpr std::array<std::string_view, 15> typeOrder{"BOOL", "U8",  "I8",  "F8_E5M2", "F8_E4M3",
                                                     "I16",  "U16", "F16", "BF16",    "I32",
                                                     "U32",  "F32", "F64", "I64",     "U64"};

size_t typeRank(DType dtype)
{
    const auto* found = std::find(typeOrder.begin(), typeOrder.end(), traits(dtype).name);
    return size_t(found - typeOrder.begin());
}

using Row = std::pair<const std::string, Tensor>;

std::vector<const Row*> inFileOrder(const std::map<std::string, Tensor>& tensors)
{
    std::vector<const Row*> rows;
    rows.reserve(tensors.size());
    for (const Row& row : tensors)
        rows.push_back(&row);
    std::stable_sort(rows.begin(), rows.end(), [](const Row* a, const Row* b) {
        return typeRank(a->second.dtype()) > typeRank(b->second.dtype());
    });
    return rows;
}

std::string quoted(const std::string& text)
{
    return Json(text).dump(-1, ' ', false, Json::error_handler_t::replace);
}

} // namespace

void SafetensorsWriter::add(const std::string& name, const Tensor& tensor)
{
    if (name == "__metadata__" || !tensors_.emplace(name, tensor).second)
        fail(ErrorCode::Internal, "tensor '{}' would be written twice", name);
}

void SafetensorsWriter::setMetadata(const std::string& key, const std::string& value)
{
    metadata_[key] = value;
}

std::string SafetensorsWriter::header() const
{
    std::vector<std::string> fields;
    if (!metadata_.empty()) {
        std::vector<std::string> pairs;
        for (const auto& [key, value] : metadata_)
            pairs.push_back(quoted(key) + ":" + quoted(value));
        fields.push_back(fmt::format("\"__metadata__\":{{{}}}", fmt::join(pairs, ",")));
    }
    int64_t offset = 0;
    for (const Row* row : inFileOrder(tensors_)) {
        const Tensor& tensor = row->second;
        const int64_t end = offset + tensor.sizeBytes();
        fields.push_back(fmt::format(
            "{}:{{\"dtype\":\"{}\",\"shape\":[{}],\"data_offsets\":[{},{}]}}", quoted(row->first),
            traits(tensor.dtype()).name, fmt::join(tensor.shape(), ","), offset, end));
        offset = end;
    }
    std::string text = fmt::format("{{{}}}", fmt::join(fields, ","));
    text.resize((text.size() + 7) / 8 * 8, ' ');
    std::string length(8, '\0');
    writeLittleEndian(length.data(), uint64_t(text.size()));
    return length + text;
}

int64_t SafetensorsWriter::sizeBytes() const
{
    int64_t size = int64_t(header().size());
    for (const auto& [name, tensor] : tensors_)
        size += tensor.sizeBytes();
    return size;
}

void SafetensorsWriter::write(Sink& sink) const
{
    sink.write(header());
    for (const Row* row : inFileOrder(tensors_))
        sink.write(row->second.bytes());
}

} // namespace paretoscope
