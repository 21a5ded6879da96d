// NF4 by the checks of its method card.
#include "core/base/random.h"
#include "plugins/quantization/affine_quantizer.h"
#include "plugins/quantization/normal_float.h"

#include <QTest>

#include <algorithm>
#include <cmath>

using namespace paretoscope;
using namespace paretoscope::quantization;

namespace {

// Quantile of the standard normal distribution, by bisection of its definition.
double normalQuantile(double probability)
{
    double low = -10, high = 10;
    for (int i = 0; i < 200; ++i) {
        const double middle = (low + high) / 2;
        (0.5 * std::erfc(-middle / std::sqrt(2.0)) < probability ? low : high) = middle;
    }
    return low;
}

double meanSquare(const std::vector<float>& a, const std::vector<float>& b)
{
    double sum = 0;
    for (size_t i = 0; i < a.size(); ++i) sum += std::pow(double(a[i]) - double(b[i]), 2);
    return sum / double(a.size());
}

} // namespace

class NormalFloatTest : public QObject {
    Q_OBJECT
private slots:
    // Eight positive and seven negative quantiles and 0, over the largest.
    void levelsAreQuantiles()
    {
        std::vector<double> levels{0};
        const double end = 0.9677083;
        for (int i = 0; i < 8; ++i) levels.push_back(normalQuantile(end + (0.5 - end) * i / 8));
        for (int i = 0; i < 7; ++i) levels.push_back(-normalQuantile(end + (0.5 - end) * i / 7));
        std::sort(levels.begin(), levels.end());
        for (size_t i = 0; i < 16; ++i)
            QVERIFY(std::abs(levels[i] / normalQuantile(end) - double(normalFloatLevels[i])) < 1e-5);
    }

    void codesOfTheCard()
    {
        const std::vector<float> block{-.9f, -.4f, -.1f, .05f, .1f, .2f, .45f, 1.6f};
        const std::vector<int> expected{2, 4, 6, 7, 8, 9, 10, 15};
        const LookupMatrix matrix = normalFloat4(block, 1, 8, 8);
        QCOMPARE(matrix.scales.toFloats(), std::vector<float>{1.6f});
        for (size_t i = 0; i < 8; ++i)
            QCOMPARE((matrix.codes.view<uint8_t>()[i / 2] >> (i % 2 * 4)) & 15, expected[i]);
        for (int code = 0; code < 16; ++code) QCOMPARE(int(nearestNormalFloat(normalFloatLevels[size_t(code)])), code);
    }

    void nearestIsNearest()
    {
        for (float x = -1; x <= 1; x += 0.001f) {
            const float found = std::abs(normalFloatLevels[nearestNormalFloat(x)] - x);
            for (const float level : normalFloatLevels) QVERIFY(found <= std::abs(level - x) + 1e-6f);
        }
    }

    // Dettmers et al.: smaller error than four-bit integers for normally distributed weights.
    void beatsIntegersOnNormalWeights()
    {
        Random random(1);
        std::vector<float> weights(64 * 256);
        for (float& weight : weights) weight = float(random.normal());
        const LookupMatrix codes = normalFloat4(weights, 64, 256, 64);
        const PackedMatrix integers = quantizeToNearest(weights, 64, 256, 64, {4, true, false}, "test");
        std::vector<float> a(weights.size()), b(weights.size());
        for (int64_t r = 0; r < 64; ++r) {
            lookUpRow(codes, r, 0, std::span(a).subspan(size_t(r * 256), 256));
            dequantizeRow(integers, r, std::span(b).subspan(size_t(r * 256), 256));
        }
        QVERIFY(meanSquare(a, weights) < 0.9 * meanSquare(b, weights));
    }

    void zerosStayZero()
    {
        const std::vector<float> weights(32, 0.0f);
        const LookupMatrix matrix = normalFloat4(weights, 1, 32, 16);
        std::vector<float> values(32, 1.0f);
        lookUpRow(matrix, 0, 0, values);
        QCOMPARE(values, weights);
    }
};

QTEST_GUILESS_MAIN(NormalFloatTest)
#include "normal_float_test.moc"
