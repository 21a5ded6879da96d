// SmoothQuant by the checks of its method card.
#include "core/model/int8_linear.h"
#include "golden_models.h"
#include "plugins/quantization/smoothing.h"
#include "plugins/quantization/strategies.h"
#include "sample_problems.h"

using namespace paretoscope;
using namespace paretoscope::quantization;
using namespace paretoscope::test;

namespace {

constexpr const char* calibration = "calibration_samples=4,calibration_length=64";

} // namespace

class SmoothquantTest : public QObject {
    Q_OBJECT
private slots:
    void initTestCase() { registerStrategies(StrategyRegistry::instance()); }

    // The card: at 1 all activation maxima become 1, at 0 all weight maxima do.
    void strengths()
    {
        const std::vector<float> activations{0.5f, 20, 3, 0, 7}, weights{0.1f, 0.02f, 4, 0.3f, 0};
        const std::vector<float> ones = smoothingScales(activations, weights, 1), zeros = smoothingScales(activations, weights, 0);
        const std::vector<float> even = smoothingScales(activations, weights, 0.5);
        for (size_t i = 0; i < 3; ++i) {
            QVERIFY(std::abs(activations[i] / ones[i] - 1) < 1e-6f);
            QVERIFY(std::abs(weights[i] * zeros[i] - 1) < 1e-6f);
            QVERIFY(std::abs(activations[i] / even[i] / (weights[i] * even[i]) - 1) < 1e-5f);
        }
        for (size_t i = 3; i < 5; ++i) QCOMPARE(even[i], 1.0f); // nothing there to move
    }

    // |w - ŵ| is at most half a step, and the largest weight of a row is kept.
    void eightBits()
    {
        Random random(4);
        std::vector<float> weights(6 * 40);
        for (float& weight : weights) weight = float(random.normal());
        std::fill(weights.begin() + 200, weights.end(), 0.0f);
        const Int8Linear map(eightBitRows(weights, 6, 40, "test"));
        const std::vector<float> dense = map.toDense(), scales = map.matrix().scales.toFloats();
        for (size_t i = 0; i < weights.size(); ++i)
            QVERIFY(std::abs(dense[i] - weights[i]) <= scales[i / 40] * (0.5f + 127.0f / 2048));
        for (size_t i = 200; i < 240; ++i) QCOMPARE(dense[i], 0.0f);
        PARETOSCOPE_EXPECT_ERROR(eightBitRows(std::vector<float>(4, 1e8f), 1, 4, "layer"), "layer: weights up to");
    }

    void raisesColumnMaxima()
    {
        std::vector<float> maxima{1, 0, 0};
        raiseColumnMaxima(std::vector<float>{0.5f, -2, 3, -4, 1, 0}, maxima);
        QCOMPARE(maxima, (std::vector<float>{4, 2, 3}));
    }

    // 8 + 16/in bits a weight; with outlier channels far closer to the original than without smoothing.
    void wholeModel()
    {
        StarterModel starter;
        const auto smooth = [&] { return starter.with(fmt::format("quantization.smoothquant({})", calibration)); };
        const auto plain = [&] { return starter.with("quantization.smoothquant(smoothing=false)"); };
        const Pipeline result = smooth();
        forEachLinear(*result.model, [&](const LinearId& id, const Linear& linear) {
            QVERIFY2(dynamic_cast<const Int8Linear*>(linear.weight.get()), id.text().c_str());
            QCOMPARE(linear.weight->storedBytes(), linear.weight->parameters() + 2 * linear.weight->outputs());
        });
        QVERIFY(starter.drift(result) < 0.2 * starter.drift(starter.with("quantization.rtn(bits=4,group_size=64)")));
        starter.pipeline.model = withOutlierChannels(*starter.pipeline.model);
        const double ratio = starter.drift(smooth()) / starter.drift(plain());
        QVERIFY2(ratio < 0.1, qPrintable(QString::number(ratio)));
        PARETOSCOPE_EXPECT_ERROR(starter.with("quantization.nf4+quantization.smoothquant"), "is already compressed");
    }

    void everyFamily_data() { addGoldenModels(); }
    void everyFamily()
    {
        PARETOSCOPE_GOLDEN_MODEL();
        StarterModel starter;
        auto readable = std::make_shared<Model>(*model);
        readable->tokenizer = std::make_shared<ByteTokenizer>(model->config.vocabulary);
        starter.pipeline.model = readable;
        const Pipeline result = starter.with("quantization.smoothquant(calibration_samples=2,calibration_length=24)");
        const std::vector<float> before = hiddenOf(readable), after = hiddenOf(result.model);
        double size = 0, difference = 0; // of all rows: a token may change its expert
        for (size_t i = 0; i < before.size(); ++i) {
            size += double(before[i]) * double(before[i]);
            difference += std::pow(double(before[i]) - double(after[i]), 2);
        }
        QVERIFY2(difference < 0.03 * size, qPrintable(QString::number(difference / size)));
    }
};

QTEST_GUILESS_MAIN(SmoothquantTest)
#include "smoothquant_test.moc"
