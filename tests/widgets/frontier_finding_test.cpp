#include "widgets/charts/frontier_finding.h"

#include <QtTest>

#include <limits>

using namespace paretoscope;

namespace {

FrontierChartData someData(bool higherIsBetter)
{
    FrontierChartData data;
    data.experiments = {"one"};
    data.y.metric.higherIsBetter = higherIsBetter;
    const auto add = [&](int64_t run, double x, double y) {
        FrontierChartPoint point;
        point.run = run;
        point.x = x;
        point.y = y;
        point.baseline = run == 1;
        data.points.push_back(point);
    };
    add(1, 100, higherIsBetter ? 0.80 : 20);
    add(2, 50, higherIsBetter ? 0.795 : 20.1); // keeps 99.4 or 99.5 %
    add(3, 30, higherIsBetter ? 0.70 : 25);
    add(4, 60, higherIsBetter ? 0.80 : 20);
    add(5, 120, higherIsBetter ? 0.90 : 10); // larger than the baseline
    return data;
}

} // namespace

class FrontierFindingTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void takesTheLeastThatKeepsEnough()
    {
        for (const bool higher : {true, false}) {
            const auto found = cheapestThatKeeps(someData(higher));
            QVERIFY(found);
            QCOMPARE(found->run, 2);
            QCOMPARE(found->cost, 0.5);
            QVERIFY(qAbs(found->kept - (higher ? 0.795 / 0.80 : 20 / 20.1)) < 1e-12);
            QVERIFY(!found->withinNoise); // without intervals nothing is known
            FrontierChartData measured = someData(higher);
            measured.points[1].yLow = measured.points[1].y - 0.01 * measured.points[0].y;
            measured.points[1].yHigh = measured.points[1].y + 0.01 * measured.points[0].y;
            QVERIFY(cheapestThatKeeps(measured)->withinNoise);
            measured.points[1].yLow = measured.points[1].y - 1e-4;
            measured.points[1].yHigh = measured.points[1].y + 1e-4;
            QVERIFY(!cheapestThatKeeps(measured)->withinNoise);
            QCOMPARE(cheapestThatKeeps(someData(higher), 0.8)->run, 3);
            QCOMPARE(cheapestThatKeeps(someData(higher), 1.0)->run, 4);
        }
    }

    void saysNothingWhereThereIsNothingToSay()
    {
        FrontierChartData data = someData(true);
        QVERIFY(!cheapestThatKeeps(data, 2));
        data.experiments.push_back("two");
        QVERIFY(!cheapestThatKeeps(data));
        data = someData(true);
        data.x.metric.higherIsBetter = true;
        QVERIFY(!cheapestThatKeeps(data));
        data = someData(true);
        data.points.erase(data.points.begin());
        QVERIFY(!cheapestThatKeeps(data));
        data = someData(true);
        data.points[0].y = 0;
        QVERIFY(!cheapestThatKeeps(data));
    }

    // By hand: points (100, 20), (50, 20.1), (30, 25), (60, 20), (120, 10); lower is better in both.
    void limitsLeaveTheBest()
    {
        FrontierChartData data = someData(false);
        QVERIFY(!withinLimits(data)); // no limit, nothing to say
        data.x.limit = 60;
        auto found = withinLimits(data);
        QVERIFY(found && found->best);
        QCOMPARE(found->within, size_t(3));
        QCOMPARE(data.points[*found->best].run, int64_t(4)); // 20 beats 20.1 and 25
        data.y.limit = 20.05;
        found = withinLimits(data);
        QCOMPARE(found->within, size_t(1));
        data.x.limit.reset(); // only y is limited: the smallest of those that keep it
        found = withinLimits(data);
        QCOMPARE(found->within, size_t(3));
        QCOMPARE(data.points[*found->best].run, int64_t(4));
    }

    // Of a higher-is-better y with x ≤ 25 and y ≥ 0.78: run 3 is 20% over and 10% short, run 2 100% over.
    void whenNothingWillDoTheNearestIsNamed()
    {
        FrontierChartData data = someData(true);
        data.x.limit = 25;
        data.y.limit = 0.78;
        const auto found = withinLimits(data);
        QVERIFY(found && !found->best && found->nearest);
        QCOMPARE(found->within, size_t(0));
        QCOMPARE(data.points[*found->nearest].run, int64_t(3));
        QVERIFY(qAbs(found->xExcess - 0.2) < 1e-12);
        QVERIFY(qAbs(found->yExcess - 0.08 / 0.78) < 1e-12);
    }

    void stepsOfAThirdMetric()
    {
        FrontierChartData data;
        data.zLow = 1;
        data.zHigh = 32;
        QCOMPARE(data.zStep(1), 0);
        QCOMPARE(data.zStep(32), thirdSteps - 1);
        QCOMPARE(data.zStep(std::numeric_limits<double>::quiet_NaN()), -1);
        QCOMPARE(data.zStep(7.1), 0);
        data.z.log = true; // five steps of one octave
        QCOMPARE(data.zStep(7.1), 2);
    }
};

QTEST_GUILESS_MAIN(FrontierFindingTest)
#include "frontier_finding_test.moc"
