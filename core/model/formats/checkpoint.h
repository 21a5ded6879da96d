// The weights of a Hugging Face folder: one safetensors file, or shards behind an index.
#pragma once

#include "core/model/formats/safetensors.h"

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace paretoscope {

// Immutable and thread-safe.
class Checkpoint {
public:
    // model.safetensors, else the shards of model.safetensors.index.json. Error(NotFound) when the
    // folder holds no weights, Error(Unsupported) when it holds them in a form that is not read,
    // Error(BadFile) when index and shards contradict each other or a shard's name leaves the
    // folder.
    static Checkpoint open(const std::filesystem::path& folder);

    bool has(const std::string& name) const { return owners_.contains(name); }
    Tensor tensor(const std::string& name) const;     // Error(BadFile or Unsupported)
    Tensor bytesOf(const std::string& name) const;    // of a type of 8 bits, as U8
    std::string typeOf(const std::string& name) const; // "F8_E4M3"; Error(BadFile) when missing
    std::string where(const std::string& name) const; // file of a tensor, for errors
    std::vector<std::string> names() const;
    const std::filesystem::path& folder() const { return folder_; }
    // In the order of their names, so that a fingerprint does not depend on the index.
    const std::vector<std::shared_ptr<const SafetensorsFile>>& files() const { return files_; }

private:
    void addFile(const std::filesystem::path& path);
    const SafetensorsFile& ownerOf(const std::string& name) const;
    void addShards(const std::filesystem::path& index);

    std::filesystem::path folder_;
    std::vector<std::shared_ptr<const SafetensorsFile>> files_;
    std::map<std::string, const SafetensorsFile*> owners_;
};

} // namespace paretoscope
