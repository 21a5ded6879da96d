// Races stop what is certainly dominated, and what is not as seldom as they promise, whatever is looked at when.
#include "core/base/error.h"
#include "core/evaluation/race.h"
#include "tests/core/evaluation/coverage.h"
#include "tests/test_data.h"

using namespace paretoscope;
using namespace paretoscope::test;

namespace {

// Share of all orders of the differences in which a race is ever decided: every distinct order once.
double decidedShare(std::vector<int> differences, double errorRate)
{
    std::sort(differences.begin(), differences.end());
    int64_t orders = 0, decided = 0;
    do {
        PairedRace race(int64_t(differences.size()), errorRate);
        for (const int difference : differences) race.add(difference);
        ++orders;
        decided += race.decided() ? 1 : 0;
    } while (std::next_permutation(differences.begin(), differences.end()));
    return double(decided) / double(orders);
}

} // namespace

class RaceTest : public QObject {
    Q_OBJECT

private slots:
    // Exact, over every order: what ends level is decided no more often than promised.
    void everyOrderOfSmallTests()
    {
        for (const double errorRate : {0.01, 0.1, 0.3}) {
            QVERIFY(decidedShare({1, 1, 1, 1, 1, -1, -1, -1, -1, -1}, errorRate) <= errorRate);
            QVERIFY(decidedShare({1, 1, 1, 0, 0, 0, 0, -1, -1, -1}, errorRate) <= errorRate);
            QVERIFY(decidedShare({1, 1, 1, 1, 0, -1, -1, -1, -1, -1}, errorRate) <= errorRate);
        }
        QVERIFY(decidedShare({1, 1, 1, 1, 1, -1, -1, -1, -1, -1}, 0.3) > 0); // not for want of deciding
    }

    void errorRateUnderRepeatedLooks()
    {
        for (const int64_t each : {5, 40, 100}) {
            const RaceOutcome level = raceOutcome(200, each, each, 0.05, 2000);
            std::printf("level, %lld of 200 differ each way: stopped %.4f, promised 0.05\n",
                        static_cast<long long>(each), level.stopped.value());
            QVERIFY(level.stopped.value() <= 0.05 + 4 * level.stopped.error(0.05));
        }
    }

    void clearLosersStopSoon()
    {
        const RaceOutcome far = raceOutcome(300, 120, 0, 0.01, 300); // 40 points behind
        QCOMPARE(far.stopped.value(), 1.0);
        QVERIFY(far.medianSeen < 60);
        const RaceOutcome near = raceOutcome(300, 24, 18, 0.01, 300); // 2 points behind
        QVERIFY(near.medianSeen == 0 || near.medianSeen > 100);
    }

    void beyondReachIsCertain()
    {
        PairedRace race(5, 1e-9);
        race.add(1);
        race.add(1);
        QVERIFY(!race.decided()); // three are left
        race.add(1);
        QVERIFY(race.decided());
        QCOMPARE(race.seen(), int64_t(3));
        QCOMPARE(race.meanDifference(), 1.0);
    }

    void badNumbersAreRefused()
    {
        PairedRace race(1, 0.05);
        PARETOSCOPE_EXPECT_ERROR(race.add(1.5), "difference");
        PARETOSCOPE_EXPECT_ERROR(race.add(std::nan("")), "difference");
        race.add(0);
        PARETOSCOPE_EXPECT_ERROR(race.add(0), "more than its 1 items");
    }
};

QTEST_GUILESS_MAIN(RaceTest)
#include "race_test.moc"
