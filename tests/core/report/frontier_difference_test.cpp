// Frontiers against each other, with intervals over the items.
#include "core/report/frontier_difference.h"
#include "core/base/random.h"
#include "tests/test_data.h"

#include <cmath>

using namespace paretoscope;

namespace {

// Four sizes; a question is answered with a chance that rises with the size. Runs of both sides see
// the same questions: question q is answered when `ability` exceeds its difficulty.
std::vector<Run> curve(int64_t firstId, double factor, int questions, uint64_t seed)
{
    std::vector<Run> runs;
    for (int i = 0; i < 4; ++i) {
        Run run;
        run.id = firstId + i;
        run.state = RunState::Done;
        run.request.recipe = "r" + std::to_string(run.id);
        Measurement size;
        size.metric = "file_bytes";
        size.value = factor * 100 * std::pow(2, i);
        Measurement right;
        right.metric = "exact_match";
        Random random(seed);
        double sum = 0;
        for (int q = 0; q < questions; ++q) {
            right.items.push_back({"q" + std::to_string(q), random.uniform() < 0.2 + 0.2 * i ? 1.0 : 0.0, 1});
            sum += right.items.back().score;
        }
        right.value = sum / questions;
        run.measurements = {size, right};
        runs.push_back(run);
    }
    return runs;
}

const Plane plane{"file_bytes", "exact_match", false, false};

} // namespace

class FrontierDifferenceTest : public QObject {
    Q_OBJECT

private slots:
    // The same answers at 0.8 of the size: BD-rate -20 %, whatever questions are drawn.
    void aKnownSaving()
    {
        const auto d = *frontierDifference(curve(1, 0.8, 200, 5), curve(11, 1, 200, 5), plane, 200);
        QVERIFY(std::abs(d.bdRate->value + 0.2) < 1e-12);
        QVERIFY(std::abs(*d.bdRate->low + 0.2) < 1e-9 && std::abs(*d.bdRate->high + 0.2) < 1e-9);
        QCOMPARE(d.sharedItems, int64_t(200));
        QCOMPARE(d.pointsA, int64_t(4));
        QVERIFY(d.hypervolumeGain.value > 0);
        QVERIFY(*d.hypervolumeGain.low > 0);
        const std::string sentence = frontierSentence(d, plane, "'a'", "'b'");
        QVERIFY2(sentence.rfind("Yes, the frontier of 'a' is better than that of 'b'", 0) == 0, sentence.c_str());
        QVERIFY2(sentence.find("−20.0 %") != sentence.npos, sentence.c_str());
        QVERIFY2(sentence.find("paired bootstrap over 200 shared items") != sentence.npos, sentence.c_str());
        const auto other = *frontierDifference(curve(11, 1, 200, 5), curve(1, 0.8, 200, 5), plane, 200);
        QVERIFY(frontierSentence(other, plane, "b", "a").rfind("No, ", 0) == 0);
    }

    // Two samples of one thing: the interval holds zero.
    void nothingIsShownWhereNothingIs()
    {
        const auto d = *frontierDifference(curve(1, 1, 100, 5), curve(11, 1, 100, 6), plane, 300);
        QVERIFY(*d.hypervolumeGain.low < 0 && *d.hypervolumeGain.high > 0);
        QVERIFY(*d.bdRate->low < 0 && *d.bdRate->high > 0);
        const std::string sentence = frontierSentence(d, plane, "a", "b");
        QVERIFY2(sentence.rfind("Not shown", 0) == 0, sentence.c_str());
    }

    void twoPointsAreNoClaim()
    {
        std::vector<Run> a = curve(1, 0.8, 100, 5), b = curve(11, 1, 100, 5);
        a.resize(2);
        const auto d = *frontierDifference(a, b, plane, 50);
        QVERIFY(frontierSentence(d, plane, "a", "b").find("have 2 and 4 points") != std::string::npos);
        QVERIFY(!frontierDifference(std::vector<Run>{}, b, plane));
        QVERIFY(!frontierDifference(a, b, plane, 0)->hypervolumeA.low);
    }

    // Logarithms of x change the area, not the BD-rate.
    void theBdRateTakesItsOwnLogarithms()
    {
        Plane logs = plane;
        logs.xLog = true;
        const auto d = *frontierDifference(curve(1, 0.8, 200, 5), curve(11, 1, 200, 5), logs, 50);
        QVERIFY(std::abs(d.bdRate->value + 0.2) < 1e-12);
        QVERIFY(std::abs(*d.bdRate->low + 0.2) < 1e-9);
    }
};

QTEST_GUILESS_MAIN(FrontierDifferenceTest)
#include "frontier_difference_test.moc"
