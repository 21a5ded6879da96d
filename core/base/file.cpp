#include "core/base/file.h"

#include "core/base/error.h"

#include <array>
#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace paretoscope {

namespace {

class Descriptor {
public:
    Descriptor(const std::filesystem::path& path, int flags, mode_t mode = 0644)
        : descriptor_(::open(path.c_str(), flags | O_CLOEXEC, mode))
    {
    }
    ~Descriptor() { close(); }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;

    int get() const { return descriptor_; }
    bool valid() const { return descriptor_ >= 0; }
    int close()
    {
        const int result = descriptor_ >= 0 ? ::close(descriptor_) : 0;
        descriptor_ = -1;
        return result;
    }

private:
    int descriptor_;
};

size_t regularFileSize(const Descriptor& file, const std::filesystem::path& path)
{
    struct stat status {};
    if (::fstat(file.get(), &status) != 0) failErrno(errno, fmt::format("cannot read '{}'", path.string()));
    if (!S_ISREG(status.st_mode)) fail(ErrorCode::Io, "'{}' is not a regular file", path.string());
    return size_t(status.st_size);
}

class DescriptorSink : public Sink {
public:
    DescriptorSink(int descriptor, std::string name) : descriptor_(descriptor), name_(std::move(name)) {}
    ~DescriptorSink() override = default;

    void write(std::span<const std::byte> bytes) override
    {
        while (!bytes.empty()) {
            const ssize_t count = ::write(descriptor_, bytes.data(), bytes.size());
            if (count < 0 && errno == EINTR) continue;
            if (count < 0) failErrno(errno, fmt::format("cannot write '{}'", name_));
            bytes = bytes.subspan(size_t(count));
        }
    }
    using Sink::write;

private:
    int descriptor_;
    std::string name_;
};

} // namespace

void Sink::write(std::string_view text)
{
    write(std::as_bytes(std::span(text.data(), text.size())));
}

std::shared_ptr<const MappedFile> MappedFile::open(const std::filesystem::path& path)
{
    const Descriptor file(path, O_RDONLY);
    if (!file.valid()) failErrno(errno, fmt::format("cannot open '{}'", path.string()));
    const std::shared_ptr<MappedFile> mapped(new MappedFile);
    mapped->path_ = path;
    mapped->size_ = regularFileSize(file, path);
    if (mapped->size_ == 0) return mapped;
    void* address = ::mmap(nullptr, mapped->size_, PROT_READ, MAP_PRIVATE, file.get(), 0);
    if (address == MAP_FAILED) failErrno(errno, fmt::format("cannot map '{}'", path.string()));
    mapped->data_ = static_cast<const std::byte*>(address);
    return mapped;
}

MappedFile::~MappedFile()
{
    if (data_) ::munmap(const_cast<std::byte*>(data_), size_);
}

std::string readFile(const std::filesystem::path& path, size_t maxBytes)
{
    const Descriptor file(path, O_RDONLY);
    if (!file.valid()) failErrno(errno, fmt::format("cannot open '{}'", path.string()));
    const size_t size = regularFileSize(file, path);
    if (size > maxBytes)
        fail(ErrorCode::BadFile, "'{}' has {} bytes, more than the {} allowed for such a file",
             path.string(), size, maxBytes);
    std::string content(size, '\0');
    size_t done = 0;
    while (done < size) {
        const ssize_t count = ::read(file.get(), content.data() + done, size - done);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) failErrno(errno, fmt::format("cannot read '{}'", path.string()));
        if (count == 0) break;
        done += size_t(count);
    }
    content.resize(done);
    return content;
}

void writeFileAtomically(const std::filesystem::path& path,
                         const std::function<void(Sink&)>& writeContent)
{
    std::filesystem::path temporary = path;
    temporary += fmt::format(".part-{}", ::getpid());
    const std::string what = fmt::format("cannot write '{}'", path.string());
    try {
        Descriptor file(temporary, O_WRONLY | O_CREAT | O_TRUNC);
        if (!file.valid()) failErrno(errno, what);
        DescriptorSink sink(file.get(), path.string());
        writeContent(sink);
        if (::fsync(file.get()) != 0 && errno != EINVAL) failErrno(errno, what);
        if (file.close() != 0) failErrno(errno, what);
        if (::rename(temporary.c_str(), path.c_str()) != 0) failErrno(errno, what);
    } catch (...) {
        ::unlink(temporary.c_str());
        throw;
    }
}

void writeFileAtomically(const std::filesystem::path& path, std::string_view content)
{
    writeFileAtomically(path, [content](Sink& sink) { sink.write(content); });
}

ScratchFolder::ScratchFolder(const std::filesystem::path& parent)
{
    const std::filesystem::path base = parent.empty() ? std::filesystem::temp_directory_path() : parent;
    std::string pattern = (base / "paretoscope-XXXXXX").string();
    if (!::mkdtemp(pattern.data()))
        failErrno(errno, fmt::format("cannot make a scratch folder in '{}'", base.string()));
    path_ = pattern;
}

ScratchFolder::~ScratchFolder()
{
    std::error_code ignored; // nothing can be done about it in a destructor
    std::filesystem::remove_all(path_, ignored);
}

} // namespace paretoscope
