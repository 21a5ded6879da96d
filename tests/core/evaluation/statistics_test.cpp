// Against published tables, closed forms, worked examples and simulated coverage.
#include "core/evaluation/statistics.h"

#include "core/base/random.h"
#include "core/evaluation/distributions.h"
#include "tests/test_data.h"

#include <cmath>
#include <limits>
#include <numeric>

using namespace paretoscope;

namespace {

bool near(double a, double b, double tolerance)
{
    return std::abs(a - b) <= tolerance;
}

Measurement scored(const std::vector<double>& scores, const std::vector<double>& weights = {})
{
    Measurement m;
    m.metric = "nll_per_token";
    for (size_t i = 0; i < scores.size(); ++i)
        m.items.push_back(
            {"item-" + std::to_string(i), scores[i], weights.empty() ? 1 : weights[i]});
    return m;
}

} // namespace

#define VERIFY_NEAR(a, b, tolerance)                                                               \
    QVERIFY2(near(a, b, tolerance), qPrintable(QString::number(a, 'g', 12)))

class StatisticsTest : public QObject {
    Q_OBJECT
private slots:
    void normalQuantiles()
    {
        VERIFY_NEAR(normalQuantile(0.975), 1.959963984540054, 1e-14);
        VERIFY_NEAR(normalQuantile(0.8), 0.8416212335729143, 1e-14);
        VERIFY_NEAR(normalQuantile(0.995), 2.5758293035489004, 1e-13);
        QCOMPARE(normalQuantile(0.5), 0.0);
        QVERIFY(std::isinf(normalQuantile(0)) && normalQuantile(0) < 0);
        QVERIFY(std::isinf(normalQuantile(1)) && normalQuantile(1) > 0);
        QVERIFY(std::isnan(normalQuantile(1.5)) && std::isnan(normalQuantile(std::nan(""))));
        for (const double p : {1e-300, 1e-20, 1e-9, 0.001, 0.2, 0.499999, 0.6, 0.999}) {
            const double back = normalCdf(normalQuantile(p));
            QVERIFY2(near(back, p, 1e-12 * p), qPrintable(QString::number(p)));
        }
    }

    void studentQuantilesOfTheTables_data()
    {
        QTest::addColumn<double>("degrees");
        QTest::addColumn<double>("expected"); // two-sided 95 %
        QTest::newRow("1") << 1.0 << 12.7062047361747;
        QTest::newRow("2") << 2.0 << 4.30265272974946;
        QTest::newRow("3") << 3.0 << 3.18244630528371;
        QTest::newRow("5") << 5.0 << 2.57058183563631;
        QTest::newRow("10") << 10.0 << 2.22813885198627;
        QTest::newRow("30") << 30.0 << 2.04227245630124;
        QTest::newRow("120") << 120.0 << 1.97993040508244;
        QTest::newRow("huge") << 1e12 << 1.959963984540054;
    }

    void studentQuantilesOfTheTables()
    {
        QFETCH(double, degrees);
        QFETCH(double, expected);
        VERIFY_NEAR(studentQuantile(0.975, degrees), expected, 1e-10);
        VERIFY_NEAR(studentQuantile(0.025, degrees), -expected, 1e-10);
    }

    void studentQuantilesInClosedForm()
    {
        for (const double p : {0.55, 0.8, 0.95, 0.999, 0.9999999}) {
            const double cauchy = std::tan(M_PI * (p - 0.5));
            VERIFY_NEAR(studentQuantile(p, 1) / cauchy, 1.0, 1e-8);
            const double a = 4 * p * (1 - p);
            const double two = 2 * (p - 0.5) * std::sqrt(2 / a);
            VERIFY_NEAR(studentQuantile(p, 2) / two, 1.0, 1e-8);
        }
        QCOMPARE(studentQuantile(0.5, 7), 0.0);
        QVERIFY(std::isnan(studentQuantile(0.9, 0)));
        QVERIFY(std::isinf(studentQuantile(1, 5)));
        QVERIFY(near(studentQuantile(0.975, 1e6), normalQuantile(0.975), 1e-5));
        QVERIFY(near(studentQuantile(0.975, 1e8), normalQuantile(0.975), 1e-7));
    }

    void betaAndBinomialAgreeWithSums()
    {
        // I_x(a, b) for whole a and b is a binomial sum.
        for (const double p : {0.01, 0.3, 0.5, 0.9})
            for (int64_t n : {1, 7, 40}) {
                double sum = 0;
                for (int64_t k = 0; k <= n; ++k) {
                    sum += std::exp(logBinomial(n, k)) * std::pow(p, double(k)) *
                           std::pow(1 - p, double(n - k));
                    VERIFY_NEAR(binomialCdf(k, n, p), sum, 1e-12);
                }
            }
        VERIFY_NEAR(incompleteBeta(2, 3, 0.4), 0.5248, 1e-12); // 6x² - 8x³ + 3x⁴
        VERIFY_NEAR(incompleteBeta(0.5, 0.5, 0.3), 2 / M_PI * std::asin(std::sqrt(0.3)), 1e-12);
        VERIFY_NEAR(betaQuantile(0.5248, 2, 3), 0.4, 1e-12);
        QVERIFY(std::isnan(incompleteBeta(0, 1, 0.5)) && std::isnan(incompleteBeta(1, 1, 2)));
    }

    void meansHaveStudentIntervals()
    {
        // Chunk means of the log: e^1.5 is the perplexity, not the mean of the chunks' own.
        const std::vector<double> chunks{2.0, 1.0};
        const Interval interval = meanInterval(chunks);
        QCOMPARE(interval.mean, 1.5);
        QCOMPARE(interval.standardError, 0.5);
        VERIFY_NEAR(std::exp(interval.mean), 4.4817, 5e-5);
        VERIFY_NEAR(interval.high, 1.5 + 0.5 * 12.7062047361747, 1e-9);
        VERIFY_NEAR(interval.low, 1.5 - 0.5 * 12.7062047361747, 1e-9);
        QCOMPARE(interval.count, int64_t(2));
        const Interval ninety = meanInterval(chunks, 0.9);
        VERIFY_NEAR(ninety.high, 1.5 + 0.5 * 6.31375151467504, 1e-9);
    }

    void oneOrNoValue()
    {
        const std::vector<double> one{3.5};
        const Interval interval = meanInterval(one);
        QVERIFY(interval.mean == 3.5 && interval.low == 3.5 && interval.high == 3.5);
        QCOMPARE(interval.standardError, 0.0);
        QCOMPARE(interval.count, int64_t(1));
        const Interval none = meanInterval({});
        QVERIFY(std::isnan(none.mean) && std::isnan(none.standardError) && none.count == 0);
        QVERIFY(std::isnan(weightedMeanInterval({}, {}).mean));
    }

    void anInfiniteValueIsNotHidden()
    {
        const std::vector<double> values{1, std::numeric_limits<double>::infinity(), 2};
        const Interval interval = meanInterval(values);
        QVERIFY(std::isinf(interval.mean) && std::isnan(interval.standardError));
        QCOMPARE(interval.count, int64_t(3));
    }

    void ratioEstimatorOfBitsPerByte()
    {
        const std::vector<double> nll{30, 50, 20, 44};
        const std::vector<double> bytes{40, 60, 30, 50};
        std::vector<double> rates;
        for (size_t i = 0; i < nll.size(); ++i)
            rates.push_back(nll[i] / std::log(2.0) / bytes[i]);
        const Interval interval = weightedMeanInterval(rates, bytes);
        VERIFY_NEAR(interval.mean, 1.15416, 5e-6);
        VERIFY_NEAR(interval.standardError, 0.05853, 5e-6);
        VERIFY_NEAR(meanInterval(rates).mean, 1.12891, 5e-6);
        VERIFY_NEAR(interval.high - interval.mean, 3.18244630528371 * interval.standardError,
                    1e-10);
    }

    void equalWeightsAreAPlainMean()
    {
        const std::vector<double> values{1, 4, 2, 8, 5, 7};
        const std::vector<double> weights(6, 3.0);
        const Interval a = meanInterval(values);
        const Interval b = weightedMeanInterval(values, weights);
        VERIFY_NEAR(a.mean, b.mean, 1e-14);
        VERIFY_NEAR(a.standardError, b.standardError, 1e-14);
    }

    void wilsonIntervals()
    {
        const auto check = [](int64_t k, int64_t n, double low, double high) {
            const Interval interval = wilsonInterval(k, n);
            VERIFY_NEAR(interval.low, low, 5e-5);
            VERIFY_NEAR(interval.high, high, 5e-5);
        };
        check(80, 100, 0.7112, 0.8666);
        check(0, 20, 0, 0.1611);
        check(500, 1000, 0.4691, 0.5309);
        check(20, 20, 1 - 0.1611, 1);
        QCOMPARE(wilsonInterval(0, 20).low, 0.0);
        QCOMPARE(wilsonInterval(20, 20).high, 1.0);
        QCOMPARE(wilsonInterval(80, 100).mean, 0.8);
        VERIFY_NEAR(wilsonInterval(80, 100).standardError, std::sqrt(0.16 / 99), 1e-15);
        QVERIFY(std::isnan(wilsonInterval(0, 0).mean) && wilsonInterval(0, 0).high == 1);
    }

    void coverageIsWhatItSays()
    {
        constexpr int repeats = 2000;
        Random random(11);
        int wilson = 0;
        int student = 0;
        for (int repeat = 0; repeat < repeats; ++repeat) {
            int64_t successes = 0;
            for (int i = 0; i < 200; ++i)
                successes += random.uniform() < 0.9 ? 1 : 0;
            const Interval share = wilsonInterval(successes, 200);
            if (share.low <= 0.9 && 0.9 <= share.high) ++wilson;
            std::vector<double> values(5);
            for (double& value : values)
                value = 3 + 2 * random.normal();
            const Interval mean = meanInterval(values);
            if (mean.low <= 3 && 3 <= mean.high) ++student;
        }
        QVERIFY2(wilson > 0.935 * repeats && wilson < 0.965 * repeats,
                 std::to_string(wilson).c_str());
        QVERIFY2(student > 0.935 * repeats && student < 0.965 * repeats,
                 std::to_string(student).c_str());
    }

    void weightedCoverageIsWhatItSays()
    {
        constexpr int repeats = 2000;
        Random random(12);
        int covered = 0;
        for (int repeat = 0; repeat < repeats; ++repeat) {
            std::vector<double> values(60), weights(60);
            for (size_t i = 0; i < 60; ++i) {
                weights[i] = double(random.between(20, 200));
                values[i] = 2 + random.normal() / std::sqrt(weights[i]);
            }
            const Interval interval = weightedMeanInterval(values, weights);
            if (interval.low <= 2 && 2 <= interval.high) ++covered;
        }
        QVERIFY2(covered > 0.93 * repeats && covered < 0.97 * repeats,
                 std::to_string(covered).c_str());
    }

    void signFlipsOfFewItemsAreExact()
    {
        // All five positive: only the two sign vectors without change are as extreme.
        QCOMPARE(signFlipTest(std::vector<double>{1, 2, 3, 4, 5}), 2.0 / 32);
        // {3, -1}: sums are ±2 and ±4, of which all are at least 2.
        QCOMPARE(signFlipTest(std::vector<double>{3, -1}), 1.0);
        QCOMPARE(signFlipTest(std::vector<double>{0, 0, 0}), 1.0);
        QCOMPARE(signFlipTest(std::vector<double>{1}), 1.0);
        // Brute force over 2^10 by another route: subsets as recursion.
        const std::vector<double> d{0.3, -0.2, 0.9, 0.4, -0.1, 0.8, 0.5, 0.1, -0.6, 0.7};
        double observed = 0;
        for (const double x : d)
            observed += x;
        int extreme = 0;
        const std::function<void(size_t, double)> walk = [&](size_t i, double sum) {
            if (i == d.size()) {
                if (std::abs(sum) >= observed - 1e-9) ++extreme;
                return;
            }
            walk(i + 1, sum + d[i]);
            walk(i + 1, sum - d[i]);
        };
        walk(0, 0);
        VERIFY_NEAR(signFlipTest(d), extreme / 1024.0, 1e-12);
    }

    void signFlipsOfManyItemsAreFairAndRepeatable()
    {
        Random random(5);
        int rejected = 0;
        constexpr int repeats = 1000;
        for (int repeat = 0; repeat < repeats; ++repeat) {
            std::vector<double> d(40);
            for (double& x : d)
                x = random.normal();
            if (signFlipTest(d, uint64_t(repeat), 400) <= 0.05) ++rejected;
        }
        QVERIFY2(rejected > 30 && rejected < 72, std::to_string(rejected).c_str());
        std::vector<double> shifted(100);
        for (double& x : shifted)
            x = 0.5 + random.normal();
        const double p = signFlipTest(shifted);
        QVERIFY(p < 0.01 && p >= 1.0 / 10001);
        QCOMPARE(signFlipTest(shifted), p);
    }

    void differencesPairByItem()
    {
        Measurement a = scored({1, 2, 3, 4});
        Measurement b = scored({2, 2, 1, 9});
        std::reverse(b.items.begin(), b.items.end());
        b.items[0].item = "only in b"; // was item-3
        const std::optional<PairedDifference> d = pairedDifference(a, b);
        QVERIFY(d);
        QCOMPARE(d->items, int64_t(3));
        VERIFY_NEAR(d->difference, (-1.0 + 0 + 2) / 3, 1e-15);
        const Interval expected = meanInterval(std::vector<double>{-1, 0, 2});
        VERIFY_NEAR(d->low, expected.low, 1e-12);
        VERIFY_NEAR(d->high, expected.high, 1e-12);
        QVERIFY(!pairedDifference(a, scored({})));
        Measurement other = scored({1});
        other.items[0].item = "elsewhere";
        QVERIFY(!pairedDifference(a, other));
    }

    void differencesAreWeighted()
    {
        const std::optional<PairedDifference> d =
            pairedDifference(scored({1, 5}, {100, 300}), scored({0, 3}, {100, 300}));
        VERIFY_NEAR(d->difference, (100 * 1.0 + 300 * 2.0) / 400, 1e-14);
        QCOMPARE(d->pValue, 0.5); // both positive: 2 of 4 sign vectors
    }

    void differencesOfPerplexityAreRatios()
    {
        Measurement a = scored({2.1, 1.9, 2.4, 2.0});
        Measurement b = scored({2.0, 1.7, 2.1, 1.9});
        a.value = std::exp(2.1);
        b.value = std::exp(1.925);
        const std::optional<PairedDifference> d = pairedDifference(a, b);
        VERIFY_NEAR(d->difference, a.value - b.value, 1e-9);
        const Interval log = meanInterval(std::vector<double>{0.1, 0.2, 0.3, 0.1});
        VERIFY_NEAR(d->low, b.value * (std::exp(log.low) - 1), 1e-9);
        VERIFY_NEAR(d->high, b.value * (std::exp(log.high) - 1), 1e-9);
    }

    void oneHopelessItemDoesNotBreakTheTest()
    {
        const double lost = std::numeric_limits<double>::infinity();
        std::vector<double> a(30, 1.0);
        std::vector<double> b(30, 1.1);
        a[3] = lost;
        const std::optional<PairedDifference> d = pairedDifference(scored(a), scored(b));
        QVERIFY(std::isinf(d->difference) && d->difference > 0);
        QVERIFY(d->pValue > 0.5); // one item proves nothing
        b[3] = lost;              // lost in both: undefined, left out
        QCOMPARE(pairedDifference(scored(a), scored(b))->items, int64_t(29));
    }
};

QTEST_GUILESS_MAIN(StatisticsTest)
#include "statistics_test.moc"
