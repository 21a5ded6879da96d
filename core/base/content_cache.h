// Results that can be made again, kept by what they were made from.
//
// Keys are fingerprints of everything that the content depends on, so that an entry is never out of
// date: it is there or it is not. Several processes may use one folder at once.
#pragma once

#include "core/base/file.h"

#include <cstdint>
#include <optional>
#include <string>

namespace paretoscope {

// The user's cache of this program: $XDG_CACHE_HOME/paretoscope, else ~/.cache/paretoscope, else a
// folder below the system's temporary one.
std::filesystem::path userCacheFolder();

// Thread-safe.
class ContentCache {
public:
    // Entries live in `folder`, which is made when the first is stored. Beyond `maxBytes`, those
    // that were used least recently go.
    explicit ContentCache(std::filesystem::path folder, uint64_t maxBytes = uint64_t{4} << 30);

    // The file of an entry, which counts as used now. A reader checks what it finds there: the
    // file may have been damaged since, and is then made again.
    std::optional<std::filesystem::path> find(const std::string& key) const;
    // Writes an entry, all or nothing, over any other of that key. Error(DiskFull or Io).
    std::filesystem::path store(const std::string& key, const std::function<void(Sink&)>& writeContent) const;

    // Forgets an entry, if it is there.
    void drop(const std::string& key) const;

    const std::filesystem::path& folder() const { return folder_; }

private:
    std::filesystem::path fileOf(const std::string& key) const;
    void dropOldest(const std::filesystem::path& keep) const;

    std::filesystem::path folder_;
    uint64_t maxBytes_;
};

} // namespace paretoscope
