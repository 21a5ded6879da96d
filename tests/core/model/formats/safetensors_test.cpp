// The safetensors container against files made by hand and a second reader.
#include "core/base/error.h"
#include "core/model/formats/safetensors.h"
#include "core/model/formats/safetensors_writer.h"
#include "tests/core/model/formats/fixtures.h"
#include "tests/test_data.h"

using namespace paretoscope;
using namespace paretoscope::test;

namespace {

void hostile(const char* row, const std::string& header, size_t dataBytes, const char* sentence)
{
    QTest::newRow(row) << QByteArray::fromStdString(
                              rawSafetensors(header, std::string(dataBytes, '\1')))
                       << QString::fromLatin1(sentence);
}

std::span<const std::byte> bytesOf(const std::string& text)
{
    return std::as_bytes(std::span(text.data(), text.size()));
}

class StringSink : public Sink {
public:
    void write(std::span<const std::byte> bytes) override
    {
        text.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    }
    using Sink::write;
    std::string text;
};

} // namespace

class SafetensorsTest : public QObject {
    Q_OBJECT

private slots:
    void goldenFilesReadAsASecondReaderReadsThem_data();
    void goldenFilesReadAsASecondReaderReadsThem();
    void hostileHeaderIsRefusedInWords_data();
    void hostileHeaderIsRefusedInWords();
    void hugeHeaderLengthAllocatesNothing();
    void emptyAndScalarTensorsAreAllowed();
    void unreadTypeIsUnsupportedOnlyWhenAsked();
    void tensorOutlivesItsFile();
    void writerLaysOutAsTheReferenceLibrary();
    void writerKnowsItsSize();
    void writtenTensorsReadBack();
};

void SafetensorsTest::goldenFilesReadAsASecondReaderReadsThem_data()
{
    QTest::addColumn<QString>("path");
    const std::filesystem::path models = goldenFolder() / "models";
    PARETOSCOPE_REQUIRE(models);
    for (const auto& entry : std::filesystem::recursive_directory_iterator(models))
        if (entry.path().extension() == ".safetensors")
            QTest::newRow(std::filesystem::relative(entry.path(), models).c_str())
                << QString::fromStdString(entry.path().string());
}

void SafetensorsTest::goldenFilesReadAsASecondReaderReadsThem()
{
    QFETCH(QString, path);
    const auto expected = readRaw(path.toStdString());
    const auto file = SafetensorsFile::open(path.toStdString());
    QCOMPARE(file->header().entries.size(), expected.size());
    QVERIFY(!expected.empty());
    for (const auto& [name, raw] : expected) {
        const Tensor tensor = file->tensor(name);
        QCOMPARE(std::string(traits(tensor.dtype()).name), raw.dtype);
        QVERIFY(tensor.shape() == raw.shape);
        QCOMPARE(tensor.bytes().size(), raw.bytes.size());
        QVERIFY(std::memcmp(tensor.bytes().data(), raw.bytes.data(), raw.bytes.size()) == 0);
    }
}

void SafetensorsTest::hostileHeaderIsRefusedInWords_data()
{
    QTest::addColumn<QByteArray>("file");
    QTest::addColumn<QString>("sentence");
    QTest::newRow("empty") << QByteArray() << "too few";
    QTest::newRow("seven bytes") << QByteArray(7, '\0') << "too few";
    QTest::newRow("header past the end")
        << QByteArray("\x40\0\0\0\0\0\0\0{}", 10) << "the file ends after 2";
    hostile("no header", "", 0, "does not start with '{'");
    hostile("not an object", "[]", 0, "does not start with '{'");
    hostile("leading space", " {}", 0, "does not start with '{'");
    hostile("broken JSON", R"({"a":)", 0, "not valid JSON");
    hostile("text after the JSON", R"({} x)", 0, "not valid JSON");
    hostile(
        "a name twice",
        R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"a":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}})",
        2, "'a' appears twice");
    hostile("entry is a number", R"({"a":1})", 0, "tensor 'a': expected a JSON object");
    hostile("no dtype", R"({"a":{"shape":[1],"data_offsets":[0,1]}})", 1, "'dtype' is missing");
    hostile("unknown dtype", R"({"a":{"dtype":"Q7","shape":[1],"data_offsets":[0,1]}})", 1,
            "unknown type 'Q7'");
    hostile("no shape", R"({"a":{"dtype":"U8","data_offsets":[0,1]}})", 1, "'shape' is missing");
    hostile("shape is text", R"({"a":{"dtype":"U8","shape":"1","data_offsets":[0,1]}})", 1,
            "'shape' must be an array");
    hostile("negative extent", R"({"a":{"dtype":"U8","shape":[-1],"data_offsets":[0,1]}})", 1,
            "not a whole number");
    hostile("fractional extent", R"({"a":{"dtype":"U8","shape":[1.5],"data_offsets":[0,1]}})", 1,
            "not a whole number");
    hostile("extent beyond 63 bits",
            R"({"a":{"dtype":"U8","shape":[18446744073709551615],"data_offsets":[0,1]}})", 1,
            "not a whole number");
    hostile("product beyond 63 bits",
            R"({"a":{"dtype":"U8","shape":[4294967296,4294967296],"data_offsets":[0,0]}})", 0,
            "impossible shape");
    hostile("product of bytes beyond 63 bits",
            R"({"a":{"dtype":"F64","shape":[1152921504606846976,2],"data_offsets":[0,0]}})", 0,
            "impossible shape");
    hostile("no offsets", R"({"a":{"dtype":"U8","shape":[1]}})", 1, "'data_offsets' is missing");
    hostile("one offset", R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0]}})", 1,
            "must be two whole numbers");
    hostile("negative offset", R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[-1,0]}})", 1,
            "must be two whole numbers");
    hostile("backward offsets", R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[1,0]}})", 1,
            "go backwards");
    hostile("bytes do not fit the shape",
            R"({"a":{"dtype":"F16","shape":[3],"data_offsets":[0,4]}})", 4,
            "need 6 bytes, 'data_offsets' give 4");
    hostile("half a byte", R"({"a":{"dtype":"F4","shape":[3],"data_offsets":[0,2]}})", 2,
            "whole byte");
    hostile("a hole", R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}})", 2, "a hole");
    hostile(
        "an overlap",
        R"({"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}})",
        3, "an overlap");
    hostile(
        "the same bytes twice",
        R"({"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}})",
        2, "an overlap");
    hostile("data cut short", R"({"a":{"dtype":"U8","shape":[9],"data_offsets":[0,9]}})", 8,
            "cut short");
    hostile("bytes left over", R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}})", 2,
            "describes 1 bytes of data, the file has 2");
    hostile("metadata is a list", R"({"__metadata__":[]})", 0, "'__metadata__' must be an object");
    hostile("metadata holds a number", R"({"__metadata__":{"n":1}})", 0, "not a string");
    hostile("nested too deep", std::string(100, '{') + std::string(100, '}'), 0, "not valid JSON");
    hostile("invalid UTF-8 name",
            "{\"\xff\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}}", 0,
            "not valid JSON");
    std::string deep = R"({"a":)";
    for (int i = 0; i < 100; ++i)
        deep += '[';
    for (int i = 0; i < 100; ++i)
        deep += ']';
    hostile("arrays too deep", deep + "}", 0, "nested deeper");
}

void SafetensorsTest::hostileHeaderIsRefusedInWords()
{
    QFETCH(QByteArray, file);
    QFETCH(QString, sentence);
    const ScratchFolder scratch;
    const auto path = scratch.path() / "case.safetensors";
    writeText(path, file.toStdString());
    try {
        SafetensorsFile::open(path);
        QFAIL("the file was accepted");
    } catch (const Error& error) {
        const QString text = QString::fromUtf8(error.what());
        QCOMPARE(error.code(), ErrorCode::BadFile);
        QVERIFY2(text.contains(sentence), error.what());
        QVERIFY2(text.contains("case.safetensors"), error.what());
    }
}

void SafetensorsTest::hugeHeaderLengthAllocatesNothing()
{
    std::string file = rawSafetensors("{}", "");
    file.replace(0, 8, 8, '\xff');
    PARETOSCOPE_EXPECT_ERROR(parseSafetensorsHeader(bytesOf(file), "file"), "larger than");
}

void SafetensorsTest::emptyAndScalarTensorsAreAllowed()
{
    const ScratchFolder scratch;
    const auto path = scratch.path() / "f.safetensors";
    writeText(path,
              rawSafetensors({{"none", {"F32", {0, 5}, ""}}, {"scalar", floats({}, {2.5f})}}));
    const auto file = SafetensorsFile::open(path);
    QCOMPARE(file->tensor("none").count(), 0);
    QVERIFY(!file->tensor("none").empty());
    QCOMPARE(file->tensor("scalar").toFloats(), std::vector<float>{2.5f});
}

void SafetensorsTest::unreadTypeIsUnsupportedOnlyWhenAsked()
{
    const ScratchFolder scratch;
    const auto path = scratch.path() / "f.safetensors";
    writeText(path,
              rawSafetensors({{"complex", {"C64", {1}, "12345678"}}, {"plain", floats({1}, {1})}}));
    const auto file = SafetensorsFile::open(path);
    QCOMPARE(file->tensor("plain").count(), 1);
    try {
        file->tensor("complex");
        QFAIL("the type was accepted");
    } catch (const Error& error) {
        QCOMPARE(error.code(), ErrorCode::Unsupported);
        QVERIFY(QString::fromUtf8(error.what()).contains("'complex' has the type C64"));
    }
    PARETOSCOPE_EXPECT_ERROR(file->tensor("absent"), "tensor 'absent' is missing");
}

void SafetensorsTest::tensorOutlivesItsFile()
{
    Tensor tensor;
    {
        const ScratchFolder scratch;
        writeText(scratch.path() / "f", rawSafetensors({{"a", floats({2}, {3, 4})}}));
        tensor = SafetensorsFile::open(scratch.path() / "f")->tensor("a");
    }
    QCOMPARE(tensor.toFloats(), (std::vector<float>{3, 4}));
}

void SafetensorsTest::writerLaysOutAsTheReferenceLibrary()
{
    // Serialized by the reference rule: wider types first, names within a type, header padded to 8.
    SafetensorsWriter writer;
    Tensor bytes = Tensor::zeros(DType::U8, {3});
    bytes.fill<uint8_t>()[2] = 7;
    Tensor halves = Tensor::zeros(DType::F16, {1, 2});
    halves.fill<uint16_t>()[0] = 0x3c00;
    writer.add("a", bytes);
    writer.add("c", Tensor::fromFloats({1}, {1}));
    writer.add("b", Tensor::fromFloats({}, {2}));
    writer.add("h\"", halves);
    writer.setMetadata("format", "pt");
    StringSink sink;
    writer.write(sink);
    std::string header = R"({"__metadata__":{"format":"pt"},)"
                         R"("b":{"dtype":"F32","shape":[],"data_offsets":[0,4]},)"
                         R"("c":{"dtype":"F32","shape":[1],"data_offsets":[4,8]},)"
                         R"("h\"":{"dtype":"F16","shape":[1,2],"data_offsets":[8,12]},)"
                         R"("a":{"dtype":"U8","shape":[3],"data_offsets":[12,15]}})";
    while (header.size() % 8 != 0)
        header += ' ';
    const std::string data("\0\0\0\x40\0\0\x80\x3f\0\x3c\0\0\0\0\7", 15);
    QVERIFY(sink.text == rawSafetensors(header, data));
}

void SafetensorsTest::writerKnowsItsSize()
{
    for (int extra = 0; extra < 9; ++extra) {
        SafetensorsWriter writer;
        writer.add(std::string(size_t(extra), 'x') + "t", Tensor::zeros(DType::U8, {extra}));
        CountingSink sink;
        writer.write(sink);
        QCOMPARE(int64_t(sink.sizeBytes()), writer.sizeBytes());
    }
}

void SafetensorsTest::writtenTensorsReadBack()
{
    const ScratchFolder scratch;
    SafetensorsWriter writer;
    for (const DTypeTraits& row : allDTypes()) {
        Tensor tensor = Tensor::zeros(row.dtype, {2, 3});
        auto* bytes = const_cast<std::byte*>(tensor.bytes().data());
        for (int64_t i = 0; i < tensor.sizeBytes(); ++i)
            bytes[i] = std::byte(i + int(row.dtype));
        writer.add(std::string("of ") + row.name, tensor);
    }
    writeFileAtomically(scratch.path() / "f", [&](Sink& sink) { writer.write(sink); });
    const auto raw = readRaw(scratch.path() / "f");
    const auto file = SafetensorsFile::open(scratch.path() / "f");
    for (const DTypeTraits& row : allDTypes()) {
        const std::string name = std::string("of ") + row.name;
        const Tensor tensor = file->tensor(name);
        QCOMPARE(tensor.dtype(), row.dtype);
        QVERIFY(tensor.shape() == (Shape{2, 3}));
        for (int64_t i = 0; i < tensor.sizeBytes(); ++i)
            QCOMPARE(tensor.bytes()[size_t(i)], std::byte(i + int(row.dtype)));
        QCOMPARE(raw.at(name).dtype, std::string(row.name));
    }
}

QTEST_GUILESS_MAIN(SafetensorsTest)
#include "safetensors_test.moc"
