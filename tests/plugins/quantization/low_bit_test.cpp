// Ternary weights and signs: the cards' numbers, what is stored, and how much is lost.
#include "core/base/error.h"
#include "core/model/sign_linear.h"
#include "plugins/quantization/sign_value.h"
#include "plugins/quantization/strategies.h"
#include "plugins/quantization/ternary_quantizer.h"
#include "tests/plugins/quantization/sample_problems.h"
#include "tests/test_data.h"

using namespace paretoscope;
using namespace paretoscope::quantization;

namespace {

const std::vector<float> cardVector{-0.9f, -0.4f, -0.1f, 0.05f, 0.1f, 0.2f, 0.45f, 1.6f};

std::vector<float> normals(int64_t count, uint64_t seed)
{
    Random random(seed, "weights");
    std::vector<float> values;
    for (int64_t i = 0; i < count; ++i) values.push_back(float(random.normal()));
    return values;
}

// Largest eigenvalue of AᵀA for A [rows, 2] with a closed form.
double largestSquare(const std::vector<float>& a)
{
    double xx = 0, xy = 0, yy = 0;
    for (size_t r = 0; r < a.size() / 2; ++r) {
        const double x = std::abs(double(a[2 * r])), y = std::abs(double(a[2 * r + 1]));
        xx += x * x, xy += x * y, yy += y * y;
    }
    return (xx + yy + std::sqrt((xx - yy) * (xx - yy) + 4 * xy * xy)) / 2;
}

double errorOf(const std::vector<float>& weights, const Magnitudes& magnitudes)
{
    const size_t columns = magnitudes.columns.size();
    double error = 0;
    for (size_t i = 0; i < weights.size(); ++i) {
        const double magnitude = double(magnitudes.rows[i / columns]) * double(magnitudes.columns[i % columns]);
        error += std::pow(double(weights[i]) - (weights[i] < 0 ? -magnitude : magnitude), 2);
    }
    return error;
}

} // namespace

class LowBitTest : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() { registerStrategies(StrategyRegistry::instance()); }

    void cardsVector()
    {
        const TernaryMatrix made = roundToTernary(cardVector, 1, 8, 8, true, TernaryScale::Absmean);
        QVERIFY(std::abs(made.scales[0] - 0.475f) < 1e-6f);
        QVERIFY((made.trits == std::vector<int8_t>{-1, -1, 0, 0, 0, 0, 1, 1}));
    }

    void groupsHaveTheirOwnMeans()
    {
        const std::vector<float> scales = ternaryScales(cardVector, 2, 4, 2, false, TernaryScale::Absmean);
        const std::vector<float> expected{0.65f, 0.075f, 0.15f, 1.025f};
        for (size_t i = 0; i < 4; ++i) QVERIFY(std::abs(scales[i] - expected[i]) < 1e-6f);
    }

    // No scale of a fine grid loses less of the weights.
    void leastSquaresIsLeast()
    {
        for (uint64_t seed = 0; seed < 10; ++seed) {
            const std::vector<float> weights = normals(64, seed);
            const auto error = [&](double scale) {
                double sum = 0;
                for (const float weight : weights)
                    sum += std::pow(double(weight) - scale * nearestTrit(double(weight), scale), 2);
                return sum;
            };
            const double found = double(ternaryScales(weights, 1, 64, 64, false, TernaryScale::LeastSquares)[0]);
            for (double scale = 0.01; scale < 4; scale += 0.01) QVERIFY(error(found) <= error(scale) + 1e-3);
        }
    }

    // Packed codes and GGUF's blocks hold the same trits.
    void storageKeepsTrits()
    {
        const std::vector<float> weights = normals(6 * 512, 4);
        const TernaryMatrix made = roundToTernary(weights, 6, 512, 256, false, TernaryScale::Absmean);
        const LinearWeightPtr packed = packedTernary(made, "w");
        QCOMPARE(packed->storedBytes(), int64_t(6 * (512 / 4 + 2 * 2)));
        const std::vector<float> values = packed->toDense();
        for (size_t i = 0; i < values.size(); ++i) {
            const float scale = made.scales[i / 256];
            QVERIFY(std::abs(values[i] - float(made.trits[i]) * scale) <= 1e-3f * scale);
        }
        for (const char* name : {"TQ1_0", "TQ2_0"}) {
            const LinearWeightPtr blocks = ternaryBlocks(made, *blockFormatByName(name), "w");
            QVERIFY(blocks->toDense() == values);
            QCOMPARE(blocks->storedBytes(), int64_t(6 * 2 * (name[2] == '1' ? 54 : 66)));
        }
    }

    void emptyGroupsAreZero()
    {
        const TernaryMatrix made =
            roundToTernary(std::vector<float>(512, 0.0f), 2, 256, 256, false, TernaryScale::LeastSquares);
        for (const float value : packedTernary(made, "w")->toDense()) QCOMPARE(value, 0.0f);
    }

    // ‖W - S ⊙ abᵀ‖² = Σ of the squares of all singular values of |W| but the first.
    void rankOneIsOptimal()
    {
        for (uint64_t seed = 0; seed < 10; ++seed) {
            const std::vector<float> weights = normals(2 * 20, seed);
            double all = 0;
            for (const float weight : weights) all += double(weight) * double(weight);
            const double expected = all - largestSquare(weights);
            QVERIFY(std::abs(errorOf(weights, rankOneMagnitudes(weights, 20, 2)) - expected) < 1e-5 * all);
        }
    }

    void rankOneIsBetterThanTheMean()
    {
        for (uint64_t seed = 0; seed < 10; ++seed) {
            const std::vector<float> weights = normals(24 * 40, seed);
            QVERIFY(errorOf(weights, rankOneMagnitudes(weights, 24, 40)) <
                    errorOf(weights, meanMagnitudes(weights, 24, 40)));
        }
    }

    void signsAreThoseOfTheWeights()
    {
        const std::vector<float> weights = normals(5 * 13, 2);
        const SignMatrix matrix = signMatrix(weights, rankOneMagnitudes(weights, 5, 13), "w");
        QCOMPARE(matrix.storedBytes(), int64_t(5 * 2 + 5 * 2 + 13 * 2));
        const std::vector<float> values = SignLinear(matrix).LinearWeight::toDense();
        for (size_t i = 0; i < values.size(); ++i) QVERIFY((values[i] < 0) == (weights[i] < 0));
    }

    void rowsOfZeros()
    {
        const Magnitudes made = rankOneMagnitudes(std::vector<float>(12, 0.0f), 3, 4);
        for (const float value : made.rows) QCOMPARE(value, 0.0f);
        for (const float value : made.columns) QCOMPARE(value, 0.0f);
    }

    // What is rounded without training is lost; corrections and smaller groups keep more of it.
    void correctionsHelp()
    {
        test::StarterModel starter;
        const double plain = starter.drift(starter.with("quantization.ternary"));
        const double grouped = starter.drift(starter.with("quantization.ternary(group_size=64)"));
        const double corrected = starter.drift(starter.with(
            "quantization.ternary(group_size=64,scale=least_squares,compensate=true,calibration_samples=16)"));
        QVERIFY2(grouped < plain, qPrintable(QString::number(grouped / plain)));
        const double fitted = starter.drift(starter.with("quantization.ternary(group_size=64,scale=least_squares)"));
        QVERIFY2(fitted < grouped, qPrintable(QString::number(fitted / grouped)));
        QVERIFY2(corrected < 0.9 * fitted, qPrintable(QString::number(corrected / fitted)));
        QVERIFY2(corrected < 0.9 * grouped, qPrintable(QString::number(corrected / grouped)));
    }

    void storedAsChosen()
    {
        test::StarterModel starter;
        const Pipeline made = starter.with("quantization.ternary(storage=TQ2_0)");
        forEachLinear(*made.model, [](const LinearId& id, const Linear& linear) {
            const bool whole = id.role == "feed_forward.down"; // 512 inputs; the others have 192
            QCOMPARE(linear.weight->kind(), std::string(whole ? "blocks" : "packed"));
        });
        QVERIFY(!made.notes.empty());
        PARETOSCOPE_EXPECT_ERROR(starter.with("quantization.ternary(storage=TQ1_0,group_size=64)"),
                                 "'group_size' must be 256 or -1");
        PARETOSCOPE_EXPECT_ERROR(starter.with("quantization.ternary+quantization.onebit"), "already compressed");
    }
};

QTEST_GUILESS_MAIN(LowBitTest)
#include "low_bit_test.moc"
