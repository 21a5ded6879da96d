// Sizes and words: small files, short functions, nothing left for later.
#include "tests/architecture/source_tree.h"

#include "tests/test_data.h"

#include <fstream>
#include <regex>
#include <sstream>

using namespace paretoscope::test;

namespace {

const std::vector<std::string> allFolders{"core", "plugins", "widgets", "app", "tests", "resources"};

// Kernels may be long: they are one loop nest after the other. So may lists of cases.
size_t mostLines(const SourceFile& file)
{
    if (file.path.rfind("core/backend/", 0) == 0) return 800;
    return file.folder(0) == "tests" ? 500 : 400;
}

std::string place(const SourceFile& file, size_t line)
{
    return file.path + ":" + std::to_string(line) + ": ";
}

// The text of every CMake file of the tree, for "is this file built at all".
std::string cmakeText()
{
    std::stringstream text;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(PARETOSCOPE_SOURCE_DIR)) {
        const std::string path = entry.path().lexically_relative(PARETOSCOPE_SOURCE_DIR).generic_string();
        if (path.rfind("build", 0) == 0 || !entry.is_regular_file()) continue;
        if (path.ends_with("CMakeLists.txt") || path.ends_with(".cmake")) text << std::ifstream(entry.path()).rdbuf() << '\n';
    }
    return text.str();
}

} // namespace

class HouseRulesTest : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() { files_ = readSources(PARETOSCOPE_SOURCE_DIR, allFolders); }

    void filesAreSmall()
    {
        std::vector<std::string> complaints;
        for (const SourceFile& file : files_)
            if (file.lines.size() > mostLines(file))
                complaints.push_back(file.path + ": " + std::to_string(file.lines.size()) + " lines");
        QVERIFY2(complaints.empty(), joined(complaints).c_str());
    }

    void functionsAreShort()
    {
        constexpr size_t mostFunctionLines = 80;
        std::vector<std::string> complaints;
        size_t seen = 0;
        for (const SourceFile& file : files_)
            for (const FunctionBody& body : functionBodies(file)) {
                ++seen;
                if (body.length > mostFunctionLines)
                    complaints.push_back(place(file, body.line) + std::to_string(body.length) + " lines");
            }
        QVERIFY(seen > 100); // the counting works
        QVERIFY2(complaints.empty(), joined(complaints).c_str());
    }

    void nothingIsLeftForLater()
    {
        // Put together here so that this file does not find itself.
        const std::regex words(std::string("\\b(TO") + "DO|FIX" + "ME|XX" + "X|HA" + "CK)\\b");
        std::vector<std::string> complaints;
        for (const SourceFile& file : files_)
            for (size_t i = 0; i < file.lines.size(); ++i)
                if (std::regex_search(file.lines[i], words)) complaints.push_back(place(file, i + 1) + file.lines[i]);
        QVERIFY2(complaints.empty(), joined(complaints).c_str());
    }

    // core/store has its own, stricter test for how statements are made.
    void onlyTheStoreSpeaksSql()
    {
        const std::regex sql("\"\\s*(SELECT|INSERT INTO|UPDATE|DELETE FROM|CREATE TABLE|PRAGMA) ");
        std::vector<std::string> complaints;
        for (const SourceFile& file : files_) {
            if (file.path.rfind("core/store/", 0) == 0 || file.path.rfind("tests/", 0) == 0) continue;
            for (size_t i = 0; i < file.lines.size(); ++i)
                if (std::regex_search(file.lines[i], sql)) complaints.push_back(place(file, i + 1) + file.lines[i]);
        }
        QVERIFY2(complaints.empty(), joined(complaints).c_str());
    }

    void headersAreGuardedAndNameNoNamespaceForOthers()
    {
        std::vector<std::string> complaints;
        for (const SourceFile& file : files_) {
            if (!file.path.ends_with(".h")) continue;
            bool guarded = false;
            for (size_t i = 0; i < file.lines.size(); ++i) {
                guarded = guarded || file.lines[i] == "#pragma once";
                if (file.lines[i].rfind("using namespace", 0) == 0) complaints.push_back(place(file, i + 1) + file.lines[i]);
            }
            // Highway's per-target files are included several times on purpose.
            if (!guarded && file.path.find("-inl.h") == std::string::npos) complaints.push_back(file.path + ": no #pragma once");
        }
        QVERIFY2(complaints.empty(), joined(complaints).c_str());
    }

    // A source that no CMake line names is dead, and its tests pass for ever.
    void everySourceIsBuilt()
    {
        const std::string cmake = cmakeText();
        std::vector<std::string> complaints;
        for (const SourceFile& file : files_) {
            if (!file.path.ends_with(".cpp")) continue;
            std::string stem = std::filesystem::path(file.path).stem().string();
            if (stem.ends_with("_test")) stem += "|" + stem.substr(0, stem.size() - 5); // "${room}_test"
            if (!std::regex_search(cmake, std::regex("\\b(" + stem + ")\\b"))) complaints.push_back(file.path);
        }
        QVERIFY2(complaints.empty(), joined(complaints).c_str());
    }

private:
    std::vector<SourceFile> files_;
};

QTEST_GUILESS_MAIN(HouseRulesTest)
#include "house_rules_test.moc"
