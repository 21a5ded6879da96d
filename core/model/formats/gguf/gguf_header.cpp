#include "core/model/formats/gguf/gguf_header.h"

#include "core/base/error.h"
#include "core/model/formats/byte_order.h"
#include "core/model/formats/gguf/gguf_tensor_types.h"

#include <bit>
#include <set>
#include <string_view>

namespace paretoscope {

namespace {

constexpr uint32_t magic = 0x46554747; // "GGUF"
constexpr uint64_t longest = uint64_t{1} << 30; // text or list, as in the reference reader
constexpr size_t longestKey = 65535;
constexpr size_t longestName = 256;
constexpr int deepest = 8; // lists in lists
constexpr int64_t defaultAlignment = 32;

// Walks the file; every read is checked against its end.
class Cursor {
public:
    Cursor(std::span<const std::byte> file, const std::string& where) : file_(file), where_(where) {}

    template <class T> T number(const char* what) { return readLittleEndian<T>(take(sizeof(T), what).data()); }
    std::span<const std::byte> take(uint64_t bytes, const char* what)
    {
        if (bytes > file_.size() - at_)
            fail(ErrorCode::BadFile, "{}: the file ends inside {} (byte {})", where_, what, at_);
        const auto part = file_.subspan(at_, size_t(bytes));
        at_ += size_t(bytes);
        return part;
    }
    std::span<const std::byte> text(const char* what)
    {
        const auto length = number<uint64_t>(what);
        if (length > longest)
            fail(ErrorCode::BadFile, "{}: {} should have {} bytes", where_, what, length);
        return take(length, what);
    }
    std::string name(size_t most, const char* what)
    {
        const auto bytes = text(what);
        const std::string_view view(reinterpret_cast<const char*>(bytes.data()), bytes.size());
        if (view.empty() || view.size() > most || view.find('\0') != view.npos)
            fail(ErrorCode::BadFile, "{}: {} of {} bytes is not a name", where_, what, view.size());
        return std::string(view);
    }
    size_t at() const { return at_; }
    std::span<const std::byte> since(size_t begin) const { return file_.subspan(begin, at_ - begin); }

private:
    std::span<const std::byte> file_;
    const std::string& where_;
    size_t at_ = 0;
};

class HeaderParser {
public:
    HeaderParser(std::span<const std::byte> file, const std::string& where)
        : cursor_(file, where)
        , fileBytes_(int64_t(file.size()))
        , where_(where)
    {
        header_.metadata = GgufMetadata(where);
    }

    GgufHeader run()
    {
        readVersion();
        const auto tensors = cursor_.number<uint64_t>("the number of tensors");
        const auto values = cursor_.number<uint64_t>("the number of metadata values");
        for (uint64_t i = 0; i < values; ++i) {
            std::string key = cursor_.name(longestKey, "a metadata key");
            const GgufValue value = readValue(key);
            header_.metadata.add(std::move(key), value);
        }
        for (uint64_t i = 0; i < tensors; ++i) readTensor();
        placeTensors();
        return std::move(header_);
    }

private:
    void readVersion();
    GgufType readType(const std::string& key);
    GgufValue readValue(const std::string& key);
    void skipElements(const std::string& key, GgufType type, uint64_t count, int depth);
    void readTensor();
    int64_t sizeOf(const GgufTensorInfo& info) const;
    int64_t alignment() const;
    void placeTensors();

    Cursor cursor_;
    int64_t fileBytes_;
    const std::string& where_;
    GgufHeader header_;
    std::set<std::string> names_;
};

void HeaderParser::readVersion()
{
    if (cursor_.number<uint32_t>("the magic number") != magic)
        fail(ErrorCode::BadFile, "{}: not a GGUF file", where_);
    header_.version = cursor_.number<uint32_t>("the version");
    if (header_.version == 2 || header_.version == 3) return;
    if ((header_.version & 0xffff) == 0)
        fail(ErrorCode::Unsupported, "{}: GGUF files in big-endian order are not read", where_);
    fail(ErrorCode::Unsupported, "{}: GGUF version {} is not read (2 and 3 are)", where_, header_.version);
}

GgufType HeaderParser::readType(const std::string& key)
{
    const auto number = cursor_.number<uint32_t>("the type of a metadata value");
    if (number > uint32_t(GgufType::F64))
        fail(ErrorCode::BadFile, "{}: '{}' has the unknown type {}", where_, key, number);
    return GgufType(number);
}

GgufValue HeaderParser::readValue(const std::string& key)
{
    GgufValue value;
    value.type = readType(key);
    if (value.type == GgufType::String) {
        value.bytes = cursor_.text("a text of the metadata");
    } else if (value.type == GgufType::Array) {
        value.elementType = readType(key);
        value.count = cursor_.number<uint64_t>("the length of a list");
        const size_t begin = cursor_.at();
        skipElements(key, value.elementType, value.count, 1);
        value.bytes = cursor_.since(begin);
    } else {
        value.bytes = cursor_.take(uint64_t(ggufTypeBytes(value.type)), "a metadata value");
    }
    return value;
}

void HeaderParser::skipElements(const std::string& key, GgufType type, uint64_t count, int depth)
{
    if (depth > deepest) fail(ErrorCode::BadFile, "{}: '{}' nests more than {} lists", where_, key, deepest);
    if (count > longest) fail(ErrorCode::BadFile, "{}: '{}' should have {} elements", where_, key, count);
    if (const int64_t bytes = ggufTypeBytes(type)) {
        cursor_.take(count * uint64_t(bytes), "a list of the metadata"); // below 2^33
        return;
    }
    for (uint64_t i = 0; i < count; ++i) {
        if (type == GgufType::String) {
            cursor_.text("a text of a list");
            continue;
        }
        const GgufType inner = readType(key);
        const auto length = cursor_.number<uint64_t>("the length of a list");
        skipElements(key, inner, length, depth + 1);
    }
}

void HeaderParser::readTensor()
{
    GgufTensorInfo info;
    info.name = cursor_.name(longestName, "a tensor's name");
    if (!names_.insert(info.name).second)
        fail(ErrorCode::BadFile, "{}: tensor '{}' is there twice", where_, info.name);
    const auto dimensions = cursor_.number<uint32_t>("a tensor's number of dimensions");
    if (dimensions > 4)
        fail(ErrorCode::BadFile, "{}: tensor '{}' has {} dimensions", where_, info.name, dimensions);
    info.shape.resize(dimensions);
    for (uint32_t i = 0; i < dimensions; ++i) {
        const auto extent = cursor_.number<uint64_t>("a tensor's extent");
        if (extent < 1 || extent > uint64_t(INT64_MAX))
            fail(ErrorCode::BadFile, "{}: tensor '{}' has the extent {}", where_, info.name, extent);
        info.shape[dimensions - 1 - i] = int64_t(extent);
    }
    info.type = cursor_.number<uint32_t>("a tensor's type");
    const auto offset = cursor_.number<uint64_t>("a tensor's offset");
    if (offset > uint64_t(fileBytes_))
        fail(ErrorCode::BadFile, "{}: tensor '{}' lies {} bytes behind the end of the file (is it cut short?)",
             where_, info.name, offset - uint64_t(fileBytes_));
    info.offset = int64_t(offset);
    info.bytes = sizeOf(info);
    header_.tensors.push_back(std::move(info));
}

int64_t HeaderParser::sizeOf(const GgufTensorInfo& info) const
{
    const std::optional<GgufTensorType> type = ggufTensorType(info.type);
    if (!type) fail(ErrorCode::Unsupported, "{}: tensor '{}' has the unknown type {}", where_, info.name, info.type);
    const int64_t columns = info.shape.empty() ? 1 : info.shape.back();
    if (columns % type->elements != 0)
        fail(ErrorCode::BadFile, "{}: tensor '{}' has rows of {} values, not a multiple of the {} of {}", where_,
             info.name, columns, type->elements, type->name);
    int64_t blocks = columns / type->elements;
    bool fits = true;
    for (size_t i = 0; i + 1 < info.shape.size(); ++i)
        fits = fits && !__builtin_mul_overflow(blocks, info.shape[i], &blocks);
    int64_t bytes = 0;
    fits = fits && !__builtin_mul_overflow(blocks, type->bytes, &bytes);
    if (!fits || bytes > fileBytes_)
        fail(ErrorCode::BadFile, "{}: tensor '{}' of shape {} does not fit into the file (is it cut short?)",
             where_, info.name, shapeText(info.shape));
    return bytes;
}

int64_t HeaderParser::alignment() const
{
    const int64_t value = header_.metadata.integer("general.alignment").value_or(defaultAlignment);
    if (value < 1 || value > (1 << 20) || !std::has_single_bit(uint64_t(value)))
        fail(ErrorCode::BadFile, "{}: 'general.alignment' is {}, not a power of two", where_, value);
    return value;
}

// From offsets in the data area to offsets in the file.
void HeaderParser::placeTensors()
{
    const int64_t step = alignment();
    const auto padded = [step](int64_t bytes) { return (bytes + step - 1) / step * step; };
    const int64_t data = padded(int64_t(cursor_.at()));
    int64_t expected = 0;
    for (GgufTensorInfo& info : header_.tensors) {
        if (info.offset != expected)
            fail(ErrorCode::BadFile, "{}: tensor '{}' starts at byte {} of the data, expected {}", where_,
                 info.name, info.offset, expected);
        info.offset += data;
        if (info.offset > fileBytes_ - info.bytes)
            fail(ErrorCode::BadFile, "{}: tensor '{}' ends behind the file (is it cut short?)", where_, info.name);
        expected = padded(expected + info.bytes);
    }
}

} // namespace

GgufHeader parseGgufHeader(std::span<const std::byte> file, const std::string& where)
{
    return HeaderParser(file, where).run();
}

} // namespace paretoscope
