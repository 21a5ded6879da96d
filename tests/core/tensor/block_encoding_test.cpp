// Encoders of GGML blocks: the bytes of ggml's own where it does not search, no larger errors where it does.
#include "core/base/error.h"
#include "core/base/json.h"
#include "core/base/random.h"
#include "core/model/formats/safetensors.h"
#include "core/tensor/block_encoding.h"
#include "core/tensor/block_fits.h"
#include "tests/test_data.h"

#include <cmath>
#include <set>

using namespace paretoscope;

namespace {

std::vector<float> normals(int64_t count, uint64_t seed)
{
    Random random(seed, "values");
    std::vector<float> values;
    for (int64_t i = 0; i < count; ++i) values.push_back(float(random.normal()));
    return values;
}

std::vector<float> decoded(const BlockMatrix& matrix)
{
    std::vector<float> values(size_t(matrix.rows * matrix.columns));
    for (int64_t r = 0; r < matrix.rows; ++r)
        decodeRow(matrix, r, 0, std::span(values).subspan(size_t(r * matrix.columns), size_t(matrix.columns)));
    return values;
}

// Σ importance (x - x̂)²
double errorOf(const std::vector<float>& x, const std::vector<float>& back, const std::vector<float>& importance)
{
    double error = 0;
    for (size_t i = 0; i < x.size(); ++i)
        error += double(importance[i % importance.size()]) * std::pow(double(x[i]) - double(back[i]), 2);
    return error;
}

void addWrittenFormats()
{
    QTest::addColumn<QString>("name");
    for (const BlockFormat& format : blockFormats())
        if (blockEncoder(format)) QTest::newRow(format.name) << QString(format.name);
}

// ggml's inputs, blocks and errors of one type.
struct Golden {
    std::vector<float> x;
    std::vector<uint8_t> blocks;
    double rmse = 0;

    explicit Golden(const QString& name)
    {
        const auto file = SafetensorsFile::open(test::goldenFolder() / "gguf" / "ggml_blocks.safetensors");
        const Json description = readJsonFile(test::goldenFolder() / "gguf" / "ggml_blocks.json");
        x = file->tensor("x").toFloats();
        for (const auto& [key, entry] : description.items()) {
            if (QString::fromStdString(key).compare(name, Qt::CaseInsensitive) != 0) continue;
            const auto bytes = file->tensor(key + "/q").bytes();
            const auto* first = reinterpret_cast<const uint8_t*>(bytes.data());
            blocks.assign(first, first + bytes.size());
            rmse = entry.at("rmse").get<double>();
        }
    }
};

} // namespace

class BlockEncodingTest : public QObject {
    Q_OBJECT

private slots:
    void bytesAreThoseOfGgml_data()
    {
        QTest::addColumn<QString>("name");
        for (const char* name : {"Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q8_0", "TQ1_0", "TQ2_0", "MXFP4", "NVFP4"})
            QTest::newRow(name) << QString(name);
    }
    void bytesAreThoseOfGgml()
    {
        PARETOSCOPE_REQUIRE(test::goldenFolder() / "gguf" / "ggml_blocks.safetensors");
        QFETCH(QString, name);
        const Golden golden(name);
        const BlockFormat& format = *blockFormatByName(name.toStdString());
        const BlockMatrix made = encodeBlocks(format, golden.x, 1, int64_t(golden.x.size()), {}, "golden");
        const auto* bytes = reinterpret_cast<const uint8_t*>(made.blocks.bytes().data());
        QCOMPARE(size_t(made.blocks.sizeBytes()), golden.blocks.size());
        for (size_t i = 0; i < golden.blocks.size(); ++i)
            QVERIFY2(bytes[i] == golden.blocks[i],
                     qPrintable(QString("byte %1 of block %2: %3, not %4").arg(int64_t(i) % format.bytes)
                                    .arg(int64_t(i) / format.bytes).arg(bytes[i]).arg(golden.blocks[i])));
    }

    // Within 5%: one part of eight with an outlier makes half of the reference's error.
    void errorsAreNotLargerThanThoseOfGgml_data() { addWrittenFormats(); }
    void errorsAreNotLargerThanThoseOfGgml()
    {
        PARETOSCOPE_REQUIRE(test::goldenFolder() / "gguf" / "ggml_blocks.safetensors");
        QFETCH(QString, name);
        const Golden golden(name);
        const BlockFormat& format = *blockFormatByName(name.toStdString());
        const BlockMatrix made = encodeBlocks(format, golden.x, 3, int64_t(golden.x.size()) / 3, {}, "golden");
        const double rmse = std::sqrt(errorOf(golden.x, decoded(made), {1}) / double(golden.x.size()));
        QVERIFY2(rmse <= 1.05 * golden.rmse, qPrintable(QString("%1 against %2").arg(rmse).arg(golden.rmse)));
    }

    // Inputs of importance 0 do not count, so that the others are rounded better.
    void importanceLowersTheWeightedError_data() { addWrittenFormats(); }
    void importanceLowersTheWeightedError()
    {
        QFETCH(QString, name);
        const std::set<QString> blind{"Q8_0", "TQ1_0", "TQ2_0", "MXFP4", "NVFP4"}; // as in ggml
        const BlockFormat& format = *blockFormatByName(name.toStdString());
        const std::vector<float> x = normals(64 * 256, 5);
        std::vector<float> importance;
        Random random(3, "importance");
        for (int i = 0; i < 256; ++i) importance.push_back(float(std::exp(2 * random.normal())));
        const double plain = errorOf(x, decoded(encodeBlocks(format, x, 64, 256, {}, "x")), importance);
        const double weighted = errorOf(x, decoded(encodeBlocks(format, x, 64, 256, importance, "x")), importance);
        if (blind.contains(name)) QCOMPARE(weighted, plain);
        else QVERIFY2(weighted < plain, qPrintable(QString("%1 against %2").arg(weighted).arg(plain)));
    }

    void equalValuesAreOneLevel_data() { addWrittenFormats(); }
    void equalValuesAreOneLevel()
    {
        QFETCH(QString, name);
        const BlockFormat& format = *blockFormatByName(name.toStdString());
        const float tolerance = name == "NVFP4" ? 0.0625f : 2e-3f; // a scale of three bits of mantissa
        for (const float value : {0.5f, -0.75f, 0.0f}) { // numbers that 16 bits and every table hold
            const std::vector<float> x(256, value);
            for (const float back : decoded(encodeBlocks(format, x, 1, 256, {}, "x")))
                QVERIFY2(std::abs(back - value) <= tolerance * std::abs(value),
                         qPrintable(QString("%1 for %2").arg(back).arg(value)));
        }
    }

    void zeroImportanceIsNoImportance_data() { addWrittenFormats(); }
    void zeroImportanceIsNoImportance()
    {
        QFETCH(QString, name);
        const BlockFormat& format = *blockFormatByName(name.toStdString());
        const std::vector<float> x = normals(256, 9);
        const std::vector<float> importance(256, 0.0f);
        const std::vector<float> back = decoded(encodeBlocks(format, x, 1, 256, importance, "x"));
        const double size = errorOf(x, std::vector<float>(256, 0.0f), {1});
        QVERIFY(errorOf(x, back, {1}) < (name.startsWith("TQ") ? 1.0 : 0.5) * size);
    }

    void scalesBeyondSixteenBitsAreRefused()
    {
        const std::vector<float> x(32, 1e9f);
        PARETOSCOPE_EXPECT_ERROR(encodeBlocks(*blockFormatByName("Q4_0"), x, 1, 32, {}, "blocks.0.up"),
                                 "blocks.0.up: its weights are too large");
    }

    // The least-squares step against the normal equations of the codes that it chose.
    void offsetFitIsARegression()
    {
        for (uint64_t seed = 0; seed < 20; ++seed) {
            const std::vector<float> x = normals(32, seed);
            std::vector<float> weights;
            for (const float value : normals(32, seed + 100)) weights.push_back(std::abs(value) + 0.1f);
            uint8_t codes[32];
            const blocks::OffsetFit fit = blocks::fitOffset(x, weights, 15, codes);
            double w = 0, l = 0, ll = 0, s = 0, sl = 0;
            for (size_t i = 0; i < 32; ++i) {
                const double weight = double(weights[i]), code = codes[i], value = double(x[i]);
                w += weight, l += weight * code, ll += weight * code * code, s += weight * value,
                    sl += weight * code * value;
            }
            const double determinant = w * ll - l * l;
            QVERIFY(std::abs(double(fit.scale) - (w * sl - s * l) / determinant) < 1e-4);
            QVERIFY(std::abs(double(fit.minimum) + (ll * s - l * sl) / determinant) < 1e-3);
        }
    }

    // The search loses to no plain range, whose ends are the smallest and the largest value.
    void searchIsNoWorseThanTheRange()
    {
        for (uint64_t seed = 0; seed < 50; ++seed) {
            const std::vector<float> x = normals(16, seed);
            const std::vector<float> weights(16, 1.0f);
            uint8_t codes[16];
            const blocks::OffsetFit fit = blocks::fitOffset(x, weights, 3, codes);
            const auto [least, largest] = std::minmax_element(x.begin(), x.end());
            const float low = std::min(0.0f, *least), scale = (*largest - low) / 3;
            double searched = 0, plain = 0;
            for (size_t i = 0; i < 16; ++i) {
                searched += std::pow(double(fit.scale * float(codes[i]) - fit.minimum - x[i]), 2);
                plain += std::pow(double(scale * std::round((x[i] - low) / scale) + low - x[i]), 2);
            }
            QVERIFY(searched <= plain * 1.0001);
        }
    }
};

QTEST_GUILESS_MAIN(BlockEncodingTest)
#include "block_encoding_test.moc"
