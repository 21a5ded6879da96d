#include "core/model/formats/checkpoint.h"

#include "core/base/error.h"
#include "core/base/json.h"

#include <set>

namespace paretoscope {

namespace {

namespace fs = std::filesystem;

// A shard is a plain file name: an index from elsewhere must not point outside its folder.
std::string checkedShardName(const Json& value, const std::string& where)
{
    if (!value.is_string())
        fail(ErrorCode::BadFile, "{}: 'weight_map' must map to file names", where);
    auto name = value.get<std::string>();
    const bool plain = !name.empty() && name != "." && name != ".." &&
                       name.find('/') == std::string::npos && name.find('\0') == std::string::npos;
    if (!plain)
        fail(ErrorCode::BadFile, "{}: the shard '{}' is not a file name inside the folder", where,
             name);
    return name;
}

[[noreturn]] void failWithoutWeights(const fs::path& folder)
{
    for (const char* other : {"pytorch_model.bin", "pytorch_model.bin.index.json", "tf_model.h5",
                              "flax_model.msgpack", "model.ckpt.index"})
        if (fs::exists(folder / other))
            fail(ErrorCode::Unsupported,
                 "'{}' holds its weights as {}, which is not read; convert them to "
                 "model.safetensors",
                 folder.string(), other);
    fail(ErrorCode::NotFound,
         "'{}' holds no weights: neither model.safetensors nor model.safetensors.index.json",
         folder.string());
}

} // namespace

Checkpoint Checkpoint::open(const fs::path& folder)
{
    Checkpoint checkpoint;
    checkpoint.folder_ = folder;
    const fs::path single = folder / "model.safetensors";
    const fs::path index = folder / "model.safetensors.index.json";
    if (fs::exists(single))
        checkpoint.addFile(single);
    else if (fs::exists(index))
        checkpoint.addShards(index);
    else
        failWithoutWeights(folder);
    return checkpoint;
}

void Checkpoint::addFile(const fs::path& path)
{
    files_.push_back(SafetensorsFile::open(path));
    const SafetensorsFile& file = *files_.back();
    for (const auto& [name, entry] : file.header().entries) {
        const auto [place, isNew] = owners_.emplace(name, &file);
        if (!isNew)
            fail(ErrorCode::BadFile, "{}: tensor '{}' lies in {} too", path.string(), name,
                 place->second->path().filename().string());
    }
}

void Checkpoint::addShards(const fs::path& index)
{
    const std::string where = index.string();
    const Json json = readJsonFile(index);
    const Json& map = requireField(json, "weight_map", where);
    if (!map.is_object() || map.empty())
        fail(ErrorCode::BadFile, "{}: 'weight_map' must be an object that names tensors", where);
    std::set<std::string> shards;
    for (const auto& [name, shard] : map.items())
        shards.insert(checkedShardName(shard, where));
    for (const std::string& shard : shards) {
        if (!fs::exists(folder_ / shard))
            fail(ErrorCode::NotFound, "{}: the shard '{}' is missing", where, shard);
        addFile(folder_ / shard);
    }
    for (const auto& [name, shard] : map.items()) {
        const auto owner = owners_.find(name);
        const auto file = shard.get<std::string>();
        if (owner == owners_.end() || owner->second->path().filename() != file)
            fail(ErrorCode::BadFile, "{}: tensor '{}' should lie in {}, which does not hold it",
                 where, name, file);
    }
}

const SafetensorsFile& Checkpoint::ownerOf(const std::string& name) const
{
    const auto owner = owners_.find(name);
    if (owner == owners_.end())
        fail(ErrorCode::BadFile, "{}: tensor '{}' is missing", where(name), name);
    return *owner->second;
}

Tensor Checkpoint::tensor(const std::string& name) const
{
    return ownerOf(name).tensor(name);
}

Tensor Checkpoint::bytesOf(const std::string& name) const
{
    return ownerOf(name).bytesOf(name);
}

std::string Checkpoint::typeOf(const std::string& name) const
{
    return ownerOf(name).header().entries.at(name).dtypeName;
}

std::string Checkpoint::where(const std::string& name) const
{
    const auto owner = owners_.find(name);
    if (owner != owners_.end()) return owner->second->path().string();
    return files_.size() == 1 ? files_.front()->path().string() : folder_.string();
}

std::vector<std::string> Checkpoint::names() const
{
    std::vector<std::string> names;
    names.reserve(owners_.size());
    for (const auto& [name, owner] : owners_)
        names.push_back(name);
    return names;
}

} // namespace paretoscope
