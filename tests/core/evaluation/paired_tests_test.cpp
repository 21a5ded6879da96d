// One metric of two runs on shared items, against values worked out elsewhere.
#include "core/evaluation/paired_test.h"

#include "core/evaluation/statistics.h"
#include "tests/core/evaluation/numbers.h"

using namespace paretoscope;

namespace {

Measurement measurementOf(const std::vector<double>& scores)
{
    Measurement result;
    for (size_t i = 0; i < scores.size(); ++i)
        result.items.push_back({"item-" + std::to_string(i), scores[i], 1});
    result.value = meanInterval(scores).mean;
    return result;
}

// `onlyA` and `onlyB` questions that one side answers, `both` that both do, of `count`.
std::pair<Measurement, Measurement> answers(int count, int onlyA, int onlyB, int both)
{
    std::vector<double> a(static_cast<size_t>(count), 0.0);
    std::vector<double> b = a;
    for (int i = 0; i < onlyA + both; ++i)
        a[size_t(i)] = 1;
    for (int i = onlyA; i < onlyA + both + onlyB; ++i)
        b[size_t(i)] = 1;
    return {measurementOf(a), measurementOf(b)};
}

} // namespace

class PairedTestsTest : public QObject {
    Q_OBJECT

private slots:
    // Values of methods/reasoning_eval_vision.md, H, paired-tests; b: the base alone is right.
    void sharesAreTestedByMcNemar()
    {
        const auto [compressed, base] = answers(100, 5, 15, 70);
        const PairedTest test = *pairedTest(compressed, base);
        QVERIFY(test.kind == PairedTest::Kind::McNemar);
        QCOMPARE(test.onlyA, int64_t(5));
        QCOMPARE(test.onlyB, int64_t(15));
        VERIFY_NEAR(test.difference, -0.1, 1e-12);
        VERIFY_NEAR(test.base, 0.85, 1e-12);
        VERIFY_NEAR(test.pValue, 0.04139, 5e-6);
        VERIFY_NEAR(test.low, -0.1840, 5e-5);
        VERIFY_NEAR(test.high, -0.0121, 5e-5);
        // P(at least 5 of 20 heads) = 1 - P(at most 4) = 1 - 6196 / 2^20
        VERIFY_NEAR(test.oneSided, 1 - 6196.0 / 1048576, 1e-12);
    }

    void equalAnswersAreNoProofOfEquality()
    {
        const auto [a, b] = answers(200, 0, 0, 150);
        const PairedTest test = *pairedTest(a, b);
        QCOMPARE(test.pValue, 1.0);
        QCOMPARE(test.oneSided, 1.0);
        VERIFY_NEAR(test.low, -0.0097, 5e-5);
        VERIFY_NEAR(test.high, 0.0097, 5e-5);
    }

    // (z_.975)² (p_d - d²) / W² for a share, from the cells with half a question added to each.
    void itemsForAnIntervalOfAShare()
    {
        const auto [a, b] = answers(100, 5, 15, 70);
        const double lost = 15.5, gained = 5.5, n = 102;
        const double variance = (lost + gained) / n - std::pow((gained - lost) / n, 2);
        const double needed = 1.959964 * 1.959964 * variance / (0.02 * 0.02) * 100 / n;
        const int64_t found = itemsForInterval(*pairedTest(a, b), 0.02);
        QVERIFY2(std::abs(double(found) - needed) <= 1.5, std::to_string(found).c_str());
        QCOMPARE(itemsForInterval(*pairedTest(a, b), 0), int64_t(0));
    }

    void otherScoresAreTestedBySignsAndT()
    {
        const std::vector<double> a{2.0, 3.5, 1.0, 4.0, 2.5, 3.0};
        const std::vector<double> b{1.5, 3.0, 1.2, 3.0, 2.0, 2.8};
        const PairedTest test = *pairedTest(measurementOf(a), measurementOf(b));
        QVERIFY(test.kind == PairedTest::Kind::SignFlip);
        // Differences .5 .5 -.2 1 .5 .2: sums of signs as large as 2.5 are +-(all but the -.2
        // counted against) and +-(all positive), (.2 against: 2.5 as well): 6 of 64.
        int extreme = 0;
        const double d[] = {0.5, 0.5, -0.2, 1.0, 0.5, 0.2};
        for (int signs = 0; signs < 64; ++signs) {
            double sum = 0;
            for (int i = 0; i < 6; ++i)
                sum += (signs >> i & 1 ? 1 : -1) * d[i];
            extreme += std::abs(sum) >= 2.5 - 1e-9 ? 1 : 0;
        }
        VERIFY_NEAR(test.pValue, extreme / 64.0, 1e-12);
        // mean 2.5/6, sd² = (Σd² - n·mean²)/5; t quantiles of 5 degrees: 2.570582, 2.015048
        const double mean = 2.5 / 6, error = std::sqrt((1.83 - 6 * mean * mean) / 5 / 6);
        VERIFY_NEAR(test.low, mean - 2.570582 * error, 1e-6);
        VERIFY_NEAR(test.high90, mean + 2.015048 * error, 1e-6);
        // P(T_5 > t) by the closed form of the t distribution with 5 degrees of freedom.
        const double t = mean / error, theta = std::atan(t / std::sqrt(5.0)), c = std::cos(theta);
        const double middle = 2 / M_PI * (theta + std::sin(theta) * (c + 2.0 / 3 * c * c * c));
        VERIFY_NEAR(test.oneSided, (1 - middle) / 2, 1e-9);
        QCOMPARE(pairedTest(measurementOf(b), measurementOf(a))->pValue, test.pValue);
    }

    void perplexityIsInItsOwnUnit()
    {
        Measurement a = measurementOf({2.0, 2.2, 2.1, 2.3});
        Measurement b = measurementOf({1.9, 2.0, 2.0, 2.2});
        a.value = std::exp(2.15);
        b.value = std::exp(2.025);
        const PairedTest test = *pairedTest(a, b);
        VERIFY_NEAR(test.base, std::exp(2.025), 1e-9);
        VERIFY_NEAR(test.difference, std::exp(2.15) - std::exp(2.025), 1e-9);
        // d = .1 .2 .1 .1: mean .125, error .025, t of 3 degrees at 95 % 3.182446
        VERIFY_NEAR(test.high, std::exp(2.025) * std::expm1(0.125 + 3.182446 * 0.025), 1e-5);
    }

    // The error of a bootstrapped mean is that of the mean.
    void theBootstrapAgreesWithTheNormalInterval()
    {
        Random random(7);
        std::vector<double> a, b;
        for (int i = 0; i < 400; ++i) {
            b.push_back(random.normal());
            a.push_back(b.back() + 0.1 + 0.5 * random.normal());
        }
        PairedTestOptions options;
        options.resamples = 4000;
        const PairedTest test = *pairedTest(measurementOf(a), measurementOf(b), options);
        const double width = test.high - test.low;
        VERIFY_NEAR(*test.bootstrapLow, test.low, 0.06 * width);
        VERIFY_NEAR(*test.bootstrapHigh, test.high, 0.06 * width);
        QVERIFY(!pairedTest(measurementOf(a), measurementOf(b))->bootstrapLow);
    }

    // At a margin that is the end of the 90 % interval, p is 5 %.
    void theMarginsPAgreesWithTheInterval()
    {
        const auto [a, b] = answers(100, 5, 15, 70);
        const PairedTest shares = *pairedTest(a, b);
        VERIFY_NEAR(marginPValue(shares, -shares.low90, true), 0.05, 1e-6);
        VERIFY_NEAR(marginPValue(shares, shares.high90, false), 1 - marginPValue(shares, -shares.high90, true), 1e-6);
        Measurement p = measurementOf({2.0, 2.2, 2.1, 2.3});
        Measurement q = measurementOf({1.9, 2.0, 2.0, 2.2});
        p.value = std::exp(2.15);
        q.value = std::exp(2.025);
        const PairedTest perplexity = *pairedTest(p, q);
        VERIFY_NEAR(marginPValue(perplexity, perplexity.high90, false), 0.05, 1e-6);
        QVERIFY(marginPValue(perplexity, 2 * perplexity.high90, false) < 0.05);
        QVERIFY(marginPValue(perplexity, perplexity.low90, false) > 0.05);
    }

    void onlySharedItemsCount()
    {
        Measurement a = measurementOf({1, 0, 1});
        Measurement b = measurementOf({0, 0});
        const PairedTest test = *pairedTest(a, b);
        QCOMPARE(test.items, int64_t(2));
        QCOMPARE(test.difference, 0.5);
        for (ItemScore& item : b.items)
            item.item += " of another text";
        QVERIFY(!pairedTest(a, b));
    }
};

QTEST_GUILESS_MAIN(PairedTestsTest)
#include "paired_tests_test.moc"
