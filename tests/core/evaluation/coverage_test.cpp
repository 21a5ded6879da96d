// Intervals hold the truth as often as they say, tests reject as seldom as they say: on samples whose
// truth is known, within four Monte Carlo errors. docs/measurement.md records longer runs.
#include "tests/core/evaluation/coverage.h"

#include "tests/test_data.h"

using namespace paretoscope;
using namespace paretoscope::test;

namespace {

void report(const char* what, double nominal, const Rate& rate)
{
    std::printf("%-52s nominal %.3f reached %.4f ± %.4f (%lld)\n", what, nominal, rate.value(), rate.error(rate.value()),
                static_cast<long long>(rate.count));
}

} // namespace

class CoverageTest : public QObject {
    Q_OBJECT

private slots:
    void wilson()
    {
        const Rate rate = shareCoverage(wilsonInterval, 200, 0.9, 4000);
        const double exact = exactShareCoverage(wilsonInterval, 200, 0.9);
        report("Wilson, 200 questions, 0.9", 0.95, rate);
        QVERIFY(std::abs(rate.value() - exact) < 4 * rate.error(exact));
        QVERIFY(exact > 0.935 && exact < 0.965);
        // Where the textbook interval fails: near 1, few questions.
        QVERIFY(exactShareCoverage(wilsonInterval, 40, 0.98) > 0.94);
        const auto textbook = [](int64_t k, int64_t n, double) -> Interval {
            const double p = double(k) / double(n), half = 1.96 * std::sqrt(p * (1 - p) / double(n));
            return {p, 0, p - half, p + half, n};
        };
        QVERIFY(exactShareCoverage(textbook, 40, 0.98) < 0.6);
    }

    void clopperPearsonNeverFallsShort()
    {
        for (const double p : {0.02, 0.1, 0.3, 0.5, 0.77, 0.95})
            QVERIFY(exactShareCoverage(clopperPearsonInterval, 15, p) >= 0.95 - 1e-9);
    }

    void bootstrapOverDocuments()
    {
        const DocumentCoverage found = documentCoverage(40, 800, 400);
        report("BCa bootstrap over 40 documents", 0.95, found.bca);
        report("percentile bootstrap over 40 documents", 0.95, found.percentile);
        report("ratio estimator over 40 documents", 0.95, found.ratio);
        report("tokens taken for independent", 0.95, found.tokens);
        // 40 documents are few: up to two points short of nominal is known of the bootstrap.
        for (const Rate& rate : {found.bca, found.percentile, found.ratio}) {
            QVERIFY(rate.value() > 0.93 - 4 * rate.error(0.93));
            QVERIFY(rate.value() < 0.95 + 4 * rate.error(0.95));
        }
        QVERIFY(found.tokens.value() < 0.75);
    }

    void pairedShares()
    {
        const PairedCoverage gain = pairedCoverage(200, 0.15, 0.04, 4000);
        report("Agresti-Min, 200 questions, 15 % differ", 0.95, gain.interval);
        QVERIFY(gain.interval.value() > 0.94 - 4 * gain.interval.error(0.94));
        QVERIFY(gain.interval.value() < 0.965 + 4 * gain.interval.error(0.965));
        const PairedCoverage none = pairedCoverage(300, 0.15, 0, 4000);
        report("McNemar exact rejects equality", 0.05, none.exact);
        report("McNemar mid-p rejects equality", 0.05, none.midP);
        QVERIFY(none.exact.value() < 0.05 + 4 * none.exact.error(0.05));
        QVERIFY(none.midP.value() > 0.04 - 4 * none.midP.error(0.04));
        QVERIFY(none.midP.value() < 0.06 + 4 * none.midP.error(0.06));
        QVERIFY(none.exact.value() < none.midP.value());
    }

    void pairedMeans()
    {
        const Rate rate = pairedMeanCoverage(64, 4000);
        report("paired mean over 64 windows, heavy tails", 0.95, rate);
        QVERIFY(std::abs(rate.value() - 0.95) < 0.01 + 4 * rate.error(0.95));
    }

    void nonInferiorityIsSeldomWrong()
    {
        const Rate rate = wrongNonInferiority(400, 0.1, 0.02, 4000);
        report("a loss of the margin called non-inferior", 0.05, rate);
        QVERIFY(rate.value() < 0.06 + 4 * rate.error(0.06));
        QVERIFY(rate.value() > 0.02);
    }

    // Of the runs that are said to be on the frontier with 80 to 90 %, so many are.
    void membershipProbabilityIsMeant()
    {
        const std::vector<Bin> bins = membershipCalibration(50, false, 3, 1500, 200);
        int judged = 0;
        for (const Bin& bin : bins) {
            if (bin.right.count < 30) continue;
            ++judged;
            QVERIFY2(std::abs(bin.right.value() - bin.stated()) < 0.03 + 4 * bin.right.error(bin.stated()),
                     std::to_string(bin.stated()).c_str());
        }
        QVERIFY(judged >= 8);
    }
};

QTEST_GUILESS_MAIN(CoverageTest)
#include "coverage_test.moc"
