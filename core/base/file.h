// Files: mapped reading, and writing that is all or nothing.
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace paretoscope {

// A whole file mapped read-only. Immutable and thread-safe; shared ownership keeps the mapping
// alive for every tensor that points into it. A file that shrinks while mapped ends the process
// with SIGBUS, as for any mapped file; runs happen in worker processes for reasons like this one.
class MappedFile {
public:
    // Throws Error(NotFound or Io).
    static std::shared_ptr<const MappedFile> open(const std::filesystem::path& path);
    ~MappedFile();
    MappedFile(const MappedFile&) = delete;
    MappedFile& operator=(const MappedFile&) = delete;

    std::span<const std::byte> bytes() const { return {data_, size_}; }
    const std::filesystem::path& path() const { return path_; }

private:
    MappedFile() = default;

    std::filesystem::path path_;
    const std::byte* data_ = nullptr;
    size_t size_ = 0;
};

// Whole content of a regular file. Throws Error(NotFound, Io, or BadFile beyond `maxBytes`).
std::string readFile(const std::filesystem::path& path, size_t maxBytes = size_t{1} << 30);

// Where bytes of a file being written go. `write` throws Error(DiskFull or Io).
class Sink {
public:
    virtual ~Sink() = default;
    virtual void write(std::span<const std::byte> bytes) = 0;
    void write(std::string_view text);
};

// Counts what would be written. Used to report file sizes that equal the bytes on disk.
class CountingSink : public Sink {
public:
    void write(std::span<const std::byte> bytes) override { size_ += bytes.size(); }
    using Sink::write;
    size_t sizeBytes() const { return size_; }

private:
    size_t size_ = 0;
};

// Writes a temporary file beside `path`, flushes it to the disk and renames it over `path`; on any
// exception the temporary is removed and `path` is as it was.
void writeFileAtomically(const std::filesystem::path& path,
                         const std::function<void(Sink&)>& writeContent);
void writeFileAtomically(const std::filesystem::path& path, std::string_view content);

// A folder of its own below the system's temporary folder (or `parent`), removed with its content.
class ScratchFolder {
public:
    explicit ScratchFolder(const std::filesystem::path& parent = {});
    ~ScratchFolder();
    ScratchFolder(const ScratchFolder&) = delete;
    ScratchFolder& operator=(const ScratchFolder&) = delete;

    const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
};

} // namespace paretoscope
