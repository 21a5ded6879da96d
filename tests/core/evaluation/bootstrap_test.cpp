// Bootstrap and clusters: worked examples and simulated coverage.
#include "core/evaluation/bootstrap.h"

#include "core/evaluation/calibration.h"
#include "tests/core/evaluation/numbers.h"

#include <algorithm>
#include <numeric>

using namespace paretoscope;

namespace {

ItemStatistic meanOf(const std::vector<double>& values)
{
    return [&values](std::span<const size_t> indices) {
        double sum = 0;
        for (const size_t i : indices)
            sum += values[i];
        return sum / double(indices.size());
    };
}

} // namespace

class BootstrapTest : public QObject {
    Q_OBJECT
private slots:
    void quantilesInterpolate()
    {
        const std::vector<double> values{1, 2, 4, 8};
        QCOMPARE(sortedQuantile(values, 0), 1.0);
        QCOMPARE(sortedQuantile(values, 1), 8.0);
        VERIFY_NEAR(sortedQuantile(values, 0.5), 3.0, 1e-15);
        VERIFY_NEAR(sortedQuantile(values, 0.25), 1.75, 1e-15);
        QCOMPARE(sortedQuantile(std::vector<double>{5}, 0.3), 5.0);
    }

    void errorOfAMean()
    {
        std::vector<double> values;
        Random random(1);
        for (int i = 0; i < 50; ++i)
            values.push_back(random.normal());
        BootstrapOptions options;
        options.resamples = 10000;
        const BootstrapInterval result = bootstrapInterval(values.size(), meanOf(values), options);
        const Interval plain = meanInterval(values);
        const double population = plain.standardError * std::sqrt(49.0 / 50); // sd_pop / √n
        VERIFY_NEAR(result.standardError / population, 1, 0.03);
        VERIFY_NEAR(result.value, plain.mean, 1e-12);
        VERIFY_NEAR(result.low, plain.low, 0.15 * (plain.high - plain.low));
        VERIFY_NEAR(result.high, plain.high, 0.15 * (plain.high - plain.low));
        const BootstrapInterval again = bootstrapInterval(values.size(), meanOf(values), options);
        QVERIFY(again.low == result.low && again.replicates == result.replicates);
        options.seed = 2;
        QVERIFY(bootstrapInterval(values.size(), meanOf(values), options).low != result.low);
    }

    void accelerationOfTheWorkedExample()
    {
        const std::vector<double> values{1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0};
        VERIFY_NEAR(jackknifeAcceleration(values.size(), meanOf(values)), -0.03402, 5e-6);
    }

    void skewedStatisticsGetShiftedIntervals()
    {
        // Exponential values: BCa moves both ends of a mean's interval up.
        std::vector<double> values;
        Random random(3);
        for (int i = 0; i < 40; ++i)
            values.push_back(-std::log(1 - random.uniform()));
        BootstrapOptions plain;
        plain.biasCorrected = false;
        const BootstrapInterval percentile = bootstrapInterval(40, meanOf(values), plain);
        const BootstrapInterval corrected = bootstrapInterval(40, meanOf(values));
        QVERIFY(corrected.biasCorrected && !percentile.biasCorrected);
        QVERIFY(corrected.acceleration > 0);
        QVERIFY(corrected.low > percentile.low && corrected.high > percentile.high);
    }

    void bcaCoversTheVariance()
    {
        // Where percentiles fail: the variance of normal values from 40 items.
        Random random(8);
        int covered = 0;
        constexpr int repeats = 400;
        for (int repeat = 0; repeat < repeats; ++repeat) {
            std::vector<double> values(40);
            for (double& value : values)
                value = random.normal();
            const auto variance = [&](std::span<const size_t> indices) {
                double sum = 0;
                double squares = 0;
                for (const size_t i : indices) {
                    sum += values[i];
                    squares += values[i] * values[i];
                }
                const auto n = double(indices.size());
                return (squares - sum * sum / n) / (n - 1);
            };
            BootstrapOptions options;
            options.resamples = 500;
            options.seed = uint64_t(repeat);
            const BootstrapInterval interval = bootstrapInterval(40, variance, options);
            if (interval.low <= 1 && 1 <= interval.high) ++covered;
        }
        QVERIFY2(covered > 0.885 * repeats, std::to_string(covered).c_str());
    }

    void degenerateCases()
    {
        const std::vector<double> same(10, 0.5);
        const BootstrapInterval flat = bootstrapInterval(10, meanOf(same));
        QVERIFY(!flat.biasCorrected && flat.low == 0.5 && flat.high == 0.5);
        QVERIFY(std::isnan(bootstrapInterval(0, meanOf(same)).value));
        const std::vector<double> one{2};
        QCOMPARE(bootstrapInterval(1, meanOf(one)).low, 2.0);
    }

    void clusteredErrorOfTheWorkedExample()
    {
        const std::vector<double> values{1, 1, 0, 1, 0, 0, 1, 1, 1, 0, 0};
        const std::vector<int32_t> clusters{1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4};
        const Interval interval = clusteredMeanInterval(values, clusters);
        VERIFY_NEAR(interval.mean, 0.5455, 5e-5);
        VERIFY_NEAR(interval.standardError, 0.17217, 5e-6);
        VERIFY_NEAR(meanInterval(values).standardError, 0.15746, 5e-6);
        std::vector<int32_t> own(values.size());
        std::iota(own.begin(), own.end(), 0);
        const double ratio =
            clusteredMeanInterval(values, own).standardError / meanInterval(values).standardError;
        VERIFY_NEAR(ratio, std::sqrt(10.0 / 11), 1e-12);
    }

    void samplesOfOneQuestionAreNotIndependent()
    {
        // 60 questions, 8 samples each that mostly agree: pretending 480 items covers too rarely.
        Random random(5);
        int naive = 0;
        int clustered = 0;
        int drawn = 0;
        constexpr int repeats = 300;
        for (int repeat = 0; repeat < repeats; ++repeat) {
            std::vector<double> values;
            BootstrapOptions options;
            options.resamples = 300;
            options.seed = uint64_t(repeat);
            for (int32_t question = 0; question < 60; ++question) {
                // Each question is right with a probability of its own, uniform: mean 1/2.
                const double p = random.uniform();
                for (int sample = 0; sample < 8; ++sample) {
                    values.push_back(random.uniform() < p ? 1 : 0);
                    options.clusters.push_back(question);
                }
            }
            const auto covers = [](double low, double high) { return low <= 0.5 && 0.5 <= high; };
            const Interval items = meanInterval(values);
            const Interval questions = clusteredMeanInterval(values, options.clusters);
            const BootstrapInterval boot =
                bootstrapInterval(values.size(), meanOf(values), options);
            naive += covers(items.low, items.high) ? 1 : 0;
            clustered += covers(questions.low, questions.high) ? 1 : 0;
            drawn += covers(boot.low, boot.high) ? 1 : 0;
        }
        QVERIFY2(naive < 0.85 * repeats, std::to_string(naive).c_str());
        QVERIFY2(clustered > 0.91 * repeats, std::to_string(clustered).c_str());
        QVERIFY2(drawn > 0.90 * repeats, std::to_string(drawn).c_str());
    }

    void calibrationOfTheWorkedExample()
    {
        const std::vector<double> confidence{.95, .90, .85, .80, .75, .65, .60, .55, .52, .51};
        const std::vector<double> correct{1, 1, 1, 0, 1, 1, 0, 1, 0, 0};
        const Calibration ten = calibrationOf(confidence, correct, 10);
        VERIFY_NEAR(ten.expectedError, 0.238, 1e-9);
        VERIFY_NEAR(ten.maximumError, 0.35, 1e-9);
        VERIFY_NEAR(ten.brier, 0.1953, 5e-5);
        VERIFY_NEAR(ten.logLoss, 0.56085, 5e-6);
        VERIFY_NEAR(ten.signedGap, 0.108, 1e-12);
        VERIFY_NEAR(ten.auroc, 0.8333, 5e-5);
        VERIFY_NEAR(ten.riskCoverage, 0.18857, 5e-6);
        const Calibration five = calibrationOf(confidence, correct, 5);
        VERIFY_NEAR(five.expectedError, 0.168, 1e-9);
        VERIFY_NEAR(five.adaptiveError, 0.258, 1e-9);
        // A monotone map moves no ranks.
        std::vector<double> mapped = confidence;
        for (double& value : mapped)
            value = value * value * value;
        VERIFY_NEAR(calibrationOf(mapped, correct).auroc, ten.auroc, 1e-12);
        VERIFY_NEAR(calibrationOf(mapped, correct).riskCoverage, ten.riskCoverage, 1e-12);
    }

    void calibrationAtItsEdges()
    {
        const std::vector<double> same(8, 0.7);
        const std::vector<double> half{1, 0, 1, 0, 1, 0, 1, 0};
        const Calibration flat = calibrationOf(same, half);
        VERIFY_NEAR(flat.expectedError, 0.2, 1e-12);
        VERIFY_NEAR(flat.signedGap, 0.2, 1e-12);
        QCOMPARE(flat.auroc, 0.5); // all tied
        QVERIFY(std::isnan(calibrationOf(same, same).auroc) == false);
        QVERIFY(std::isnan(calibrationOf(same, std::vector<double>(8, 1.0)).auroc));
        QVERIFY(std::isnan(calibrationOf({}, {}).brier));
        const std::vector<double> ends{0, 1};
        VERIFY_NEAR(calibrationOf(ends, ends).expectedError, 0, 1e-15);
    }

    void calibratedAnswersShowANoiseFloor()
    {
        Random random(9);
        std::vector<double> confidence(300), correct(300);
        for (size_t i = 0; i < 300; ++i) {
            confidence[i] = random.uniform();
            correct[i] = random.uniform() < confidence[i] ? 1 : 0;
        }
        const double floor = calibrationNoiseFloor(confidence);
        QVERIFY(floor > 0.02 && floor < 0.12);
        VERIFY_NEAR(calibrationOf(confidence, correct).expectedError, floor, 0.05);
        QCOMPARE(calibrationNoiseFloor(confidence), floor);
    }
};

QTEST_GUILESS_MAIN(BootstrapTest)
#include "bootstrap_test.moc"
