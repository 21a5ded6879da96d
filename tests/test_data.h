// Where reference data lies, and skipping with a reason when it does not.
#pragma once

#include <QtTest>

#include <cstdlib>
#include <filesystem>
#include <string>

namespace paretoscope::test {

// PARETOSCOPE_GOLDEN, else ../shared/golden beside the source tree.
inline std::filesystem::path goldenFolder()
{
    if (const char* given = std::getenv("PARETOSCOPE_GOLDEN")) return given;
    return std::filesystem::path(PARETOSCOPE_SOURCE_DIR) / "../shared/golden";
}

// PARETOSCOPE_DATA, else ../shared/data beside the source tree.
inline std::filesystem::path dataFolder()
{
    if (const char* given = std::getenv("PARETOSCOPE_DATA")) return given;
    return std::filesystem::path(PARETOSCOPE_SOURCE_DIR) / "../shared/data";
}

} // namespace paretoscope::test

// First statement of a test that reads `path`.
#define PARETOSCOPE_REQUIRE(path)                                                                  \
    do {                                                                                           \
        if (!std::filesystem::exists(path))                                                        \
            QSKIP(("reference data not found: " + (path).string()).c_str());                       \
    } while (false)

// The statement throws paretoscope::Error whose text contains `part`.
#define PARETOSCOPE_EXPECT_ERROR(statement, part)                                                  \
    do {                                                                                           \
        bool thrown = false;                                                                       \
        try {                                                                                      \
            statement;                                                                             \
        } catch (const paretoscope::Error& error) {                                                \
            thrown = true;                                                                         \
            QVERIFY2(QString::fromUtf8(error.what()).contains(QStringLiteral(part)), error.what());\
        }                                                                                          \
        QVERIFY2(thrown, "no error was thrown: " #statement);                                      \
    } while (false)
