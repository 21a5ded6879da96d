// The line of scores on bits a byte, against numbers worked out by hand.
#include "core/report/intelligence.h"
#include "tests/test_data.h"

#include <cmath>

using namespace paretoscope;

namespace {

Run runWith(int64_t id, std::vector<std::pair<const char*, double>> values)
{
    Run run;
    run.id = id;
    run.state = RunState::Done;
    run.request.model = "m" + std::to_string(id % 2);
    for (const auto& [metric, value] : values) {
        Measurement measurement;
        measurement.metric = metric;
        measurement.value = value;
        run.measurements.push_back(measurement);
    }
    return run;
}

} // namespace

class IntelligenceTest : public QObject {
    Q_OBJECT

private slots:
    // Anscombe's first set: slope 0.50009, intercept 3.00009, r 0.81642.
    void anscombesLine()
    {
        const std::vector<double> x{10, 8, 13, 9, 11, 14, 6, 4, 12, 7, 5};
        const std::vector<double> y{8.04, 6.95, 7.58, 8.81, 8.33, 9.96, 7.24, 4.26, 10.84, 4.82, 5.68};
        const auto fit = linearFit(x, y);
        QVERIFY(fit.has_value());
        QVERIFY(std::abs(fit->slope - 0.5000909) < 1e-6 && std::abs(fit->intercept - 3.0000909) < 1e-6);
        QVERIFY(std::abs(fit->r - 0.8164205) < 1e-6);
        QVERIFY(std::abs(fit->rmse - std::sqrt(13.76269 / 11)) < 1e-5);
        // cor.test in R: 95 % interval 0.4243912 to 0.9506933.
        QVERIFY(std::abs(*fit->rLow - 0.4243912) < 1e-6 && std::abs(*fit->rHigh - 0.9506933) < 1e-6);
    }

    void whatHasNoLine()
    {
        QVERIFY(!linearFit(std::vector<double>{1.0}, std::vector<double>{2.0}));
        QVERIFY(!linearFit(std::vector<double>{1.0, 1.0}, std::vector<double>{2.0, 3.0}));
        QVERIFY(std::isnan(linearFit(std::vector<double>{1.0, 2.0}, std::vector<double>{3.0, 3.0})->r));
    }

    // Scores 0.9 - 0.2 bits, exactly; the run without an accuracy and the one that failed are left out.
    void aLineThroughRuns()
    {
        std::vector<Run> runs;
        for (int i = 1; i <= 4; ++i)
            runs.push_back(runWith(i, {{"bits_per_byte", i}, {"exact_match", 0.8 - 0.2 * i}, {"accuracy", 1.0 - 0.2 * i}}));
        runs.push_back(runWith(5, {{"bits_per_byte", 2}, {"exact_match", 0.1}}));
        runs.push_back(runs[0]);
        runs.back().state = RunState::Failed;
        const IntelligenceFit fit = fitIntelligence(runs);
        QCOMPARE(fit.points.size(), size_t(4));
        QCOMPARE(fit.leftOut, int64_t(1));
        QCOMPARE(fit.models, size_t(2));
        QVERIFY(std::abs(fit.fit->slope + 0.2) < 1e-12 && std::abs(fit.fit->intercept - 0.9) < 1e-12);
        QVERIFY(std::abs(fit.fit->r + 1) < 1e-12);
        QCOMPARE(intelligenceSentence(fit).substr(0, 90).c_str(),
                 "Over 4 runs of 2 models, the mean score is 90.0 % − 20.0 points a bit per byte (r = -1.0");
        QVERIFY(intelligenceSentence(fitIntelligence(std::span(runs).first(2))).empty());
        QCOMPARE(fitIntelligence(runs, {"exact_match"}).points.size(), size_t(5));
    }
};

QTEST_GUILESS_MAIN(IntelligenceTest)
#include "intelligence_test.moc"
