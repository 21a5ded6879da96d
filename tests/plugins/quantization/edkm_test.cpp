// eDKM by the checks of its method card.
#include "core/base/error.h"
#include "core/model/codebook_linear.h"
#include "plugins/quantization/affine_quantizer.h"
#include "plugins/quantization/k_means.h"
#include "plugins/quantization/soft_palette.h"
#include "plugins/quantization/strategies.h"
#include "sample_problems.h"
#include "tests/test_data.h"

using namespace paretoscope;
using namespace paretoscope::quantization;
using namespace paretoscope::test;

namespace {

std::vector<float> normals(size_t count, uint64_t seed)
{
    Random random(seed);
    std::vector<float> values;
    for (size_t i = 0; i < count; ++i) values.push_back(float(random.normal()));
    return values;
}

SoftPaletteSettings settingsOf(double temperature, int iterations, bool unique = false)
{
    SoftPaletteSettings settings;
    settings.temperature = temperature;
    settings.iterations = iterations;
    settings.tolerance = 0;
    settings.unique = unique;
    return settings;
}

} // namespace

class EdkmTest : public QObject {
    Q_OBJECT
private slots:
    void initTestCase() { registerStrategies(StrategyRegistry::instance()); }

    // The card's numbers.
    void fixpoint()
    {
        const std::vector<float> weights{-.9f, -.4f, -.1f, .05f, .1f, .2f, .45f, 1};
        const SoftPalette palette(weights, {-1, 0, 1}, settingsOf(0.05, 200));
        const double expected[] = {-.649254, .137934, .988879};
        for (size_t k = 0; k < 3; ++k)
            QVERIFY2(std::abs(palette.centroids()[k] - expected[k]) < 1e-5, qPrintable(QString::number(palette.centroids()[k], 'g', 9)));
    }

    // Without temperature it is k-means: means of the nearest weights, and weights at them.
    void coldIsHard()
    {
        const std::vector<float> weights = normals(200, 2);
        const SoftPalette palette(weights, {-2, -0.5, 0.5, 2}, settingsOf(1e-9, 50));
        const std::vector<double>& c = palette.centroids();
        std::vector<double> sums(4), counts(4);
        const std::vector<float> soft = palette.soft();
        for (size_t i = 0; i < weights.size(); ++i) {
            size_t nearest = 0;
            for (size_t k = 1; k < 4; ++k)
                if (std::abs(double(weights[i]) - c[k]) < std::abs(double(weights[i]) - c[nearest])) nearest = k;
            QVERIFY(std::abs(double(soft[i]) - c[nearest]) < 1e-6);
            sums[nearest] += double(weights[i]);
            counts[nearest] += 1;
        }
        for (size_t k = 0; k < 4; ++k) QVERIFY(std::abs(sums[k] / counts[k] - c[k]) < 1e-6);
    }

    // Through the mixtures and all iterations, against differences.
    void gradientCheck_data()
    {
        QTest::addColumn<int>("iterations");
        for (const int iterations : {0, 1, 2, 5}) QTest::addRow("%d iterations", iterations) << iterations;
    }
    void gradientCheck()
    {
        QFETCH(int, iterations);
        const std::vector<float> weights = normals(12, 3), direction = normals(12, 4);
        const auto settings = settingsOf(0.2, iterations);
        const std::vector<double> start{-1, 0, 1};
        const auto value = [&](const std::vector<float>& at) {
            const std::vector<float> soft = SoftPalette(at, start, settings).soft();
            double sum = 0;
            for (size_t i = 0; i < soft.size(); ++i) sum += double(soft[i]) * double(direction[i]);
            return sum;
        };
        const std::vector<float> gradient = SoftPalette(weights, start, settings).gradient(direction);
        constexpr float step = 1.0f / 1024;
        for (size_t i = 0; i < weights.size(); ++i) {
            std::vector<float> up = weights, down = weights;
            up[i] += step;
            down[i] -= step;
            const double slope = (value(up) - value(down)) / (double(up[i]) - double(down[i]));
            QVERIFY2(std::abs(slope - double(gradient[i])) < 2e-3 * (1 + std::abs(slope)),
                     qPrintable(QString("%1: %2, %3").arg(i).arg(slope).arg(double(gradient[i]))));
        }
    }

    // Attention for distinct values only gives what attention for every weight gives.
    void uniqueIsTheSame()
    {
        std::vector<float> weights = normals(40, 5);
        for (float& weight : weights) weight = std::nearbyint(weight * 8) / 8; // exact in BF16, many alike
        const std::vector<float> direction = normals(40, 6);
        const std::vector<double> start{-1.5, -0.5, 0.5, 1.5};
        const SoftPalette naive(weights, start, settingsOf(0.1, 4)), unique(weights, start, settingsOf(0.1, 4, true));
        QCOMPARE(naive.distinct(), 40);
        QVERIFY(unique.distinct() < 30);
        const std::vector<float> a = naive.soft(), b = unique.soft(), x = naive.gradient(direction), y = unique.gradient(direction);
        for (size_t i = 0; i < weights.size(); ++i) {
            QVERIFY(std::abs(a[i] - b[i]) < 1e-6f);
            QVERIFY(std::abs(x[i] - y[i]) < 1e-5f * (1 + std::abs(x[i])));
        }
    }

    // The card: a palette of 8 values for a tensor is closer than 8 even steps.
    void betterThanEvenSteps()
    {
        const std::vector<float> weights = normals(64 * 64, 7);
        const double palette = kMeans(*cpuBackend(), weights, 1, {8, 50, 1}).error;
        const AffineGrid grid = fitGrid(weights, {3, false, false});
        double even = 0;
        for (const float weight : weights) even += std::pow(double(weight) - dequantize(quantize(double(weight), grid, 3), grid), 2);
        QVERIFY2(palette < 0.5 * even, qPrintable(QString::number(palette / even)));
    }

    // b bits a weight and 2^b · 16 for each palette; training brings the model closer.
    void wholeModel()
    {
        StarterModel starter;
        auto model = std::make_shared<Model>(*starter.pipeline.model);
        model->blocks.resize(1);
        model->config.blocks.resize(1);
        starter.pipeline.model = model;
        const auto with = [&](int rows, int steps) {
            return starter.with(fmt::format("quantization.edkm(bits=2,palette_rows={},steps={},batch=2,rate=0.0005,calibration_length=64)", rows, steps));
        };
        const Pipeline plain = with(-1, 0), trained = with(-1, 8), grouped = with(16, 0);
        forEachLinear(*grouped.model, [&](const LinearId&, const Linear& linear) {
            QCOMPARE(linear.weight->kind(), std::string("codebooks"));
            QCOMPARE(linear.weight->storedBytes(), linear.weight->parameters() / 4 + linear.weight->outputs() / 16 * 4 * 2);
        });
        QCOMPARE(linearFootprint(*plain.model).bytes, linearFootprint(*trained.model).bytes);
        const double before = starter.drift(plain);
        QVERIFY2(starter.drift(trained) < 0.95 * before && starter.drift(grouped) < before,
                 qPrintable(QString("%1, %2 of %3").arg(starter.drift(trained)).arg(starter.drift(grouped)).arg(before)));
        PARETOSCOPE_EXPECT_ERROR(starter.with("quantization.rtn+quantization.edkm"), "is already compressed");
    }
};

QTEST_GUILESS_MAIN(EdkmTest)
#include "edkm_test.moc"
