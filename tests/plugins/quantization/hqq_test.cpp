// HQQ by the checks of its method card.
#include "core/model/affine_linear.h"
#include "core/base/error.h"
#include "plugins/quantization/affine_quantizer.h"
#include "plugins/quantization/half_quadratic.h"
#include "plugins/quantization/strategies.h"
#include "sample_problems.h"
#include "tests/test_data.h"

using namespace paretoscope;
using namespace paretoscope::quantization;
using namespace paretoscope::test;

namespace {

const std::vector<float> cardWeights{-.9f, -.4f, -.1f, .05f, .1f, .2f, .45f, 1.6f};

// Normal weights, one in 32 of them `times` as large.
std::vector<float> weightsWithOutliers(size_t count, uint64_t seed, double times)
{
    Random random(seed);
    std::vector<float> weights(count);
    for (size_t i = 0; i < count; ++i) weights[i] = float(random.normal() * (i % 32 == 7 ? times : 1));
    return weights;
}

struct Errors {
    double found = 0, own = 0, nearest = 0;
};

// Mean |w - ŵ| summed over groups of 64: HQQ, the range's own real zero, round-to-nearest.
Errors errorsOn(const std::vector<float>& weights, int bits)
{
    Errors errors;
    for (size_t first = 0; first < weights.size(); first += 64) {
        const auto group = std::span(weights).subspan(first, 64);
        HalfQuadraticSettings settings;
        settings.bits = bits;
        errors.found += meanAbsoluteError(group, fitHalfQuadratic(group, settings, true), bits);
        settings.iterations = 0;
        errors.own += meanAbsoluteError(group, fitHalfQuadratic(group, settings, true), bits);
        const AffineGrid grid = fitGrid(group, {bits, false, false});
        for (const float w : group)
            errors.nearest += std::abs(double(w) - dequantize(quantize(double(w), grid, bits), grid)) / 64;
    }
    return errors;
}

} // namespace

class HqqTest : public QObject {
    Q_OBJECT
private slots:
    void initTestCase() { registerStrategies(StrategyRegistry::instance()); }

    // The card: S = 1.2, Z0 = 1.08, error .154167; Z1 = 1.062235, error .157868: Z0 stays.
    void vectorOfTheCard()
    {
        HalfQuadraticSettings settings;
        settings.bits = 2;
        const RealGrid start = gridOfRange(-0.9, 1.6, 2, false);
        QVERIFY(std::abs(1 / start.scale - 1.2) < 1e-9);
        QVERIFY(std::abs(start.zero - 1.08) < 1e-9);
        QVERIFY(std::abs(meanAbsoluteError(cardWeights, start, 2) - .154167) < 1e-6);
        const RealGrid next{start.scale, improvedZero(cardWeights, start, settings.strength, settings)};
        QVERIFY2(std::abs(next.zero - 1.062235) < 1e-6, qPrintable(QString::number(next.zero, 'g', 9)));
        QVERIFY(std::abs(meanAbsoluteError(cardWeights, next, 2) - .157868) < 1e-6);
        QVERIFY(std::abs(fitHalfQuadratic(cardWeights, settings, false).zero - 1.08) < 1e-6);
    }

    void shrinkIsTheSoftThresholdAtOne()
    {
        for (double x = -2; x <= 2; x += 0.125) {
            const double expected = std::abs(x) <= 0.1 ? 0 : x - std::copysign(0.1, x);
            QVERIFY(std::abs(shrink(x, 10, 1) - expected) < 1e-12);
        }
        QVERIFY(std::abs(shrink(-0.5, 10, 0.7) - -(0.5 - 0.1 / std::pow(0.5, 0.3))) < 1e-12);
        QCOMPARE(shrink(0, 10, 0.7), 0.0);
    }

    // With codes and outliers held, no zero point nearby has a smaller Σ (q - z - (w - e) / s)².
    void zeroIsTheMinimizer()
    {
        HalfQuadraticSettings settings;
        settings.bits = 3;
        const std::vector<float> weights = weightsWithOutliers(64, 3, 5);
        const RealGrid grid = gridOfRange(-3, 4, 3, false);
        const double zero = improvedZero(weights, grid, 10, settings);
        const auto objective = [&](double z) {
            double sum = 0;
            for (const float w : weights) {
                const int code = quantize(double(w), grid, 3);
                const double e = shrink(double(w) - dequantize(code, grid), 10, settings.power);
                sum += std::pow(code - z - (double(w) - e) / grid.scale, 2);
            }
            return sum;
        };
        for (const double step : {1e-3, 1e-2, 0.3}) QVERIFY(objective(zero) < objective(zero + step) && objective(zero) < objective(zero - step));
    }

    // The card: at 2 and 3 bits a smaller mean |w - ŵ| than round-to-nearest. With outliers the range's
    // own zero is improved most; at 2 bits a code for 0 itself, which only round-to-nearest has, can
    // then be worth more.
    void beatsRoundToNearest()
    {
        for (const int bits : {2, 3, 4}) {
            const Errors plain = errorsOn(weightsWithOutliers(64 * 256, 5, 1), bits);
            QVERIFY2(plain.found < 0.97 * plain.nearest, qPrintable(QString::number(plain.found / plain.nearest)));
            const Errors outliers = errorsOn(weightsWithOutliers(64 * 256, 6, 5), bits);
            QVERIFY2(outliers.found < 0.97 * outliers.own, qPrintable(QString::number(outliers.found / outliers.own)));
        }
    }

    void degenerateGroups()
    {
        for (const float value : {0.0f, 0.25f, -3.0f, 1e-6f}) {
            const std::vector<float> weights(32, value);
            QVERIFY(meanAbsoluteError(weights, fitHalfQuadratic(weights, {}, true), 4) <= 0.01 * std::abs(double(value)) + 0x1p-20);
        }
        // Far from zero and close together: the zero point still fits 16 bits.
        std::vector<float> weights;
        for (int i = 0; i < 32; ++i) weights.push_back(100 + 1e-3f * float(i));
        const RealGrid grid = fitHalfQuadratic(weights, {}, true);
        QCOMPARE(halfOf(grid.zero), grid.zero);
        QVERIFY(meanAbsoluteError(weights, grid, 4) < 0.1);
    }

    // The card: b + 32/g bits a weight. No data is asked for, and 2 bits stay closer than round-to-nearest.
    void wholeModel()
    {
        StarterModel starter, noText;
        noText.workbench.calibrationText.clear();
        const Pipeline result = noText.with("quantization.hqq(bits=3,group_size=32)");
        forEachLinear(*result.model, [&](const LinearId& id, const Linear& linear) {
            QVERIFY2(dynamic_cast<const AffineLinear*>(linear.weight.get()), id.text().c_str());
            QCOMPARE(8 * linear.weight->storedBytes(), linear.weight->parameters() * (3 + 1));
        });
        const double found = starter.drift(starter.with("quantization.hqq(bits=2,group_size=64)"));
        const double nearest = starter.drift(starter.with("quantization.rtn(bits=2,group_size=64)"));
        QVERIFY2(found < nearest, qPrintable(QString::number(found / nearest)));
        PARETOSCOPE_EXPECT_ERROR(starter.with("quantization.hqq+quantization.hqq"), "quantization.hqq: blocks.0.attention.query is already compressed");
    }
};

QTEST_GUILESS_MAIN(HqqTest)
#include "hqq_test.moc"
