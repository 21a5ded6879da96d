// Shares, medians, McNemar, margins and several tests at once: worked examples and coverage.
#include "core/evaluation/proportions.h"

#include "core/evaluation/interaction.h"
#include "core/evaluation/multiple_tests.h"
#include "tests/core/evaluation/numbers.h"

#include <limits>

using namespace paretoscope;

class ProportionsTest : public QObject {
    Q_OBJECT
private slots:
    void exactIntervals()
    {
        // Closed forms at the ends: 1 - (alpha/2)^(1/n).
        VERIFY_NEAR(clopperPearsonInterval(0, 20).high, 1 - std::pow(0.025, 1.0 / 20), 1e-12);
        VERIFY_NEAR(clopperPearsonInterval(20, 20).low, std::pow(0.025, 1.0 / 20), 1e-12);
        QCOMPARE(clopperPearsonInterval(0, 20).low, 0.0);
        QCOMPARE(clopperPearsonInterval(20, 20).high, 1.0);
        // Published: 15 of 30 is [0.3130, 0.6870].
        VERIFY_NEAR(clopperPearsonInterval(15, 30).low, 0.3130, 5e-5);
        VERIFY_NEAR(clopperPearsonInterval(15, 30).high, 0.6870, 5e-5);
        QVERIFY(std::isnan(clopperPearsonInterval(3, 2).mean));
    }

    void exactIntervalsNeverCoverTooLittle()
    {
        for (const double p : {0.03, 0.2, 0.5, 0.83}) {
            double covered = 0;
            constexpr int64_t n = 15;
            for (int64_t k = 0; k <= n; ++k) {
                const Interval interval = clopperPearsonInterval(k, n);
                if (p < interval.low || p > interval.high) continue;
                covered += std::tgamma(n + 1.0) / std::tgamma(k + 1.0) / std::tgamma(n - k + 1.0) *
                           std::pow(p, double(k)) * std::pow(1 - p, double(n - k));
            }
            QVERIFY2(covered >= 0.95, qPrintable(QString::number(covered)));
        }
    }

    void mediansByRank()
    {
        // Table of order statistics: for n = 10 the 95 % interval is [x(2), x(9)], for 20 [6, 15].
        std::vector<double> ten, twenty;
        for (int i = 1; i <= 20; ++i)
            (i <= 10 ? ten : twenty).push_back(i <= 10 ? i : i);
        twenty.insert(twenty.end(), ten.begin(), ten.end());
        QCOMPARE(medianInterval(ten).mean, 5.5);
        QCOMPARE(medianInterval(ten).low, 2.0);
        QCOMPARE(medianInterval(ten).high, 9.0);
        QCOMPARE(medianInterval(twenty).low, 6.0);
        QCOMPARE(medianInterval(twenty).high, 15.0);
        const std::vector<double> three{3, 1, 2};
        QCOMPARE(medianInterval(three).mean, 2.0);
        QCOMPARE(medianInterval(three).low, 1.0); // too few for 95 %: all of them
        QCOMPARE(medianInterval(three).high, 3.0);
        QVERIFY(std::isnan(medianInterval({}).mean));
        const std::vector<double> one{7};
        QCOMPARE(medianInterval(one).low, 7.0);
    }

    void mcNemarWorkedExamples()
    {
        VERIFY_NEAR(mcNemarTest(15, 5).exact, 0.04139, 5e-6);
        VERIFY_NEAR(mcNemarTest(15, 5).midP, 0.02660, 5e-6);
        VERIFY_NEAR(mcNemarTest(15, 5).chiSquare, 4.05, 1e-12);
        VERIFY_NEAR(mcNemarTest(5, 15).exact, 0.04139, 5e-6);
        VERIFY_NEAR(mcNemarTest(10, 0).exact, 0.001953, 5e-7);
        VERIFY_NEAR(mcNemarTest(3, 2).exact, 1.0, 1e-12);
        VERIFY_NEAR(mcNemarTest(3, 2).midP, 0.6875, 1e-12);
        VERIFY_NEAR(mcNemarTest(2, 2).exact, 1.0, 1e-12);
        QCOMPARE(mcNemarTest(0, 0).exact, 1.0);
    }

    void midPRejectsAsOftenAsItSays()
    {
        // Exact level: probability of a rejection at 5 % with m random swaps.
        for (const int64_t m : {30, 47, 80}) {
            double mid = 0;
            double exact = 0;
            for (int64_t b = 0; b <= m; ++b) {
                const double probability =
                    std::exp(std::lgamma(double(m) + 1) - std::lgamma(double(b) + 1) -
                             std::lgamma(double(m - b) + 1) - double(m) * std::log(2.0));
                const McNemar test = mcNemarTest(b, m - b);
                if (test.midP <= 0.05) mid += probability;
                if (test.exact <= 0.05) exact += probability;
            }
            QVERIFY2(mid > 0.035 && mid < 0.065, qPrintable(QString::number(mid)));
            QVERIFY(exact <= 0.05 && exact <= mid);
        }
    }

    void pairedShares()
    {
        const Interval interval = pairedShareInterval(100, 15, 5);
        VERIFY_NEAR(interval.mean, -0.0980, 5e-5);
        VERIFY_NEAR(interval.standardError, 0.0439, 5e-5);
        VERIFY_NEAR(interval.low, -0.1840, 5e-5);
        VERIFY_NEAR(interval.high, -0.0121, 1e-4);
        VERIFY_NEAR(pairedShareInterval(200, 0, 0).high, 0.0097, 5e-5);
        VERIFY_NEAR(pairedShareInterval(200, 0, 0).low, -0.0097, 5e-5);
        QVERIFY(std::isnan(pairedShareInterval(3, 2, 2).mean));
    }

    void pairedSharesCover()
    {
        Random random(4);
        int covered = 0;
        constexpr int repeats = 2000;
        for (int repeat = 0; repeat < repeats; ++repeat) {
            int64_t b = 0;
            int64_t c = 0;
            for (int i = 0; i < 300; ++i) {
                const double u = random.uniform();
                if (u < 0.08)
                    ++b;
                else if (u < 0.11)
                    ++c;
            }
            const Interval interval = pairedShareInterval(300, b, c);
            if (interval.low <= -0.05 && -0.05 <= interval.high) ++covered;
        }
        QVERIFY2(covered > 0.93 * repeats && covered < 0.97 * repeats,
                 std::to_string(covered).c_str());
    }

    void margins()
    {
        const Interval interval{-0.005, 0.002, -0.008, -0.002, 1000};
        const NonInferiority wide = judgeAgainstMargin(interval, 0.01);
        QVERIFY(wide.nonInferior && wide.equivalent);
        QVERIFY(!judgeAgainstMargin(interval, 0.008).nonInferior);
        const Interval gain{0.05, 0.01, 0.03, 0.07, 1000};
        QVERIFY(judgeAgainstMargin(gain, 0.02).nonInferior);
        QVERIFY(!judgeAgainstMargin(gain, 0.02).equivalent);
    }

    void planning()
    {
        QCOMPARE(questionsNeeded(0.1, 0.02), int64_t(1955));
        QCOMPARE(questionsNeeded(0.1, 0.01), int64_t(7842));
        QCOMPARE(questionsNeeded(0.2, 0.02), int64_t(3917));
        QCOMPARE(questionsNeeded(0.05, 0.01), int64_t(3917));
        QCOMPARE(questionsNeeded(0.01, 0.05), int64_t(0)); // more change than disagreement
        QCOMPARE(questionsNeeded(0.1, 0), int64_t(0));
    }

    void plannedQuestionsFindTheEffect()
    {
        // 50 % of 0.2 against 30 %: effect 0.1 needs 155 questions for a power of 0.8.
        const int64_t n = questionsNeeded(0.2, 0.1);
        Random random(6);
        int found = 0;
        for (int repeat = 0; repeat < 1500; ++repeat) {
            int64_t b = 0;
            int64_t c = 0;
            for (int64_t i = 0; i < n; ++i) {
                const double u = random.uniform();
                if (u < 0.05)
                    ++b;
                else if (u < 0.2)
                    ++c;
            }
            if (mcNemarTest(b, c).midP <= 0.05) ++found;
        }
        QVERIFY2(found > 0.76 * 1500 && found < 0.86 * 1500, std::to_string(found).c_str());
    }

    void severalTestsAtOnce()
    {
        const std::vector<double> p{0.01, 0.04, 0.03};
        const std::vector<double> holm = holmAdjusted(p);
        VERIFY_NEAR(holm[0], 0.03, 1e-15);
        VERIFY_NEAR(holm[1], 0.06, 1e-15);
        VERIFY_NEAR(holm[2], 0.06, 1e-15);
        const std::vector<double> bh = benjaminiHochbergAdjusted(p);
        VERIFY_NEAR(bh[0], 0.03, 1e-15);
        VERIFY_NEAR(bh[1], 0.04, 1e-15);
        VERIFY_NEAR(bh[2], 0.04, 1e-15);
        QVERIFY(holmAdjusted({}).empty());
        QCOMPARE(holmAdjusted(std::vector<double>{0.9, 0.8})[0], 1.0);
    }

    void holmKeepsTheFamilyLevel()
    {
        Random random(7);
        int families = 0;
        constexpr int repeats = 4000;
        for (int repeat = 0; repeat < repeats; ++repeat) {
            std::vector<double> p(8);
            for (double& value : p)
                value = random.uniform();
            for (const double adjusted : holmAdjusted(p))
                if (adjusted <= 0.05) {
                    ++families;
                    break;
                }
        }
        QVERIFY2(families > 0.035 * repeats && families < 0.062 * repeats,
                 std::to_string(families).c_str());
    }

    void stackedLossesAddUpOrNot()
    {
        const auto scored = [](const std::vector<double>& scores) {
            Measurement m;
            for (size_t i = 0; i < scores.size(); ++i)
                m.items.push_back({"q" + std::to_string(i), scores[i], 1});
            return m;
        };
        const Measurement base = scored({1, 1, 1, 1, 0});
        const Measurement first = scored({0, 1, 1, 1, 0});
        const Measurement second = scored({1, 0, 1, 1, 0});
        const auto none = stackingInteraction(base, first, second, scored({0, 0, 1, 1, 0}));
        QCOMPARE(none->difference, 0.0);
        QCOMPARE(none->pValue, 1.0);
        const auto worse = stackingInteraction(base, first, second, scored({0, 0, 0, 0, 0}));
        VERIFY_NEAR(worse->difference, -0.4, 1e-15);
        QCOMPARE(worse->items, int64_t(5));
        const Interval expected = meanInterval(std::vector<double>{0, 0, -1, -1, 0});
        VERIFY_NEAR(worse->low, expected.low, 1e-12);
        QVERIFY(!stackingInteraction(base, first, second, {}));
    }
};

QTEST_GUILESS_MAIN(ProportionsTest)
#include "proportions_test.moc"
