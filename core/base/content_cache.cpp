#include "core/base/content_cache.h"

#include "core/base/error.h"

#include <algorithm>
#include <cstdlib>
#include <vector>

namespace paretoscope {

namespace {

constexpr const char* ending = ".cache";

std::string environment(const char* name)
{
    const char* value = std::getenv(name);
    return value ? value : "";
}

} // namespace

std::filesystem::path userCacheFolder()
{
    if (const std::string cache = environment("XDG_CACHE_HOME"); !cache.empty())
        return std::filesystem::path(cache) / "paretoscope";
    if (const std::string home = environment("HOME"); !home.empty())
        return std::filesystem::path(home) / ".cache" / "paretoscope";
    return std::filesystem::temp_directory_path() / "paretoscope-cache";
}

ContentCache::ContentCache(std::filesystem::path folder, uint64_t maxBytes)
    : folder_(std::move(folder)), maxBytes_(maxBytes)
{
}

std::filesystem::path ContentCache::fileOf(const std::string& key) const
{
    const bool plain = !key.empty() && std::all_of(key.begin(), key.end(), [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || c == '-';
    });
    if (!plain) fail(ErrorCode::Internal, "'{}' is no key of a cache", key);
    return folder_ / (key + ending);
}

std::optional<std::filesystem::path> ContentCache::find(const std::string& key) const
{
    const std::filesystem::path file = fileOf(key);
    std::error_code error;
    if (!std::filesystem::is_regular_file(file, error)) return std::nullopt;
    // The time of the last write stands for that of the last use.
    std::filesystem::last_write_time(file, std::filesystem::file_time_type::clock::now(), error);
    return file;
}

std::filesystem::path ContentCache::store(const std::string& key,
                                          const std::function<void(Sink&)>& writeContent) const
{
    const std::filesystem::path file = fileOf(key);
    std::error_code error;
    std::filesystem::create_directories(folder_, error);
    if (error) fail(ErrorCode::Io, "cannot make the folder '{}': {}", folder_.string(), error.message());
    writeFileAtomically(file, writeContent);
    dropOldest(file);
    return file;
}

void ContentCache::drop(const std::string& key) const
{
    std::error_code error;
    std::filesystem::remove(fileOf(key), error);
}

void ContentCache::dropOldest(const std::filesystem::path& keep) const
{
    struct Entry {
        std::filesystem::path file;
        std::filesystem::file_time_type used;
        uint64_t bytes;
    };
    std::vector<Entry> entries;
    uint64_t total = 0;
    std::error_code error;
    for (std::filesystem::directory_iterator it(folder_, error), end; !error && it != end; it.increment(error)) {
        if (it->path().extension() != ending) continue;
        std::error_code gone; // another process may drop entries as well
        const uint64_t bytes = it->file_size(gone);
        const auto used = it->last_write_time(gone);
        if (gone) continue;
        entries.push_back({it->path(), used, bytes});
        total += bytes;
    }
    std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) { return a.used < b.used; });
    for (const Entry& entry : entries) {
        if (total <= maxBytes_) return;
        if (entry.file == keep) continue;
        std::filesystem::remove(entry.file, error);
        total -= entry.bytes;
    }
}

} // namespace paretoscope
