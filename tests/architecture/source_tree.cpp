#include "tests/architecture/source_tree.h"

#include <algorithm>
#include <fstream>
#include <regex>

namespace paretoscope::test {

std::string SourceFile::folder(size_t index) const
{
    size_t begin = 0;
    for (;; ++begin, --index) {
        const size_t end = path.find('/', begin);
        if (end == std::string::npos) return {};
        if (index == 0) return path.substr(begin, end - begin);
        begin = end;
    }
}

std::vector<SourceFile> readSources(const std::filesystem::path& root, const std::vector<std::string>& folders)
{
    std::vector<SourceFile> files;
    for (const std::string& folder : folders) {
        if (!std::filesystem::exists(root / folder)) continue;
        for (const auto& entry : std::filesystem::recursive_directory_iterator(root / folder)) {
            const std::string extension = entry.path().extension().string();
            if (!entry.is_regular_file() || (extension != ".h" && extension != ".cpp" && extension != ".inc")) continue;
            SourceFile file{entry.path().lexically_relative(root).generic_string(), {}};
            std::ifstream stream(entry.path());
            for (std::string line; std::getline(stream, line);) file.lines.push_back(line);
            files.push_back(std::move(file));
        }
    }
    std::sort(files.begin(), files.end(), [](const auto& a, const auto& b) { return a.path < b.path; });
    return files;
}

std::vector<Include> includesOf(const SourceFile& file)
{
    static const std::regex pattern(R"(^\s*#\s*include\s*([<"])([^>"]+)[>"])");
    std::vector<Include> includes;
    std::smatch match;
    for (size_t i = 0; i < file.lines.size(); ++i)
        if (std::regex_search(file.lines[i], match, pattern))
            includes.push_back({i + 1, match[2].str(), match[1].str() == "\""});
    return includes;
}

std::vector<FunctionBody> functionBodies(const SourceFile& file)
{
    std::vector<FunctionBody> bodies;
    for (size_t i = 0; i < file.lines.size(); ++i) {
        const std::string& open = file.lines[i];
        const size_t indent = open.find_first_not_of(' ');
        if (indent == std::string::npos || open.substr(indent) != "{") continue;
        const std::string close = std::string(indent, ' ') + '}';
        for (size_t end = i + 1; end < file.lines.size(); ++end) {
            if (file.lines[end].rfind(close, 0) != 0) continue;
            bodies.push_back({i + 1, end - i + 1});
            break;
        }
    }
    return bodies;
}

std::string joined(const std::vector<std::string>& complaints)
{
    std::string text;
    for (const std::string& complaint : complaints) text += "\n  " + complaint;
    return text;
}

} // namespace paretoscope::test
