// Who may include whom: app → widgets → core ← plugins, and the levels of core.
#include "tests/architecture/source_tree.h"

#include "tests/test_data.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <map>
#include <sstream>

using namespace paretoscope::test;

namespace {

const std::vector<std::string> levels{"base",      "tensor",   "backend",  "autograd", "model",      "attention",
                                      "inference", "pipeline", "data",     "training", "strategy",   "evaluation",
                                      "experiment", "store",   "run",      "report"};

const std::map<std::string, std::vector<std::string>> mayInclude{{"core", {"core"}},
                                                                {"plugins", {"core", "plugins"}},
                                                                {"widgets", {"core", "widgets"}},
                                                                {"app", {"core", "widgets", "app", "plugins/api"}}};

// Place among the levels, or -1.
int levelIndex(const std::string& name)
{
    const auto found = std::find(levels.begin(), levels.end(), name);
    return found == levels.end() ? -1 : int(found - levels.begin());
}

bool isQt(const Include& include)
{
    const std::string& name = include.name;
    const bool qtHeader = !include.quoted && name.size() > 1 && name[0] == 'Q' && std::isupper(uint8_t(name[1]));
    return qtHeader || name.rfind("Qt", 0) == 0 || name.rfind("qcustomplot", 0) == 0 || name.rfind("qt", 0) == 0;
}

std::string at(const SourceFile& file, const Include& include)
{
    return file.path + ":" + std::to_string(include.line) + ": includes " + include.name;
}

} // namespace

class LayeringTest : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() { files_ = readSources(PARETOSCOPE_SOURCE_DIR, {"core", "plugins", "widgets", "app"}); }

    void thereAreSources() { QVERIFY(files_.size() > 50); }

    void theLevelsAreThoseOfTheBuild()
    {
        std::ifstream file(std::string(PARETOSCOPE_SOURCE_DIR) + "/core/CMakeLists.txt");
        std::stringstream text;
        text << file.rdbuf();
        const size_t begin = text.str().find("foreach(level ");
        QVERIFY(begin != std::string::npos);
        std::istringstream words(text.str().substr(begin + 14, text.str().find(')', begin) - begin - 14));
        std::vector<std::string> built;
        for (std::string word; words >> word;) built.push_back(word);
        QCOMPARE(built, levels);
    }

    void foldersIncludeOnlyWhatTheyMay()
    {
        std::vector<std::string> complaints;
        for (const SourceFile& file : files_)
            for (const Include& include : includesOf(file)) {
                const std::string target = include.name.substr(0, include.name.find('/'));
                if (!include.quoted || !mayInclude.contains(target)) continue;
                const auto& allowed = mayInclude.at(file.folder(0));
                const bool fine = std::any_of(allowed.begin(), allowed.end(), [&](const std::string& folder) {
                    return include.name.rfind(folder + "/", 0) == 0;
                });
                if (!fine) complaints.push_back(at(file, include));
            }
        QVERIFY2(complaints.empty(), joined(complaints).c_str());
    }

    void levelsIncludeOnlyThoseAbove()
    {
        std::vector<std::string> complaints;
        for (const SourceFile& file : files_) {
            if (file.folder(0) != "core") continue;
            const int own = levelIndex(file.folder(1));
            if (own < 0) complaints.push_back(file.path + ": is in no level");
            for (const Include& include : includesOf(file)) {
                if (include.name.rfind("core/", 0) != 0) continue;
                const int other = levelIndex(include.name.substr(5, include.name.find('/', 5) - 5));
                if (other < 0 || other > own) complaints.push_back(at(file, include));
            }
        }
        QVERIFY2(complaints.empty(), joined(complaints).c_str());
    }

    void coreAndStrategiesKnowNoQt()
    {
        std::vector<std::string> complaints;
        for (const SourceFile& file : files_) {
            const bool border = file.path.rfind("plugins/api/", 0) == 0;
            if (border || (file.folder(0) != "core" && file.folder(0) != "plugins")) continue;
            for (const Include& include : includesOf(file))
                if (isQt(include)) complaints.push_back(at(file, include));
        }
        QVERIFY2(complaints.empty(), joined(complaints).c_str());
    }

    void heavyLibrariesStayBehindTheirFences()
    {
        // header part → the only folder that may include it
        const std::map<std::string, std::string> fences{{"sqlite3.h", "core/store/"},
                                                        {"spdlog/", "core/base/log.cpp"},
                                                        {"cblas.h", "core/backend/"},
                                                        {"lapacke.h", "core/backend/"},
                                                        {"hwy/", "core/backend/"},
                                                        {"pcre2.h", "core/model/"},
                                                        {"utf8proc.h", "core/model/"}};
        std::vector<std::string> complaints;
        for (const SourceFile& file : files_)
            for (const Include& include : includesOf(file))
                for (const auto& [header, home] : fences)
                    if (!include.quoted && include.name.rfind(header, 0) == 0 && file.path.rfind(home, 0) != 0)
                        complaints.push_back(at(file, include));
        QVERIFY2(complaints.empty(), joined(complaints).c_str());
    }

    // Relative includes hide who depends on whom.
    void includesAreWrittenFromTheRoot()
    {
        std::vector<std::string> complaints;
        for (const SourceFile& file : files_)
            for (const Include& include : includesOf(file)) {
                const bool generated = include.name.ends_with(".moc") || include.name.rfind("moc_", 0) == 0;
                const std::string& before = include.line > 1 ? file.lines[include.line - 2] : include.name;
                if (before.find("__has_include") != std::string::npos) continue;
                const bool inTree = std::filesystem::exists(std::filesystem::path(PARETOSCOPE_SOURCE_DIR) / include.name);
                if (include.quoted && !generated && !inTree) complaints.push_back(at(file, include));
            }
        QVERIFY2(complaints.empty(), joined(complaints).c_str());
    }

private:
    std::vector<SourceFile> files_;
};

QTEST_GUILESS_MAIN(LayeringTest)
#include "layering_test.moc"
