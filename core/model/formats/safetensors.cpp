#include "core/model/formats/safetensors.h"

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/json.h"
#include "core/model/formats/byte_order.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

namespace paretoscope {

namespace {

constexpr uint64_t maxHeaderBytes = 100'000'000; // the reference library's limit
constexpr int64_t largest = INT64_MAX;

struct TypeBits {
    std::string_view name;
    int bits;
};

// Every type of the format, read by this program or not.
constexpr std::array<TypeBits, 22> typeBits{{
    {"BOOL", 8},        {"F4", 4},      {"F6_E2M3", 6}, {"F6_E3M2", 6}, {"U8", 8},
    {"I8", 8},          {"F8_E5M2", 8}, {"F8_E4M3", 8}, {"F8_E8M0", 8}, {"F8_E4M3FNUZ", 8},
    {"F8_E5M2FNUZ", 8}, {"I16", 16},    {"U16", 16},    {"F16", 16},    {"BF16", 16},
    {"I32", 32},        {"U32", 32},    {"F32", 32},    {"C64", 64},    {"F64", 64},
    {"I64", 64},        {"U64", 64},
}};

int bitsOf(const std::string& name, const std::string& what)
{
    for (const TypeBits& row : typeBits)
        if (row.name == name) return row.bits;
    fail(ErrorCode::BadFile, "{} has the unknown type '{}'", what, name);
}

int64_t byteCount(const SafetensorsEntry& entry, const std::string& what)
{
    int64_t bits = bitsOf(entry.dtypeName, what);
    for (const int64_t extent : entry.shape)
        if (__builtin_mul_overflow(bits, extent, &bits))
            fail(ErrorCode::BadFile, "{} has the impossible shape {}", what,
                 shapeText(entry.shape));
    if (bits % 8 != 0) fail(ErrorCode::BadFile, "{} does not end on a whole byte", what);
    return bits / 8;
}

Shape readShape(const Json& value, const std::string& what)
{
    if (!value.is_array()) fail(ErrorCode::BadFile, "{}: 'shape' must be an array", what);
    Shape shape;
    shape.reserve(value.size());
    for (const Json& extent : value) {
        const bool whole =
            extent.is_number_unsigned() && extent.get<uint64_t>() <= uint64_t(largest);
        if (!whole)
            fail(ErrorCode::BadFile, "{}: an extent of 'shape' is not a whole number", what);
        shape.push_back(extent.get<int64_t>());
    }
    return shape;
}

void readOffsets(const Json& value, SafetensorsEntry& entry, const std::string& what)
{
    const auto whole = [](const Json& v) {
        return v.is_number_unsigned() && v.get<uint64_t>() <= uint64_t(largest);
    };
    if (!value.is_array() || value.size() != 2 || !whole(value[0]) || !whole(value[1]))
        fail(ErrorCode::BadFile, "{}: 'data_offsets' must be two whole numbers", what);
    entry.begin = value[0].get<int64_t>();
    entry.end = value[1].get<int64_t>();
    if (entry.end < entry.begin) fail(ErrorCode::BadFile, "{}: 'data_offsets' go backwards", what);
}

SafetensorsEntry readEntry(const Json& value, const std::string& what)
{
    SafetensorsEntry entry;
    entry.dtypeName = requireString(value, "dtype", what);
    entry.dtype = dtypeFromName(entry.dtypeName);
    entry.shape = readShape(requireField(value, "shape", what), what);
    readOffsets(requireField(value, "data_offsets", what), entry, what);
    const int64_t expected = byteCount(entry, what);
    if (entry.end - entry.begin != expected)
        fail(ErrorCode::BadFile, "{}: {} values of {} need {} bytes, 'data_offsets' give {}", what,
             shapeText(entry.shape), entry.dtypeName, expected, entry.end - entry.begin);
    return entry;
}

std::map<std::string, std::string> readMetadata(const Json& value, const std::string& where)
{
    if (!value.is_object()) fail(ErrorCode::BadFile, "{}: '__metadata__' must be an object", where);
    std::map<std::string, std::string> metadata;
    for (const auto& [key, text] : value.items()) {
        if (!text.is_string())
            fail(ErrorCode::BadFile, "{}: '__metadata__' holds '{}', which is not a string", where,
                 key);
        metadata[key] = text.get<std::string>();
    }
    return metadata;
}

// Tensors must lie one after another and fill the data area.
void requireCoverage(const SafetensorsHeader& header, int64_t dataBytes, const std::string& where)
{
    using Row = std::pair<const std::string, SafetensorsEntry>;
    std::vector<const Row*> rows;
    rows.reserve(header.entries.size());
    for (const Row& row : header.entries)
        rows.push_back(&row);
    std::sort(rows.begin(), rows.end(), [](const Row* a, const Row* b) {
        return std::pair(a->second.begin, a->second.end) <
               std::pair(b->second.begin, b->second.end);
    });
    int64_t reached = 0;
    for (const Row* row : rows) {
        if (row->second.begin != reached)
            fail(ErrorCode::BadFile,
                 "{}: tensor '{}' starts at byte {} of the data, expected {} ({})", where,
                 row->first, row->second.begin, reached,
                 row->second.begin < reached ? "an overlap" : "a hole");
        reached = row->second.end;
    }
    if (reached != dataBytes)
        fail(ErrorCode::BadFile, "{}: the header describes {} bytes of data, the file has {}{}",
             where, reached, dataBytes, reached > dataBytes ? " (is the file cut short?)" : "");
}

} // namespace

SafetensorsHeader parseSafetensorsHeader(std::span<const std::byte> file, const std::string& where)
{
    if (file.size() < 8)
        fail(ErrorCode::BadFile, "{}: {} bytes are too few for a safetensors file", where,
             file.size());
    const auto length = readLittleEndian<uint64_t>(file.data());
    if (length > maxHeaderBytes)
        fail(ErrorCode::BadFile, "{}: a header of {} bytes is larger than the {} allowed", where,
             length, maxHeaderBytes);
    if (length > file.size() - 8)
        fail(ErrorCode::BadFile, "{}: the header should have {} bytes, the file ends after {}",
             where, length, file.size() - 8);
    const std::string_view text(reinterpret_cast<const char*>(file.data()) + 8, size_t(length));
    if (!text.starts_with('{'))
        fail(ErrorCode::BadFile, "{}: the header does not start with '{{'", where);
    const Json json = parseJson(text, where);
    SafetensorsHeader header;
    header.dataBegin = int64_t(8 + length);
    for (const auto& [name, value] : json.items()) {
        if (name == "__metadata__")
            header.metadata = readMetadata(value, where);
        else
            header.entries.emplace(name,
                                   readEntry(value, fmt::format("{}: tensor '{}'", where, name)));
    }
    requireCoverage(header, int64_t(file.size()) - header.dataBegin, where);
    return header;
}

std::shared_ptr<const SafetensorsFile> SafetensorsFile::open(const std::filesystem::path& path)
{
    const std::shared_ptr<const MappedFile> mapped = MappedFile::open(path);
    const std::shared_ptr<SafetensorsFile> file(new SafetensorsFile);
    file->path_ = path;
    file->bytes_ = mapped->bytes();
    file->owner_ = mapped;
    file->header_ = parseSafetensorsHeader(mapped->bytes(), path.string());
    return file;
}

const SafetensorsEntry& SafetensorsFile::entry(const std::string& name) const
{
    const auto found = header_.entries.find(name);
    if (found == header_.entries.end())
        fail(ErrorCode::BadFile, "{}: tensor '{}' is missing", path_.string(), name);
    return found->second;
}

std::span<const std::byte> SafetensorsFile::dataOf(const SafetensorsEntry& entry) const
{
    return bytes_.subspan(size_t(header_.dataBegin + entry.begin), size_t(entry.end - entry.begin));
}

Tensor SafetensorsFile::tensor(const std::string& name) const
{
    const SafetensorsEntry& found = entry(name);
    if (!found.dtype)
        fail(ErrorCode::Unsupported, "{}: tensor '{}' has the type {}, which is not read",
             path_.string(), name, found.dtypeName);
    return {*found.dtype, found.shape, dataOf(found), owner_};
}

Tensor SafetensorsFile::bytesOf(const std::string& name) const
{
    const SafetensorsEntry& found = entry(name);
    if (found.end - found.begin != elementCount(found.shape))
        fail(ErrorCode::BadFile, "{}: tensor '{}' has the type {}, expected one of 8 bits",
             path_.string(), name, found.dtypeName);
    return {DType::U8, found.shape, dataOf(found), owner_};
}

} // namespace paretoscope
