#include "core/model/open_model.h"

#include "core/base/error.h"
#include "core/base/text.h"

#include <algorithm>
#include <fmt/ranges.h>
#include <mutex>
#include <set>

namespace paretoscope {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view builtinPrefix = "builtin:";

struct BuiltinFolders {
    std::mutex mutex;
    std::vector<fs::path> folders;
};

BuiltinFolders& builtinFolders()
{
    static BuiltinFolders instance;
    return instance;
}

std::vector<fs::path> builtinFolderList()
{
    const std::scoped_lock lock(builtinFolders().mutex);
    return builtinFolders().folders;
}

const ModelFormat* formatOf(const fs::path& path)
{
    for (const ModelFormat* format : formats::all())
        if (format->recognizes(path)) return format;
    return nullptr;
}

fs::path resolveBuiltin(const std::string& name)
{
    const std::vector<fs::path> folders = builtinFolderList();
    const bool plain =
        !name.empty() && name.find('/') == std::string::npos && name != "." && name != "..";
    for (const fs::path& folder : folders)
        if (plain && fs::exists(folder / name)) return folder / name;
    const std::vector<std::string> names = builtinModelNames();
    std::vector<std::string> searched;
    for (const fs::path& folder : folders)
        searched.push_back(folder.string());
    fail(ErrorCode::NotFound, "there is no built-in model '{}'{} (there are: {}; searched: {})",
         name, didYouMean(name, names),
         names.empty() ? "none" : fmt::format("{}", fmt::join(names, ", ")),
         searched.empty() ? "no folder" : fmt::format("{}", fmt::join(searched, ", ")));
}

[[noreturn]] void failUnrecognized(const fs::path& path)
{
    std::error_code ignored;
    if (fs::is_directory(path, ignored))
        fail(ErrorCode::NotFound,
             "'{}' is not a model folder: it holds neither config.json nor paretoscope.json nor "
             "just one GGUF file",
             path.string());
    if (path.extension() == ".safetensors" || path.extension() == ".json")
        fail(ErrorCode::BadFile, "'{}' is a file; give the folder that holds it", path.string());
    fail(ErrorCode::BadFile,
         "'{}' is not a model: give a Hugging Face folder, a GGUF file or a folder written by "
         "'compress'",
         path.string());
}

} // namespace

void setBuiltinModelFolders(std::vector<fs::path> folders)
{
    const std::scoped_lock lock(builtinFolders().mutex);
    builtinFolders().folders = std::move(folders);
}

std::vector<std::string> builtinModelNames()
{
    std::set<std::string> names;
    for (const fs::path& folder : builtinFolderList()) {
        std::error_code ignored; // a folder that is not there holds no models
        for (const auto& entry : fs::directory_iterator(folder, ignored))
            if (formatOf(entry.path())) names.insert(entry.path().filename().string());
    }
    return {names.begin(), names.end()};
}

fs::path resolveModelPath(const std::string& pathOrName)
{
    if (pathOrName.starts_with(builtinPrefix))
        return resolveBuiltin(pathOrName.substr(builtinPrefix.size()));
    std::error_code ignored;
    if (pathOrName.empty() || !fs::exists(pathOrName, ignored))
        fail(ErrorCode::NotFound, "there is no model '{}': no such file or folder", pathOrName);
    return pathOrName;
}

ModelPtr openModel(const std::string& pathOrName)
{
    const fs::path path = resolveModelPath(pathOrName);
    const ModelFormat* format = formatOf(path);
    if (!format) failUnrecognized(path);
    return format->open(path);
}

} // namespace paretoscope
