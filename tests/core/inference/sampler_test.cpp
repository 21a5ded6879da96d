#include "core/base/random.h"
#include "core/inference/generator.h"
#include "tests/test_data.h"

#include <cmath>
#include <map>

using namespace paretoscope;

namespace {

std::map<int32_t, double> shares(const std::vector<float>& logits, const GenerationSettings& settings)
{
    constexpr int draws = 20000;
    Random random(7);
    std::map<int32_t, double> counts;
    for (int i = 0; i < draws; ++i) counts[sampleToken(logits, settings, {}, random)] += 1.0 / draws;
    return counts;
}

} // namespace

class SamplerTest : public QObject {
    Q_OBJECT

private slots:
    void greedyTakesTheLargest()
    {
        Random random(1);
        QCOMPARE(sampleToken(std::vector<float>{0, 3, 2}, {}, {}, random), 1);
    }

    // Shares follow softmax(logits / temperature).
    void temperatureGivesSoftmaxShares()
    {
        GenerationSettings settings;
        settings.temperature = 2;
        const std::vector<float> logits{0, 2, 4};
        const auto counts = shares(logits, settings);
        const double total = std::exp(0.0) + std::exp(1.0) + std::exp(2.0);
        for (int i = 0; i < 3; ++i) QVERIFY(std::abs(counts.at(i) - std::exp(double(i)) / total) < 0.015);
    }

    void cutsLeaveOutTheUnlikely()
    {
        const std::vector<float> logits{0, 1, 2, 3};
        GenerationSettings settings;
        settings.temperature = 1;
        settings.topK = 2;
        QCOMPARE(shares(logits, settings).size(), size_t{2});
        settings.topK = 0;
        settings.topP = 0.5; // the best alone has 0.64
        QCOMPARE(shares(logits, settings).size(), size_t{1});
        settings.topP = 1;
        settings.minP = 0.3; // exp(-1) = 0.37 stays, exp(-2) = 0.14 goes
        QCOMPARE(shares(logits, settings).size(), size_t{2});
    }

    void repetitionIsPenalizedOnce()
    {
        GenerationSettings settings;
        settings.repetitionPenalty = 2;
        Random random(1);
        const std::vector<int32_t> history{1, 1, 1};
        QCOMPARE(sampleToken(std::vector<float>{1.9f, 3.9f}, settings, history, random), 1); // 1.95 > 1.9
        QCOMPARE(sampleToken(std::vector<float>{2.0f, 3.9f}, settings, history, random), 0);
    }

    void sameSeedSameTokens()
    {
        GenerationSettings settings;
        settings.temperature = 1;
        std::vector<int32_t> first, second;
        for (auto* tokens : {&first, &second}) {
            Random random(42, "sampling");
            for (int i = 0; i < 50; ++i)
                tokens->push_back(sampleToken(std::vector<float>{0, 0.5f, 1}, settings, {}, random));
        }
        QCOMPARE(first, second);
    }
};

QTEST_GUILESS_MAIN(SamplerTest)
#include "sampler_test.moc"
