// The sources of this repository as text, for tests about them.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace paretoscope::test {

struct SourceFile {
    std::string path; // from the root, with '/'
    std::vector<std::string> lines;

    std::string folder(size_t index) const; // "core", then "base"; empty beyond the folders
};

struct Include {
    size_t line = 0; // from 1
    std::string name;
    bool quoted = false;
};

// .h, .cpp and .inc files below these folders of `root`, sorted by path; build folders excluded.
std::vector<SourceFile> readSources(const std::filesystem::path& root, const std::vector<std::string>& folders);
std::vector<Include> includesOf(const SourceFile& file);

// First line and length of every function body. Relies on the house style: a function's braces
// stand on lines of their own at the same indentation.
struct FunctionBody {
    size_t line = 0;
    size_t length = 0;
};
std::vector<FunctionBody> functionBodies(const SourceFile& file);

// "file:line: text" lines for a failure message.
std::string joined(const std::vector<std::string>& complaints);

} // namespace paretoscope::test
