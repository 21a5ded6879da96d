// Whole frontiers, knees, and frontiers of noisy points.
#include "core/evaluation/front_indicators.h"

#include "core/evaluation/frontier_uncertainty.h"
#include "core/evaluation/knee.h"
#include "tests/core/evaluation/numbers.h"

#include <limits>

using namespace paretoscope;

namespace {

using Points = std::vector<FrontierPoint>;
constexpr FrontierDirections costAndQuality{false, true};
const double infinity = std::numeric_limits<double>::infinity();

Points pointsOf(std::initializer_list<std::pair<double, double>> values)
{
    Points points;
    for (const auto& [x, y] : values)
        points.push_back(FrontierPoint::exact(int64_t(points.size() + 1), x, y));
    return points;
}

Points log2x(Points points)
{
    for (FrontierPoint& p : points)
        p = FrontierPoint::exact(p.id, std::log2(p.x), p.y);
    return points;
}

std::vector<double> draws(Random& random, double mean, double deviation, int count)
{
    std::vector<double> values;
    for (int i = 0; i < count; ++i)
        values.push_back(mean + deviation * random.normal());
    return values;
}

} // namespace

class FrontIndicatorsTest : public QObject {
    Q_OBJECT
private slots:
    void exclusiveAreasAreDifferencesOfAreas()
    {
        const Points worked = pointsOf({{1, .5}, {2, .7}, {3, .65}, {4, .8}, {6, .78}});
        const std::vector<double> areas = exclusiveAreas(worked, costAndQuality, 8, 0.2);
        VERIFY_NEAR(areas[1], 0.25, 1e-12);
        QCOMPARE(areas[2], 0.0);
        Random random(2);
        for (int round = 0; round < 500; ++round) {
            Points points;
            for (size_t i = 0; i < 1 + random.below(9); ++i)
                points.push_back(FrontierPoint::exact(int64_t(i), double(random.below(8)),
                                                      double(random.below(8))));
            const FrontierDirections d{random.below(2) == 0, random.below(2) == 0};
            const double rx = d.xHigherIsBetter ? 1 : 6;
            const double ry = d.yHigherIsBetter ? 0 : 7;
            const std::vector<double> own = exclusiveAreas(points, d, rx, ry);
            const double whole = hypervolume(points, d, rx, ry);
            for (size_t i = 0; i < points.size(); ++i) {
                Points others = points;
                others.erase(others.begin() + std::ptrdiff_t(i));
                VERIFY_NEAR(own[i], whole - hypervolume(others, d, rx, ry), 1e-9);
            }
        }
    }

    void epsilonCoverageDistance()
    {
        const Points a = pointsOf({{1, .5}, {2, .7}, {4, .8}});
        const Points b = pointsOf({{1.5, .5}, {2, .65}, {4.4, .82}});
        VERIFY_NEAR(epsilonIndicator(a, b, costAndQuality), 1.025, 1e-9);
        VERIFY_NEAR(epsilonIndicator(b, a, costAndQuality), 1.5, 1e-9);
        VERIFY_NEAR(coverage(a, b, costAndQuality), 2.0 / 3, 1e-12);
        VERIFY_NEAR(coverage(b, a, costAndQuality), 0, 1e-12);
        VERIFY_NEAR(coverage(a, a, costAndQuality), 1, 1e-12);
        VERIFY_NEAR(dominatedDistance(a, a, costAndQuality), 0, 1e-12);
        // Only (4.4, .82) is not reached: nearest is (4, .8), 0.02 below.
        VERIFY_NEAR(dominatedDistance(a, b, costAndQuality), 0.02 / 3, 1e-12);
        QVERIFY(std::isnan(epsilonIndicator({}, b, costAndQuality)));
        QCOMPARE(coverage({}, b, costAndQuality), 0.0);
    }

    void volumesAgreeWithMonteCarlo()
    {
        Random random(3);
        std::vector<Point3> points;
        for (int i = 0; i < 12; ++i)
            points.push_back({random.uniform(), random.uniform(), random.uniform()});
        const double volume = hypervolume3(points, {1, 1, 1});
        int inside = 0;
        constexpr int samples = 200000;
        for (int i = 0; i < samples; ++i) {
            const double x = random.uniform(), y = random.uniform(), z = random.uniform();
            inside += std::any_of(points.begin(), points.end(), [&](const Point3& p) {
                return p.x <= x && p.y <= y && p.z <= z;
            });
        }
        VERIFY_NEAR(volume, double(inside) / samples, 0.005);
        QCOMPARE(hypervolume3(std::vector<Point3>{{1, 2, 3}, {1, 2, 3}}, {2, 4, 6}), 6.0);
        QCOMPARE(hypervolume3({}, {1, 1, 1}), 0.0);
        // Two boxes: 2·2·2 and 1·3·3 share 1·2·2.
        QCOMPARE(hypervolume3(std::vector<Point3>{{1, 1, 1}, {2, 0, 0}}, {3, 3, 3}), 8.0 + 9 - 4);
    }

    void kneesOfTheWorkedExamples()
    {
        const Points few = pointsOf({{1, .5}, {2, .7}, {4, .8}});
        const Points more = pointsOf({{1, .5}, {2, .7}, {4, .8}, {8, .83}, {16, .84}});
        QCOMPARE(*chordKnee(few, costAndQuality), int64_t(2));
        QCOMPARE(*chordKnee(more, costAndQuality), int64_t(3));
        QCOMPARE(*chordKnee(log2x(more), costAndQuality), int64_t(3));
        QVERIFY(!chordKnee(more, costAndQuality, 0.7)); // the largest bulge is .6824
        QVERIFY(chordKnee(more, costAndQuality, 0.68));
        QCOMPARE(*kneedleKnee(more, costAndQuality), int64_t(3));
        QVERIFY(!kneedleKnee(more, costAndQuality, 5));
        QVERIFY(!chordKnee(pointsOf({{1, 1}, {2, 2}}), costAndQuality));
        QVERIFY(!curvatureKnee(pointsOf({{1, 1}, {2, 2}, {3, 3}}), costAndQuality));
    }

    void sharpestBend()
    {
        // Menger curvature of a right angle is the largest of these.
        const Points points = pointsOf({{0, 0}, {1, 9}, {5, 9.5}, {10, 10}});
        QCOMPARE(*curvatureKnee(points, costAndQuality), int64_t(2));
        const Points late = pointsOf({{0, 0}, {4, 4.4}, {8, 9}, {20, 10}});
        QCOMPARE(*curvatureKnee(late, costAndQuality), int64_t(3));
    }

    void constraintsAndBudgets()
    {
        const Points points = pointsOf({{1, .5}, {2, .7}, {4, .8}, {8, .83}, {3, .1}});
        QCOMPARE(*cheapestWithin(points, costAndQuality, 0.69), int64_t(2));
        QCOMPARE(*cheapestWithin(points, costAndQuality, 0.7), int64_t(2));
        QVERIFY(!cheapestWithin(points, costAndQuality, 0.9));
        QCOMPARE(*bestWithinBudget(points, costAndQuality, 5), int64_t(3));
        QVERIFY(!bestWithinBudget(points, costAndQuality, 0.5));
        // Without the cheapest useless point the chord rule may move, the constraint rule not.
        const Points useful(points.begin() + 1, points.end());
        QCOMPARE(*cheapestWithin(useful, costAndQuality, 0.69), int64_t(2));
        QCOMPARE(*exclusiveAreaKnee(pointsOf({{1, 3}, {2, 9}, {3, 10}}), costAndQuality, 8, 0),
                 int64_t(2));
    }

    void pricesForWhichAPointIsBest()
    {
        const Points points = pointsOf({{1, 1}, {2, 5}, {3, 5.5}, {5, 9}, {6, 9.5}});
        const std::vector<PriceRange> ranges = bestByPrice(points, costAndQuality);
        // Checked by trying prices.
        for (double price = 0.05; price < 6; price += 0.1) {
            int64_t best = 0;
            double most = -infinity;
            for (const FrontierPoint& p : points)
                if (p.y - price * p.x > most) {
                    most = p.y - price * p.x;
                    best = p.id;
                }
            bool found = false;
            for (const PriceRange& range : ranges)
                found = found || (range.id == best && range.low <= price && price <= range.high);
            QVERIFY2(found, qPrintable(QString::number(price)));
        }
        QCOMPARE(ranges.size(), size_t(4)); // (3, 5.5) is never the best
        QCOMPARE(ranges.front().high, infinity);
        QCOMPARE(ranges.back().low, 0.0);
    }

    void dominanceOfNoisyPoints()
    {
        Random random(4);
        const ReplicatedPoint better{1, {5}, draws(random, 0.78, 0.01, 40000)};
        const ReplicatedPoint worse{2, {5}, draws(random, 0.76, 0.01, 40000)};
        VERIFY_NEAR(dominanceProbability(better, worse, costAndQuality), 0.9214, 0.006);
        VERIFY_NEAR(dominanceProbability(worse, better, costAndQuality), 1 - 0.9214, 0.006);
        // Common draws: the difference varies by 0.006 only.
        ReplicatedPoint paired = worse;
        for (size_t i = 0; i < paired.y.size(); ++i)
            paired.y[i] = better.y[i] - 0.02 + 0.006 * random.normal();
        VERIFY_NEAR(dominanceProbability(better, paired, costAndQuality), 0.9996, 0.0005);
    }

    void withoutNoiseTheFrontierIsThePlainOne()
    {
        Random random(5);
        for (int round = 0; round < 100; ++round) {
            std::vector<ReplicatedPoint> noisy;
            Points plain;
            for (int64_t i = 0; i < 8; ++i) {
                const double x = double(random.below(6)), y = double(random.below(6));
                noisy.push_back({i, {x}, {y}});
                plain.push_back(FrontierPoint::exact(i, x, y));
            }
            const auto members = frontierMembership(noisy, costAndQuality);
            const FrontierResult result = computeFrontier(plain, costAndQuality);
            for (size_t i = 0; i < plain.size(); ++i) {
                QCOMPARE(members[i].probability, result.entries[i].onFrontier ? 1.0 : 0.0);
                QVERIFY((members[i].kind == Membership::Front) == result.entries[i].onFrontier);
            }
        }
    }

    void membershipIsAProbability()
    {
        // Equal cost, qualities that differ by half their noise: the likelier one is on the front
        // with Φ(0.5/√2) = 0.638, and exactly one of them is.
        Random random(6);
        const std::vector<ReplicatedPoint> points{{1, {1}, draws(random, 1.0, 1, 20000)},
                                                  {2, {1}, draws(random, 0.5, 1, 20000)},
                                                  {3, {0.5}, draws(random, -9, 1, 20000)},
                                                  {4, {2}, draws(random, -9, 1, 20000)}};
        const auto members = frontierMembership(points, costAndQuality);
        VERIFY_NEAR(members[0].probability, 0.638, 0.012);
        VERIFY_NEAR(members[0].probability + members[1].probability, 1, 1e-12);
        QVERIFY(members[0].kind == Membership::Plausible);
        QVERIFY(members[2].kind == Membership::Front); // cheapest
        QVERIFY(members[3].kind == Membership::Dominated);
    }

    void areaOfNoisyPoints()
    {
        Random random(7);
        const std::vector<ReplicatedPoint> one{{1, {2}, draws(random, 0.5, 0.01, 5000)}};
        const Interval interval = hypervolumeInterval(one, costAndQuality, 4, 0);
        VERIFY_NEAR(interval.mean, 1, 0.001);
        VERIFY_NEAR(interval.standardError, 0.02, 0.001);
        VERIFY_NEAR(interval.low, 1 - 1.96 * 0.02, 0.003);
        VERIFY_NEAR(interval.high, 1 + 1.96 * 0.02, 0.003);
        // The best of equal noisy points looks better than any of them is.
        std::vector<ReplicatedPoint> many;
        for (int64_t i = 0; i < 10; ++i)
            many.push_back({i, {2}, draws(random, 0.5, 0.01, 2000)});
        QVERIFY(hypervolumeInterval(many, costAndQuality, 4, 0).mean > 1.02);
    }

    void attainmentIsAStaircase()
    {
        Random random(8);
        const std::vector<ReplicatedPoint> points{{1, {1}, draws(random, 0.5, 0.02, 4000)},
                                                  {2, {3}, draws(random, 0.8, 0.02, 4000)}};
        const std::vector<double> costs{0.5, 1, 2, 3, 9};
        const AttainmentBand band = attainmentBand(points, costAndQuality, costs);
        QVERIFY(std::isnan(band.median[0]));
        for (const size_t i : {1, 2}) {
            VERIFY_NEAR(band.median[i], 0.5, 0.002);
            VERIFY_NEAR(band.low[i], 0.5 - 1.96 * 0.02, 0.004);
            VERIFY_NEAR(band.high[i], 0.5 + 1.96 * 0.02, 0.004);
        }
        VERIFY_NEAR(band.median[3], 0.8, 0.002);
        VERIFY_NEAR(band.median[4], 0.8, 0.002);
    }

    void drawsAreCommonToAllMeasurements()
    {
        Measurement a, b;
        Random random(9);
        for (int i = 0; i < 200; ++i) {
            const double hard = random.normal();
            a.items.push_back({"q" + std::to_string(i), hard, 1.0 + i % 3});
            b.items.push_back({"q" + std::to_string(i), hard + 0.1, 1.0 + i % 3});
        }
        std::reverse(b.items.begin(), b.items.end());
        b.items.push_back({"only in b", 1e9, 1});
        const Measurement* both[] = {&a, &b};
        const auto replicates = commonReplicates(both, 500);
        QCOMPARE(replicates.size(), size_t(2));
        QCOMPARE(replicates[0].size(), size_t(500));
        for (size_t d = 0; d < 500; ++d)
            VERIFY_NEAR(replicates[1][d] - replicates[0][d], 0.1, 1e-12);
        std::vector<double> values, weights;
        for (const ItemScore& item : a.items) {
            values.push_back(item.score);
            weights.push_back(item.weight);
        }
        const Interval spread = meanInterval(replicates[0]);
        const double deviation = spread.standardError * std::sqrt(500.0);
        VERIFY_NEAR(deviation / weightedMeanInterval(values, weights).standardError, 1, 0.12);
        Measurement other;
        other.items = {{"elsewhere", 1, 1}};
        const Measurement* none[] = {&a, &other};
        QVERIFY(commonReplicates(none, 10).empty());
    }
};

QTEST_GUILESS_MAIN(FrontIndicatorsTest)
#include "front_indicators_test.moc"
