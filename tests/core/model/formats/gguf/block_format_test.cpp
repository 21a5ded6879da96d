// GGML blocks: values against those of ggml, products against plain sums.
#include "core/backend/backend.h"
#include "core/base/error.h"
#include "core/base/random.h"
#include "core/model/linear_weight.h"
#include "tests/core/model/formats/fixtures.h"
#include "tests/test_data.h"

#include <cmath>

using namespace paretoscope;
using namespace paretoscope::test;

namespace {

// Random blocks whose scales are tame numbers.
BlockMatrix randomBlocks(const BlockFormat& format, int64_t rows, int64_t columns, uint64_t seed)
{
    Random random(seed, "blocks");
    BlockMatrix matrix{&format, rows, columns, {}};
    matrix.blocks = Tensor::zeros(DType::U8, {rows, matrix.rowBytes()});
    const std::span<uint8_t> bytes = matrix.blocks.fill<uint8_t>();
    for (uint8_t& byte : bytes) byte = uint8_t(random.below(256));
    for (size_t block = 0; block < bytes.size(); block += size_t(format.bytes)) {
        if (format.scaleAt >= 0) bytes[block + size_t(format.scaleAt) + 1] = uint8_t(0x20 + random.below(16));
        if (format.minimumAt >= 0) bytes[block + size_t(format.minimumAt) + 1] = uint8_t(0x20 + random.below(16));
        if (std::string(format.name) == "IQ1_M") {
            bytes[block + 53] = uint8_t((bytes[block + 53] & 15) | 0x20); // middle of F16's exponent
            bytes[block + 55] = uint8_t((bytes[block + 55] & 15) | 0x20);
        } else if (format.scaleAt < 0)
            for (size_t i = 0; i < 4; ++i) bytes[block + i] = uint8_t(0x78 + random.below(7)); // near 1
        if (std::string(format.name) == "MXFP4")
            for (size_t i = 1; i < 4; ++i) bytes[block + i] = uint8_t(random.below(256));
    }
    return matrix;
}

std::vector<float> randomFloats(int64_t count, uint64_t seed)
{
    Random random(seed, "activations");
    std::vector<float> values(static_cast<size_t>(count));
    for (float& value : values) value = float(random.below(2001)) / 1000.0f - 1;
    return values;
}

void addFormats()
{
    QTest::addColumn<QString>("name");
    for (const BlockFormat& format : blockFormats()) QTest::newRow(format.name) << QString(format.name);
}

} // namespace

class BlockFormatTest : public QObject {
    Q_OBJECT

private slots:
    void valuesAreThoseOfGgml_data() { addFormats(); }
    void valuesAreThoseOfGgml()
    {
        const auto path = goldenFolder() / "gguf" / "ggml_blocks.safetensors";
        PARETOSCOPE_REQUIRE(path);
        QFETCH(QString, name);
        const BlockFormat& format = *blockFormatByName(name.toStdString());
        const std::map<std::string, RawTensor> golden = readRaw(path);
        const auto number = [&](const std::string& key) -> std::string {
            for (const auto& [entry, tensor] : golden)
                if (QString::fromStdString(entry).compare(QString::fromStdString(key), Qt::CaseInsensitive) == 0)
                    return tensor.bytes;
            return {};
        };
        for (const auto& [codes, values] : {std::pair("/q", "/y"), std::pair("/rq", "/ry")}) {
            const std::string stored = number(name.toStdString() + codes);
            const std::string expected = number(name.toStdString() + values);
            QVERIFY(!stored.empty() && !expected.empty());
            const auto count = int64_t(expected.size() / 4);
            QCOMPARE(int64_t(stored.size()), count / format.elements * format.bytes);
            std::vector<float> actual(static_cast<size_t>(count));
            for (int64_t b = 0; b < count / format.elements; ++b)
                format.decode(reinterpret_cast<const uint8_t*>(stored.data()) + b * format.bytes,
                              actual.data() + b * format.elements);
            for (int64_t i = 0; i < count; ++i) {
                float wanted = 0;
                std::memcpy(&wanted, expected.data() + i * 4, 4);
                const float got = actual[size_t(i)];
                const bool same = got == wanted || (std::isnan(got) && std::isnan(wanted)) ||
                                  std::abs(got - wanted) <= 1e-6f * std::abs(wanted);
                QVERIFY2(same, qPrintable(QString("value %1: %2, not %3").arg(i).arg(got).arg(wanted)));
            }
        }
    }

    void productsAreThoseOfTheValues_data() { addFormats(); }
    void productsAreThoseOfTheValues()
    {
        QFETCH(QString, name);
        const BlockFormat& format = *blockFormatByName(name.toStdString());
        constexpr int64_t outputs = 37;
        constexpr int64_t inputs = 2048 + 512; // more than one strip
        const BlockLinear map(randomBlocks(format, outputs, inputs, 7));
        const std::vector<float> dense = static_cast<const LinearWeight&>(map).toDense();
        const std::vector<float> bias = randomFloats(outputs, 3);
        for (const int64_t rows : {1, 3, 24, 40}) {
            const std::vector<float> x = randomFloats(rows * inputs, uint64_t(rows));
            std::vector<float> y(size_t(rows * outputs), -1);
            map.apply(*cpuBackend(), {x.data(), rows, inputs}, bias.data(), {y.data(), rows, outputs});
            for (int64_t r = 0; r < rows; ++r)
                for (int64_t n = 0; n < outputs; ++n) {
                    double sum = double(bias[size_t(n)]);
                    double size = std::abs(sum);
                    for (int64_t k = 0; k < inputs; ++k) {
                        const double term = double(x[size_t(r * inputs + k)]) * double(dense[size_t(n * inputs + k)]);
                        sum += term;
                        size += std::abs(term);
                    }
                    const double error = std::abs(double(y[size_t(r * outputs + n)]) - sum);
                    QVERIFY2(error <= 2e-6 * size, qPrintable(QString("%1 rows: off by %2").arg(rows).arg(error / size)));
                }
        }
    }

    // What is written and read again, or split, is the same map.
    void mapsSurviveStorageAndSplitting_data() { addFormats(); }
    void mapsSurviveStorageAndSplitting()
    {
        QFETCH(QString, name);
        const BlockFormat& format = *blockFormatByName(name.toStdString());
        const BlockLinear map(randomBlocks(format, 6, 512, 11));
        const LinearWeight& weight = map;
        const std::vector<float> dense = weight.toDense();
        const LinearWeightPtr again = linearWeightFromTensors(map.kind(), map.attributes(), map.tensors(), "map");
        QVERIFY(again->toDense() == dense);
        QCOMPARE(again->storedBytes(), 6 * 512 / format.elements * format.bytes);
        const std::vector<RowRange> ranges{{4, 6}, {1, 2}};
        const std::vector<float> part = map.selectRows(ranges)->toDense();
        QVERIFY(std::equal(part.begin(), part.begin() + 1024, dense.begin() + 4 * 512));
        QVERIFY(std::equal(part.begin() + 1024, part.end(), dense.begin() + 512));
    }

    void contradictionsAreRefused()
    {
        const BlockFormat& format = *blockFormatByName("Q4_K");
        const BlockMatrix good = randomBlocks(format, 2, 512, 1);
        BlockMatrix bad = good;
        bad.columns = 500;
        PARETOSCOPE_EXPECT_ERROR(BlockLinear{bad}, "whole block");
        bad = good;
        bad.rows = 3;
        PARETOSCOPE_EXPECT_ERROR(BlockLinear{bad}, "wrong shape");
        Json attributes = BlockLinear(good).attributes();
        attributes["type"] = "Q9_Z";
        PARETOSCOPE_EXPECT_ERROR(linearWeightFromTensors("blocks", attributes, BlockLinear(good).tensors(), "w"),
                                 "'Q9_Z'");
    }
};

QTEST_GUILESS_MAIN(BlockFormatTest)
#include "block_format_test.moc"
