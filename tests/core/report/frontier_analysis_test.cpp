// Who is on the frontier, how surely, and which rule suggests what.
#include "core/report/frontier_analysis.h"
#include "core/base/random.h"
#include "tests/test_data.h"

#include <cmath>

using namespace paretoscope;

namespace {

Run point(int64_t id, double x, double y, double error = 0)
{
    Run run;
    run.id = id;
    run.state = RunState::Done;
    run.request.recipe = id == 1 ? "none" : "r" + std::to_string(id);
    Measurement size;
    size.metric = "file_bytes";
    size.value = x;
    Measurement right;
    right.metric = "exact_match";
    right.value = y;
    if (error > 0) right.standardError = error;
    run.measurements = {size, right};
    return run;
}

// A run that answers questions [from, to) of 100.
Run answering(int64_t id, double x, int from, int to)
{
    Run run = point(id, x, (to - from) / 100.0);
    for (int i = 0; i < 100; ++i)
        run.measurements[1].items.push_back({"q-" + std::to_string(i), i >= from && i < to ? 1.0 : 0.0, 1});
    return run;
}

FrontierOptions options(int draws = 2000)
{
    FrontierOptions result;
    result.plane = {"file_bytes", "exact_match", false, false};
    result.draws = draws;
    return result;
}

bool near(double a, double b, double tolerance)
{
    return std::abs(a - b) <= tolerance;
}

} // namespace

class FrontierAnalysisTest : public QObject {
    Q_OBJECT

private slots:
    void withoutNoiseItIsThePlainFrontier()
    {
        const std::vector<Run> runs{point(1, 4, 0.8), point(2, 1, 0.5), point(3, 2, 0.7), point(4, 3, 0.65)};
        const FrontierAnalysis a = analyseFrontier(runs, options(50));
        for (const FrontierMember& member : a.members) {
            QCOMPARE(member.onFrontier, member.run != 4);
            QCOMPARE(member.probability, member.run != 4 ? 1.0 : 0.0);
            QCOMPARE(member.kept(), member.run != 4); // exact numbers have no noise to hide behind
        }
        QCOMPARE(*a.member(4)->certainDominator, int64_t(3));
        QVERIFY(!a.hypervolume.low);
        // (1, .5) (2, .7) (4, .8): y - x on the scaled frontier is 0, 1/3, 0.
        QCOMPARE(*a.knee("chord"), int64_t(3));
        // At least .98 · .8 keeps only the baseline.
        QCOMPARE(*a.knee("cheapest_within"), int64_t(1));
        QVERIFY(!a.knee("best_within_budget"));
        // Area in the box 1..4 by .5...8, against (4, .5): (4 - 2) · .2 / .9; the ends give nothing.
        QVERIFY(near(a.hypervolume.value, 2 * 0.2 / 0.9, 1e-12));
    }

    void theBudgetRule()
    {
        const std::vector<Run> runs{point(1, 4, 0.8), point(2, 1, 0.5), point(3, 2, 0.7)};
        FrontierOptions o = options(10);
        o.budget = 3.5;
        QCOMPARE(*analyseFrontier(runs, o).knee("best_within_budget"), int64_t(3));
        o.keep = 0.6;
        QCOMPARE(*analyseFrontier(runs, o).knee("cheapest_within"), int64_t(2));
    }

    // Two of one cost, .78 and .76, errors .01: the first is on the frontier with
    // P = Phi(.02 / (.01 sqrt 2)) = .9214.
    void independentErrorsGiveTheNormalProbability()
    {
        const std::vector<Run> runs{point(2, 1, 0.78, 0.01), point(3, 1, 0.76, 0.01)};
        const FrontierAnalysis a = analyseFrontier(runs, options(20000));
        const double expected = 0.5 * std::erfc(-0.02 / 0.01 / 2);
        QVERIFY(near(a.members[0].probability, expected, 4 * std::sqrt(expected * (1 - expected) / 20000)));
        QVERIFY(near(a.members[0].probability + a.members[1].probability, 1, 1e-9));
        QVERIFY(a.members[1].kept()); // p = .0786
        QCOMPARE(a.sharedItems, int64_t(0));
    }

    // 15 questions only the one, 5 only the other: exact one-sided p .0207; with two that cost no
    // more it is doubled and still under .05, at .02 it is not.
    void dominatedBeyondTheNoiseIsATest()
    {
        const std::vector<Run> runs{answering(2, 10, 0, 85), answering(3, 10, 0, 2), answering(4, 20, 15, 90)};
        const FrontierAnalysis a = analyseFrontier(runs, options(200));
        const FrontierMember& loser = *a.member(4);
        QCOMPARE(*loser.certainDominator, int64_t(2));
        const double exact = 21700.0 / 1048576; // sum of C(20, i), i = 0..5, over 2^20
        QVERIFY(near(loser.certainP, 2 * exact, 1e-9));
        FrontierOptions strict = options(200);
        strict.significance = 0.04;
        QVERIFY(analyseFrontier(runs, strict).member(4)->kept());
        QCOMPARE(a.sharedItems, int64_t(100));
    }

    // Cheaper and with the same answers is better as measured, but nothing shows that it is no worse.
    void equalAnswersDominateNobodyForSure()
    {
        const std::vector<Run> runs{answering(2, 10, 0, 85), answering(3, 20, 0, 85)};
        const FrontierMember& member = *analyseFrontier(runs, options(200)).member(3);
        QVERIFY(!member.onFrontier);
        QVERIFY(member.kept());
    }

    void speedsWhoseNoiseOverlapsDoNotDominate()
    {
        std::vector<Run> runs{answering(2, 10, 0, 85), answering(3, 11, 0, 20)};
        for (Run& run : runs) {
            run.measurements[0].low = run.measurements[0].value - 2;
            run.measurements[0].high = run.measurements[0].value + 2;
        }
        QVERIFY(analyseFrontier(runs, options(100)).member(3)->kept());
        for (Run& run : runs)
            run.measurements[0].low = run.measurements[0].high = std::nullopt;
        QVERIFY(!analyseFrontier(runs, options(100)).member(3)->kept());
    }

    void theAreaHasAnInterval()
    {
        std::vector<Run> runs{answering(1, 40, 0, 90), answering(2, 20, 0, 75), answering(3, 10, 0, 40),
                              answering(4, 5, 0, 20)};
        const FrontierAnalysis a = analyseFrontier(runs, options());
        QVERIFY(*a.hypervolume.low < a.hypervolume.value && a.hypervolume.value < *a.hypervolume.high);
        double stability = 0;
        for (const KneeRule& rule : a.knees)
            if (rule.id == "chord") stability = rule.stability;
        QVERIFY(stability > 0.5 && stability <= 1 + 1e-9);
    }

    void runsOutsideThePlaneAreCounted()
    {
        std::vector<Run> runs{point(1, 1, 0.5), point(2, 2, std::nan("")), point(3, 3, 0.7)};
        runs[2].state = RunState::Failed;
        const FrontierAnalysis a = analyseFrontier(runs, options(10));
        QCOMPARE(a.members.size(), size_t(1));
        QCOMPARE(a.leftOut, int64_t(1));
        QVERIFY(analyseFrontier(std::vector<Run>{}, options(10)).members.empty());
    }
};

QTEST_GUILESS_MAIN(FrontierAnalysisTest)
#include "frontier_analysis_test.moc"
