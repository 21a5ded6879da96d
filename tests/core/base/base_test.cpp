#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/fingerprint.h"
#include "core/base/half.h"
#include "core/base/json.h"
#include "core/base/memory.h"
#include "core/base/random.h"
#include "core/base/text.h"
#include "tests/test_data.h"

#include <cmath>
#include <csignal>
#include <cstring>
#include <sys/resource.h>

using namespace paretoscope;

class BaseTest : public QObject {
    Q_OBJECT

private slots:
    // Every half value, by the definition of binary16.
    void halfToFloatIsExact()
    {
        for (uint32_t bits = 0; bits < 65536; ++bits) {
            const auto half = uint16_t(bits);
            const int exponent = (half >> 10) & 31;
            const int mantissa = half & 1023;
            const double sign = half & 0x8000 ? -1 : 1;
            const float value = halfToFloat(half);
            if (exponent == 31 && mantissa != 0) {
                QVERIFY(std::isnan(value));
            } else if (exponent == 31) {
                QCOMPARE(double(value), sign * INFINITY);
            } else {
                const double expected = exponent == 0 ? sign * std::ldexp(mantissa, -24)
                                                      : sign * std::ldexp(1024 + mantissa, exponent - 25);
                QCOMPARE(double(value), expected);
                QCOMPARE(floatToHalf(value), half); // exact values convert back
            }
        }
    }

    // The nearest half among its neighbours, ties to the even one.
    void floatToHalfRoundsToNearestEven()
    {
        Random random(3);
        for (int i = 0; i < 20000; ++i) {
            const auto lower = uint16_t(random.below(0x7bff));
            const double low = double(halfToFloat(lower)), high = double(halfToFloat(uint16_t(lower + 1)));
            const auto value = float(low + (high - low) * random.uniform());
            const double below = double(value) - low, above = high - double(value);
            uint16_t expected = below < above ? lower : uint16_t(lower + 1);
            if (below == above) expected = lower % 2 == 0 ? lower : uint16_t(lower + 1);
            QCOMPARE(floatToHalf(value), expected);
            QCOMPARE(floatToHalf(-value), uint16_t(expected | 0x8000));
        }
        QCOMPARE(floatToHalf(65520.0f), uint16_t{0x7c00});
        QCOMPARE(floatToHalf(65519.0f), uint16_t{0x7bff});
        QVERIFY(std::isnan(halfToFloat(floatToHalf(NAN))));
    }

    void bfloat16RoundsToNearestEven()
    {
        QCOMPARE(floatToBfloat16(1.0f), uint16_t{0x3f80});
        QCOMPARE(floatToBfloat16(1.0f + 1.0f / 256), uint16_t{0x3f80});     // tie, even below
        QCOMPARE(floatToBfloat16(1.0f + 3.0f / 256), uint16_t{0x3f82});     // tie, even above
        QCOMPARE(floatToBfloat16(1.0f + 1.01f / 256), uint16_t{0x3f81});
        QVERIFY(std::isnan(bfloat16ToFloat(floatToBfloat16(NAN))));
    }

    void jsonRefusesWhatIsDangerous()
    {
        PARETOSCOPE_EXPECT_ERROR(parseJson(std::string(100000, '['), "f.json"), "f.json: JSON is nested deeper");
        PARETOSCOPE_EXPECT_ERROR(parseJson(R"({"a":1,"a":2})", "f.json"), "'a' appears twice");
        PARETOSCOPE_EXPECT_ERROR(parseJson(R"({"a":1} x)", "f.json"), "f.json: not valid JSON");
        PARETOSCOPE_EXPECT_ERROR(parseJson("{\"a\":\"\xff\"}", "f.json"), "not valid JSON");
        PARETOSCOPE_EXPECT_ERROR(parseJson("", "f.json"), "not valid JSON");
        QCOMPARE(parseJson(R"({"a":{"a":1}})", "f.json")["a"]["a"].get<int>(), 1);
    }

    void jsonFieldsAreCheckedInWords()
    {
        const Json json = parseJson(R"({"n":5,"f":1.5,"s":"x","huge":18446744073709551615,"b":true})", "c");
        QCOMPARE(requireInteger(json, "n", 0, 10, "c"), 5);
        PARETOSCOPE_EXPECT_ERROR(requireInteger(json, "n", 6, 10, "c"), "c: 'n' is 5, outside 6 to 10");
        PARETOSCOPE_EXPECT_ERROR(requireInteger(json, "f", 0, 10, "c"), "'f' must be an integer");
        PARETOSCOPE_EXPECT_ERROR(requireInteger(json, "huge", 0, INT64_MAX, "c"), "outside");
        PARETOSCOPE_EXPECT_ERROR(requireString(json, "missing", "c"), "c: 'missing' is missing");
        QCOMPARE(optionalInteger(json, "missing", 0, 10, 7, "c"), 7);
        QCOMPARE(optionalBool(json, "b", false, "c"), true);
        PARETOSCOPE_EXPECT_ERROR(optionalBool(json, "n", false, "c"), "must be true or false");
    }

    void utf8IsChecked()
    {
        QVERIFY(!firstInvalidUtf8("plain é € 😀"));
        QCOMPARE(*firstInvalidUtf8("ab\xc0\xaf"), size_t{2});     // overlong
        QCOMPARE(*firstInvalidUtf8("\xed\xa0\x80"), size_t{0});   // surrogate
        QCOMPARE(*firstInvalidUtf8("a\xf4\x90\x80\x80"), size_t{1}); // above U+10FFFF
        QCOMPARE(*firstInvalidUtf8("abc\xe2\x82"), size_t{3});    // cut short
    }

    void nearestNames()
    {
        const std::vector<std::string> names{"quantization.rtn", "quantization.gptq", "bits"};
        QCOMPARE(nearestName("quantization.rnt", names), names[0]);
        QCOMPARE(nearestName("gptq", names), names[1]);
        QCOMPARE(nearestName("bit", names), names[2]);
        QCOMPARE(nearestName("something else entirely", names), std::string());
    }

    void numbersAndBytesAsText()
    {
        QCOMPARE(humanBytes(640), std::string("640 B"));
        QCOMPARE(humanBytes(1536), std::string("1.50 KiB"));
        QCOMPARE(humanBytes(20.0 * 1024 * 1024), std::string("20.0 MiB"));
        QCOMPARE(*parseInteger("-12"), -12LL);
        QVERIFY(!parseInteger("12x") && !parseInteger("") && !parseInteger("99999999999999999999"));
        QCOMPARE(*parseNumber("0.5"), 0.5);
        QCOMPARE(*parseNumber(numberText(0.1)), 0.1);
    }

    void fingerprintsTellPartsApart()
    {
        QVERIFY(Fingerprint().add("ab").add("c").hex() != Fingerprint().add("a").add("bc").hex());
        QCOMPARE(fingerprintOf("x"), fingerprintOf("x"));
        QCOMPARE(fingerprintOf("x").size(), size_t{32});
    }

    void writingIsAllOrNothing()
    {
        const ScratchFolder folder;
        const auto path = folder.path() / "f";
        writeFileAtomically(path, "first");
        try {
            writeFileAtomically(path, [](Sink& sink) {
                sink.write(std::string_view("half"));
                fail(ErrorCode::Internal, "interrupted");
            });
            QFAIL("the error was lost");
        } catch (const Error&) {
        }
        QCOMPARE(readFile(path), std::string("first"));
        QCOMPARE(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 1);
        PARETOSCOPE_EXPECT_ERROR(readFile(path, 3), "more than the 3 allowed");
        PARETOSCOPE_EXPECT_ERROR(readFile(folder.path() / "none"), "No such file");
        PARETOSCOPE_EXPECT_ERROR(MappedFile::open(folder.path()), "not a regular file");
    }

    // A file size limit stands in for a disk that fills up.
    void aFullDiskLeavesNothingBehind()
    {
        const ScratchFolder folder;
        const auto oldAction = std::signal(SIGXFSZ, SIG_IGN);
        rlimit old{};
        getrlimit(RLIMIT_FSIZE, &old);
        const rlimit small{4096, old.rlim_max};
        setrlimit(RLIMIT_FSIZE, &small);
        std::string message;
        try {
            writeFileAtomically(folder.path() / "f", std::string(100000, 'x'));
        } catch (const Error& error) {
            message = error.what();
        }
        setrlimit(RLIMIT_FSIZE, &old);
        std::signal(SIGXFSZ, oldAction);
        QVERIFY2(message.starts_with("cannot write '"), message.c_str());
        QVERIFY(std::filesystem::is_empty(folder.path()));
    }

    void mappedFilesShowTheirBytes()
    {
        const ScratchFolder folder;
        writeFileAtomically(folder.path() / "f", "content");
        const auto mapped = MappedFile::open(folder.path() / "f");
        QCOMPARE(mapped->bytes().size(), size_t{7});
        QCOMPARE(std::memcmp(mapped->bytes().data(), "content", 7), 0);
    }

    // Streams depend on seed, purpose and index only, and have the moments they should.
    void randomStreams()
    {
        Random a(1, "purpose", 4), b(1, "purpose", 4), c(1, "purpose", 5);
        const uint64_t first = a.next();
        QCOMPARE(b.next(), first);
        QVERIFY(c.next() != first);
        double sum = 0, squares = 0;
        constexpr int count = 40000;
        for (int i = 0; i < count; ++i) {
            const double x = a.normal();
            sum += x;
            squares += x * x;
            const int64_t die = a.between(1, 6);
            QVERIFY(die >= 1 && die <= 6);
        }
        QVERIFY(std::abs(sum / count) < 0.02);
        QVERIFY(std::abs(squares / count - 1) < 0.03);
    }

    void peakMemorySeesAnAllocation()
    {
        const int64_t before = residentBytes();
        QVERIFY(before > 0);
        {
            const std::vector<char> block(64 << 20, 1);
            QVERIFY(peakResidentBytes() >= before + (32 << 20));
        }
    }

    void errorCodesKeepTheirNames()
    {
        QCOMPARE(errorCodeFromName(errorCodeName(ErrorCode::DiskFull)), ErrorCode::DiskFull);
        QCOMPARE(errorCodeFromName("nonsense"), ErrorCode::Internal);
        PARETOSCOPE_EXPECT_ERROR(failErrno(ENOSPC, "cannot write 'f'"), "cannot write 'f': No space left on device");
    }
};

QTEST_GUILESS_MAIN(BaseTest)
#include "base_test.moc"
