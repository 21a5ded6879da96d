// Writes the project's own folder, all or nothing.
#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/json.h"
#include "core/base/version.h"
#include "core/model/formats/gguf/gguf_file.h"
#include "core/model/formats/gguf/gguf_vocabulary.h"
#include "core/model/formats/model_folder.h"
#include "core/model/open_model.h"

#include <array>
#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <unistd.h>

namespace paretoscope {

namespace {

namespace fs = std::filesystem;

constexpr std::array companionFiles{"tokenizer.json",
                                    "tokenizer_config.json",
                                    "special_tokens_map.json",
                                    "added_tokens.json",
                                    "vocab.json",
                                    "merges.txt",
                                    "vocab.txt",
                                    "tokenizer.model",
                                    "chat_template.json",
                                    "chat_template.jinja",
                                    "generation_config.json",
                                    ggufTokenizerFileName,
                                    "LICENSE"};

// A folder beside its destination; removed unless it reached it.
class PartialFolder {
public:
    explicit PartialFolder(const fs::path& target)
        : path_(target.parent_path() /
                fmt::format(".{}.part-{}", target.filename().string(), ::getpid()))
    {
        std::error_code error;
        fs::create_directory(path_, error);
        if (error) failErrno(error.value(), fmt::format("cannot write '{}'", target.string()));
    }
    ~PartialFolder()
    {
        std::error_code ignored; // nothing can be done about it in a destructor
        if (!path_.empty()) fs::remove_all(path_, ignored);
    }
    PartialFolder(const PartialFolder&) = delete;
    PartialFolder& operator=(const PartialFolder&) = delete;

    const fs::path& path() const { return path_; }

    void renameTo(const fs::path& target)
    {
        const std::string what = fmt::format("cannot write '{}'", target.string());
        // Another process may have made the folder meanwhile; an existing one is never replaced.
        int result =
            ::renameat2(AT_FDCWD, path_.c_str(), AT_FDCWD, target.c_str(), RENAME_NOREPLACE);
        if (result != 0 && (errno == EINVAL || errno == ENOSYS))
            result = ::rename(path_.c_str(), target.c_str());
        if (result != 0 && (errno == EEXIST || errno == ENOTEMPTY)) failExisting(target);
        if (result != 0) failErrno(errno, what);
        path_.clear();
        const int parent = ::open(target.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (parent < 0) return; // the name is in place, only its durability is in doubt
        ::fsync(parent);
        ::close(parent);
    }

    [[noreturn]] static void failExisting(const fs::path& target)
    {
        fail(ErrorCode::BadUsage, "'{}' exists already; give a name that does not",
             target.string());
    }

private:
    fs::path path_;
};

// A strategy may have changed blocks one by one: what they say counts.
ModelConfig writtenConfig(const Model& model)
{
    ModelConfig config = model.config;
    config.blocks.clear();
    for (const auto& block : model.blocks)
        config.blocks.push_back(block->config);
    return config;
}

// A GGUF file keeps its tokenizer among its metadata.
void copyGgufTokenizer(const fs::path& from, const fs::path& to)
{
    const fs::path file = ggufFileOf(from);
    if (file.empty()) return;
    const std::string content = ggufTokenizerFile(GgufFile::open(file)->metadata());
    if (!content.empty()) writeFileAtomically(to / ggufTokenizerFileName, content);
}

fs::path plainTarget(const fs::path& folder)
{
    const fs::path path = fs::absolute(folder).lexically_normal();
    return path.has_filename() ? path : path.parent_path(); // "out/" means "out"
}

} // namespace

void copyCompanionFiles(const fs::path& from, const fs::path& to)
{
    constexpr size_t most = size_t{1} << 30;
    std::error_code ignored;
    const auto copy = [&](const char* source, const char* target) {
        if (!fs::is_regular_file(from / source, ignored)) return false;
        writeFileAtomically(to / target, readFile(from / source, most));
        return true;
    };
    for (const char* name : companionFiles)
        copy(name, name);
    copyGgufTokenizer(from, to);
    if (!copy("source_config.json", "source_config.json"))
        copy("config.json", "source_config.json");
}

void writeModelFolder(const Model& model, const Json& provenance, const fs::path& folder)
{
    const fs::path target = plainTarget(folder);
    if (fs::exists(fs::symlink_status(target))) PartialFolder::failExisting(target);
    SafetensorsWriter weights;
    Json manifest{{"format", "paretoscope"},
                  {"version", modelFolderVersion},
                  {"written_by", std::string("paretoscope ") + version()},
                  {"name", model.name},
                  {"config", toJson(writtenConfig(model))},
                  {"parts", collectParts(model, weights)},
                  {"provenance", provenance}};
    PartialFolder partial(target);
    writeFileAtomically(partial.path() / weightsFileName, [&](Sink& sink) { weights.write(sink); });
    copyCompanionFiles(model.source, partial.path());
    writeFileAtomically(partial.path() / manifestFileName, manifest.dump(1) + "\n");
    partial.renameTo(target);
}

int64_t modelFileBytes(const Model& model)
{
    SafetensorsWriter weights;
    collectParts(model, weights);
    return weights.sizeBytes();
}

} // namespace paretoscope
