#include "core/model/formats/partial_folder.h"

#include "core/base/error.h"

#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <unistd.h>

namespace paretoscope {

namespace fs = std::filesystem;

namespace {

fs::path plainTarget(const fs::path& folder)
{
    const fs::path path = fs::absolute(folder).lexically_normal();
    return path.has_filename() ? path : path.parent_path(); // "out/" means "out"
}

[[noreturn]] void failExisting(const fs::path& target)
{
    fail(ErrorCode::BadUsage, "'{}' exists already; give a name that does not", target.string());
}

} // namespace

PartialFolder::PartialFolder(const fs::path& destination) : target_(plainTarget(destination))
{
    if (fs::exists(fs::symlink_status(target_))) failExisting(target_);
    path_ = target_.parent_path() / fmt::format(".{}.part-{}", target_.filename().string(), ::getpid());
    std::error_code error;
    fs::create_directory(path_, error);
    if (error) failErrno(error.value(), fmt::format("cannot write '{}'", target_.string()));
}

PartialFolder::~PartialFolder()
{
    std::error_code ignored; // nothing can be done about it in a destructor
    if (!path_.empty()) fs::remove_all(path_, ignored);
}

void PartialFolder::finish()
{
    // Another process may have made the folder meanwhile; an existing one is never replaced.
    int result = ::renameat2(AT_FDCWD, path_.c_str(), AT_FDCWD, target_.c_str(), RENAME_NOREPLACE);
    if (result != 0 && (errno == EINVAL || errno == ENOSYS)) result = ::rename(path_.c_str(), target_.c_str());
    if (result != 0 && (errno == EEXIST || errno == ENOTEMPTY)) failExisting(target_);
    if (result != 0) failErrno(errno, fmt::format("cannot write '{}'", target_.string()));
    path_.clear();
    const int parent = ::open(target_.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (parent < 0) return; // the name is in place, only its durability is in doubt
    ::fsync(parent);
    ::close(parent);
}

} // namespace paretoscope
