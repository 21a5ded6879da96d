// A folder that appears all at once.
#pragma once

#include <filesystem>

namespace paretoscope {

// A folder beside its destination, which `finish` renames into place; removed unless it got there.
class PartialFolder {
public:
    // Error(BadUsage) when the destination exists, Error(Io or DiskFull) when it cannot be written.
    explicit PartialFolder(const std::filesystem::path& destination);
    ~PartialFolder();
    PartialFolder(const PartialFolder&) = delete;
    PartialFolder& operator=(const PartialFolder&) = delete;

    const std::filesystem::path& path() const { return path_; }
    void finish();

private:
    std::filesystem::path target_, path_;
};

} // namespace paretoscope
