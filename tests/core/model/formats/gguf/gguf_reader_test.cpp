// The container: what is read, and what hostile files are told.
#include "core/base/error.h"
#include "core/model/formats/gguf/gguf_file.h"
#include "core/model/open_model.h"
#include "tests/core/model/formats/gguf/gguf_writer.h"
#include "tests/test_data.h"

#include <sys/resource.h>

using namespace paretoscope;
using namespace paretoscope::test;

namespace {

namespace fs = std::filesystem;

GgufHeader parse(const std::string& file)
{
    return parseGgufHeader({reinterpret_cast<const std::byte*>(file.data()), file.size()}, "f.gguf");
}

std::string zeros(size_t bytes)
{
    return std::string(bytes, '\0');
}

GgufWriter sample()
{
    GgufWriter writer;
    writer.string("general.architecture", "llama")
        .integer("n", 7)
        .scalar("big", 10, uint64_t(1) << 40)
        .scalar("small", 1, int8_t{-3})
        .number("ratio", 0.5)
        .scalar("precise", 12, 0.25)
        .boolean("yes", true)
        .strings("names", {"a", "", "ccc"})
        .list<int32_t>("ids", 5, {4, -5})
        .list<float>("scores", 6, {1.5f, -2});
    writer.tensor("a.weight", {0, {3, 4}, zeros(48)});
    writer.tensor("b.weight", {8, {2, 64}, zeros(2 * 68)});
    writer.tensor("c.bias", {1, {5}, zeros(10)});
    return writer;
}

std::string rawList(const std::string& key, uint32_t type, uint64_t count, const std::string& rest)
{
    return GgufWriter::text(key) + GgufWriter::raw(uint32_t{9}) + GgufWriter::raw(type) + GgufWriter::raw(count) + rest;
}

// The file with `bytes` at `at` instead of what is there.
std::string patched(std::string file, size_t at, const std::string& bytes)
{
    return file.replace(at, bytes.size(), bytes);
}

} // namespace

class GgufReaderTest : public QObject {
    Q_OBJECT

private slots:
    // A length taken at its word would be an allocation of gigabytes.
    void initTestCase()
    {
        const rlimit limit{rlim_t{4} << 30, rlim_t{4} << 30};
        setrlimit(RLIMIT_AS, &limit);
    }

    void valuesAndTensorsAreRead()
    {
        for (const uint32_t version : {2, 3}) {
            const std::string file = sample().file(version);
            const GgufHeader header = parse(file);
            const GgufMetadata& values = header.metadata;
            QCOMPARE(header.version, version);
            QCOMPARE(*values.integer("n"), 7);
            QCOMPARE(*values.integer("big"), int64_t(1) << 40);
            QCOMPARE(*values.integer("small"), -3);
            QCOMPARE(*values.number("ratio"), 0.5);
            QCOMPARE(*values.number("precise"), 0.25);
            QCOMPARE(*values.number("n"), 7.0);
            QVERIFY(*values.boolean("yes"));
            QVERIFY(values.texts("names") == (std::vector<std::string>{"a", "", "ccc"}));
            QVERIFY(values.integers("ids") == (std::vector<int64_t>{4, -5}));
            QVERIFY(values.numbers("scores") == (std::vector<double>{1.5, -2}));
            QVERIFY(!values.integer("absent"));
            PARETOSCOPE_EXPECT_ERROR(values.integer("names"), "'names' must be an integer");
            PARETOSCOPE_EXPECT_ERROR(values.texts("ids"), "'ids' must be a list of texts");
            QCOMPARE(header.tensors.size(), size_t{3});
            QVERIFY(header.tensors[0].shape == (Shape{3, 4}));
            QCOMPARE(header.tensors[1].bytes, 136);
            QCOMPARE(header.tensors[2].offset + 10, int64_t(file.size()) - 22);
        }
    }

    void listsMayNest()
    {
        const auto number = [](auto value) { return GgufWriter::raw(value); };
        const std::string inner = number(uint32_t{4}) + number(uint64_t{2}) + number(uint32_t{1}) + number(uint32_t{2});
        GgufWriter writer;
        writer.value(rawList("nested", 9, 2, inner + inner)).integer("after", 5);
        QCOMPARE(*parse(writer.file()).metadata.integer("after"), 5);
        std::string deep;
        for (int i = 0; i < 1000; ++i) deep += number(uint32_t{9}) + number(uint64_t{1});
        PARETOSCOPE_EXPECT_ERROR(parse(GgufWriter().value(rawList("deep", 9, 1, deep)).file()), "nests more than");
    }

    void filesCutShortAreRefused()
    {
        const std::string file = sample().file();
        for (size_t length = 0; length + 22 < file.size(); ++length) // the last 22 bytes are padding
            PARETOSCOPE_EXPECT_ERROR(parse(file.substr(0, length)), "f.gguf");
        parse(file.substr(0, file.size() - 22));
    }

    // Every byte changed in several ways: an error or a result, never a crash.
    void changedBytesAreHarmless()
    {
        const std::string file = sample().file();
        int refused = 0;
        for (size_t at = 0; at < file.size(); ++at)
            for (const char value : {'\0', '\1', '\x7f', '\x80', '\xff'}) {
                try {
                    parse(patched(file, at, std::string(1, value)));
                } catch (const Error&) {
                    ++refused;
                }
            }
        QVERIFY(refused > 500);
    }

    void lengthsBeyondReasonAreRefused()
    {
        const auto raw = [](uint64_t value) { return GgufWriter::raw(value); };
        const std::string file = sample().file();
        for (const uint64_t absurd : {uint64_t(1) << 31, uint64_t(1) << 62, ~uint64_t(0)}) {
            PARETOSCOPE_EXPECT_ERROR(parse(patched(file, 8, raw(absurd))), "f.gguf");  // tensors
            PARETOSCOPE_EXPECT_ERROR(parse(patched(file, 16, raw(absurd))), "f.gguf"); // values
            PARETOSCOPE_EXPECT_ERROR(parse(patched(file, 24, raw(absurd))), "f.gguf"); // first key
            for (const uint32_t type : {0, 8, 9, 12})
                PARETOSCOPE_EXPECT_ERROR(parse(GgufWriter().value(rawList("list", type, absurd, "")).file()), "f.gguf");
            for (const std::vector<int64_t>& shape :
                 {std::vector<int64_t>{int64_t(absurd >> 1)}, {int64_t(absurd >> 1), int64_t(absurd >> 1)}, {2, 0}})
                PARETOSCOPE_EXPECT_ERROR(parse(GgufWriter().tensor("t", {0, shape, zeros(8)}).file()), "tensor 't'");
        }
    }

    void contradictionsAreNamed()
    {
        const auto refuse = [](const GgufWriter& writer) { parse(writer.file()); };
        PARETOSCOPE_EXPECT_ERROR(parse("GGUX" + zeros(60)), "not a GGUF file");
        PARETOSCOPE_EXPECT_ERROR(parse(sample().file(1)), "version 1");
        PARETOSCOPE_EXPECT_ERROR(parse(sample().file(4)), "version 4");
        PARETOSCOPE_EXPECT_ERROR(parse(sample().file(0x03000000)), "big-endian");
        PARETOSCOPE_EXPECT_ERROR(refuse(GgufWriter().integer("k", 1).integer("k", 2)), "'k' is there twice");
        PARETOSCOPE_EXPECT_ERROR(refuse(GgufWriter().scalar("k", 13, 1)), "unknown type 13");
        PARETOSCOPE_EXPECT_ERROR(refuse(GgufWriter().integer("general.alignment", 24)), "power of two");
        PARETOSCOPE_EXPECT_ERROR(refuse(GgufWriter().integer("", 24)), "not a name");
        const GgufTensor tensor{0, {2}, zeros(8)};
        PARETOSCOPE_EXPECT_ERROR(refuse(GgufWriter().tensor("t", tensor).tensor("t", tensor)), "there twice");
        PARETOSCOPE_EXPECT_ERROR(refuse(GgufWriter().tensor("t", {77, {2}, zeros(8)})), "unknown type 77");
        PARETOSCOPE_EXPECT_ERROR(refuse(GgufWriter().tensor("t", {12, {100}, zeros(8)})), "multiple of the 256");
        PARETOSCOPE_EXPECT_ERROR(refuse(GgufWriter().tensor("t", {0, {1, 1, 1, 1, 1}, zeros(8)})), "5 dimensions");
        std::string file = GgufWriter().tensor("t", tensor).tensor("u", tensor).file();
        const size_t second = file.find("u") + 1 + 4 + 8 + 4; // name, dimensions, extent, type
        PARETOSCOPE_EXPECT_ERROR(parse(patched(file, second, GgufWriter::raw(uint64_t{0}))), "starts at byte 0");
        PARETOSCOPE_EXPECT_ERROR(parse(patched(file, second, GgufWriter::raw(~uint64_t{0}))), "behind the end");
    }

    void otherAlignmentsAreRead()
    {
        GgufWriter writer;
        writer.integer("general.alignment", 128);
        writer.tensor("t", {0, {2}, zeros(8)}).tensor("u", {0, {2}, zeros(8)});
        const std::string file = writer.file(3, 128);
        QCOMPARE(parse(file).tensors[1].offset, int64_t(file.size()) - 128);
    }

    void splitFilesAreOneModel()
    {
        const ScratchFolder scratch;
        const auto part = [&](int number, const std::string& tensor, int said) {
            GgufWriter writer;
            writer.scalar("split.no", 2, uint16_t(number)).scalar("split.count", 2, uint16_t(said));
            writer.tensor(tensor, {0, {2}, GgufWriter::raw(float(number)) + zeros(4)});
            writeText(scratch.path() / fmt::format("m-0000{}-of-00002.gguf", number + 1), writer.file());
        };
        part(0, "t", 2);
        PARETOSCOPE_EXPECT_ERROR(GgufFile::open(scratch.path() / "m-00001-of-00002.gguf"), "is missing");
        part(1, "u", 2);
        for (const char* name : {"m-00001-of-00002.gguf", "m-00002-of-00002.gguf"}) {
            const auto file = GgufFile::open(scratch.path() / name);
            QCOMPARE(file->names().size(), size_t{2});
            QCOMPARE(file->tensor("u").toFloats()[0], 1.0f);
        }
        QCOMPARE(ggufFileOf(scratch.path()).filename().string(), std::string("m-00001-of-00002.gguf"));
        part(1, "t", 2);
        PARETOSCOPE_EXPECT_ERROR(GgufFile::open(scratch.path() / "m-00001-of-00002.gguf"), "lies in");
        part(1, "u", 3);
        PARETOSCOPE_EXPECT_ERROR(GgufFile::open(scratch.path() / "m-00001-of-00002.gguf"), "'split.count' is 3");
    }

    void modelsThatCannotBeUsedSayWhy()
    {
        const ScratchFolder scratch;
        const fs::path path = scratch.path() / "model.gguf";
        const auto open = [&](const GgufWriter& writer) {
            writeText(path, writer.file());
            openModel(path.string());
        };
        PARETOSCOPE_EXPECT_ERROR(open(GgufWriter()), "'general.architecture' is missing");
        PARETOSCOPE_EXPECT_ERROR(open(GgufWriter().string("general.architecture", "rwkv6")), "'rwkv6' is not supported");
        GgufWriter llama;
        llama.string("general.architecture", "llama");
        PARETOSCOPE_EXPECT_ERROR(open(llama), "'llama.embedding_length' is missing");
        llama.integer("llama.embedding_length", 8).integer("llama.block_count", 1);
        llama.integer("llama.attention.head_count", 2).integer("llama.feed_forward_length", 16);
        PARETOSCOPE_EXPECT_ERROR(open(llama), "tensor 'token_embd.weight' is missing");
        llama.tensor("token_embd.weight", {0, {12, 8}, zeros(384)});
        PARETOSCOPE_EXPECT_ERROR(open(llama), "tensor 'output_norm.weight' is missing");
        llama.tensor("output_norm.weight", {0, {7}, zeros(28)});
        PARETOSCOPE_EXPECT_ERROR(open(llama), "has shape [7], expected [8]");
        GgufWriter unread = sample();
        unread.integer("llama.embedding_length", 256).integer("llama.block_count", 1);
        unread.integer("llama.attention.head_count", 2).integer("llama.feed_forward_length", 16);
        unread.tensor("token_embd.weight", {15, {1, 256}, zeros(292)});
        PARETOSCOPE_EXPECT_ERROR(open(unread), "stored as Q8_K, which is not read");
    }
};

QTEST_GUILESS_MAIN(GgufReaderTest)
#include "gguf_reader_test.moc"
