#include "core/report/report.h"

#include "core/base/error.h"

#include <algorithm>
#include <filesystem>
#include <fmt/ranges.h>

namespace paretoscope {

const Report& reportForFile(const std::string& fileName)
{
    std::string extension = std::filesystem::path(fileName).extension().string();
    std::transform(extension.begin(), extension.end(), extension.begin(),
                   [](unsigned char c) { return char(std::tolower(c)); });
    std::vector<std::string> known;
    for (const Report* report : reports::all()) {
        if (extension == "." + report->extension) return *report;
        known.push_back("." + report->extension);
    }
    fail(ErrorCode::BadUsage, "'{}': a table is written as {}", fileName, fmt::join(known, ", "));
}

} // namespace paretoscope
