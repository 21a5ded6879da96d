#include "core/model/formats/gguf/gguf_file.h"

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/model/formats/gguf/gguf_tensor_types.h"

#include <algorithm>
#include <fstream>
#include <regex>

namespace paretoscope {

namespace {

namespace fs = std::filesystem;

constexpr int64_t mostParts = 9999;

std::string partName(const std::string& start, int64_t number, int64_t count)
{
    return fmt::format("{}-{:05}-of-{:05}.gguf", start, number, count);
}

// The paths of all parts, the first in front; `path` alone when its name does not say more.
std::vector<fs::path> partPaths(const fs::path& path)
{
    static const std::regex pattern("(.*)-([0-9]{5})-of-([0-9]{5})\\.gguf");
    const std::string name = path.filename().string();
    std::smatch match;
    if (!std::regex_match(name, match, pattern)) return {path};
    const int64_t count = std::stoll(match[3]);
    const int64_t number = std::stoll(match[2]);
    if (count < 1 || count > mostParts || number < 1 || number > count)
        fail(ErrorCode::BadFile, "'{}' is no part of {}", path.string(), count);
    std::vector<fs::path> paths;
    for (int64_t i = 1; i <= count; ++i) {
        paths.push_back(path.parent_path() / partName(match[1], i, count));
        std::error_code ignored;
        if (!fs::exists(paths.back(), ignored))
            fail(ErrorCode::NotFound, "'{}' is missing: the model is split into {} files", paths.back().string(),
                 count);
    }
    return paths;
}

bool isFirstOf(const fs::path& path, size_t count)
{
    return path.filename().string().ends_with(partName("", 1, int64_t(count)));
}

bool looksLikeGguf(const fs::path& path)
{
    std::error_code ignored;
    if (!fs::is_regular_file(path, ignored)) return false;
    char start[4] = {};
    std::ifstream(path, std::ios::binary).read(start, sizeof start);
    return std::string_view(start, sizeof start) == "GGUF" || path.extension() == ".gguf";
}

} // namespace

fs::path ggufFileOf(const fs::path& path)
{
    std::error_code ignored;
    if (!fs::is_directory(path, ignored)) return looksLikeGguf(path) ? path : fs::path();
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(path, ignored))
        if (entry.path().extension() == ".gguf" && looksLikeGguf(entry.path())) files.push_back(entry.path());
    std::sort(files.begin(), files.end());
    if (files.empty()) return {};
    return files.size() == 1 || isFirstOf(files.front(), files.size()) ? files.front() : fs::path();
}

std::shared_ptr<const GgufFile> GgufFile::open(const fs::path& path)
{
    auto file = std::make_shared<GgufFile>();
    const std::vector<fs::path> paths = partPaths(path);
    file->where_ = paths.front().string();
    file->parts_.reserve(paths.size()); // places point into it
    for (const fs::path& part : paths) file->addPart(part);
    file->checkCounts();
    file->index();
    return file;
}

void GgufFile::addPart(const fs::path& path)
{
    const std::shared_ptr<const MappedFile> mapped = MappedFile::open(path);
    Part part;
    part.where = path.string();
    part.bytes = mapped->bytes();
    part.owner = mapped;
    part.header = parseGgufHeader(part.bytes, part.where);
    parts_.push_back(std::move(part));
}

void GgufFile::checkCounts() const
{
    const auto count = int64_t(parts_.size());
    int64_t tensors = 0;
    for (int64_t i = 0; i < count; ++i) {
        const Part& part = parts_[size_t(i)];
        const int64_t said = part.header.metadata.integer("split.count").value_or(count == 1 ? 1 : 0);
        if (said != count && !(said == 0 && count == 1))
            fail(ErrorCode::BadFile, "{}: 'split.count' is {}, the name says {}", part.where, said, count);
        const int64_t number = part.header.metadata.integer("split.no").value_or(0);
        if (number != i)
            fail(ErrorCode::BadFile, "{}: 'split.no' is {}, the name says {}", part.where, number, i);
        tensors += int64_t(part.header.tensors.size());
    }
    const auto all = parts_.front().header.metadata.integer("split.tensors.count");
    if (count > 1 && all && *all != tensors)
        fail(ErrorCode::BadFile, "{}: 'split.tensors.count' is {}, the files have {}", where_, *all, tensors);
}

void GgufFile::index()
{
    for (const Part& part : parts_)
        for (const GgufTensorInfo& info : part.header.tensors) {
            const auto [place, isNew] = owners_.emplace(info.name, Place{&part, &info});
            if (!isNew)
                fail(ErrorCode::BadFile, "{}: tensor '{}' lies in {} too", part.where, info.name,
                     place->second.part->where);
        }
}

std::vector<std::span<const std::byte>> GgufFile::bytes() const
{
    std::vector<std::span<const std::byte>> all;
    for (const Part& part : parts_) all.push_back(part.bytes);
    return all;
}

const GgufFile::Place& GgufFile::place(const std::string& name) const
{
    const auto found = owners_.find(name);
    if (found == owners_.end()) fail(ErrorCode::BadFile, "{}: tensor '{}' is missing", where_, name);
    return found->second;
}

const Shape& GgufFile::shape(const std::string& name) const
{
    return place(name).info->shape;
}

std::string GgufFile::where(const std::string& name) const
{
    const auto found = owners_.find(name);
    return found == owners_.end() ? where_ : found->second.part->where;
}

std::vector<std::string> GgufFile::names() const
{
    std::vector<std::string> names;
    names.reserve(owners_.size());
    for (const auto& [name, place] : owners_) names.push_back(name);
    return names;
}

Tensor GgufFile::tensor(const std::string& name) const
{
    const auto& [part, info] = place(name);
    const GgufTensorType type = *ggufTensorType(info->type);
    if (!type.dtype)
        fail(ErrorCode::Unsupported, "{}: tensor '{}' is stored as {}, expected plain numbers", part->where, name,
             type.name);
    return {*type.dtype, info->shape, part->bytes.subspan(size_t(info->offset), size_t(info->bytes)), part->owner};
}

Tensor GgufFile::expanded(const std::string& name) const
{
    const auto& [part, info] = place(name);
    if (ggufTensorType(info->type)->dtype) return tensor(name);
    const int64_t columns = info->shape.empty() ? 1 : info->shape.back();
    const int64_t count = elementCount(info->shape);
    const LinearWeightPtr stored = map(name, 0, columns == 0 ? 0 : count / columns);
    Tensor result = Tensor::zeros(DType::F32, info->shape);
    stored->toDense(0, {result.fill<float>().data(), count / columns, columns});
    return result;
}

LinearWeightPtr GgufFile::map(const std::string& name, int64_t begin, int64_t end) const
{
    const auto& [part, info] = place(name);
    const GgufTensorType type = *ggufTensorType(info->type);
    const int64_t columns = info->shape.empty() ? 1 : info->shape.back();
    const int64_t rowBytes = columns / type.elements * type.bytes;
    const int64_t rows = rowBytes == 0 ? 0 : info->bytes / rowBytes;
    if (begin < 0 || end <= begin || end > rows)
        fail(ErrorCode::BadFile, "{}: tensor '{}' of shape {} has no rows {} to {}", part->where, name,
             shapeText(info->shape), begin, end);
    const auto bytes =
        part->bytes.subspan(size_t(info->offset + begin * rowBytes), size_t((end - begin) * rowBytes));
    if (type.blocks)
        return std::make_shared<BlockLinear>(
            BlockMatrix{type.blocks, end - begin, columns, {DType::U8, {end - begin, rowBytes}, bytes, part->owner}});
    if (!type.dtype)
        fail(ErrorCode::Unsupported, "{}: tensor '{}' is stored as {}, which is not read", part->where, name,
             type.name);
    if (!traits(*type.dtype).isFloat)
        fail(ErrorCode::BadFile, "{}: tensor '{}' has the type {}, expected a float type", part->where, name,
             type.name);
    return std::make_shared<DenseLinear>(Tensor(*type.dtype, {end - begin, columns}, bytes, part->owner));
}

} // namespace paretoscope
