// Frontiers against brute force, areas against inclusion and exclusion, worked examples.
#include "core/evaluation/frontier.h"

#include "core/base/random.h"
#include "tests/test_data.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

using namespace paretoscope;

namespace {

using Points = std::vector<FrontierPoint>;
const double notANumber = std::numeric_limits<double>::quiet_NaN();
const double infinity = std::numeric_limits<double>::infinity();

const std::vector<FrontierDirections> allDirections{
    {false, false}, {false, true}, {true, false}, {true, true}};

bool better(double a, double b, bool higher)
{
    return higher ? a > b : a < b;
}

bool valid(const FrontierPoint& p)
{
    return !std::isnan(p.x) && !std::isnan(p.y);
}

// The definitions, word by word.
bool dominates(const FrontierPoint& a, const FrontierPoint& b, FrontierDirections d)
{
    if (!valid(a) || !valid(b)) return false;
    const bool notWorse =
        !better(b.x, a.x, d.xHigherIsBetter) && !better(b.y, a.y, d.yHigherIsBetter);
    return notWorse && (better(a.x, b.x, d.xHigherIsBetter) || better(a.y, b.y, d.yHigherIsBetter));
}

bool beyondNoise(const FrontierPoint& a, const FrontierPoint& b, FrontierDirections d)
{
    if (!valid(a) || !valid(b)) return false;
    const double gapX = d.xHigherIsBetter ? a.xLow - b.xHigh : b.xLow - a.xHigh;
    const double gapY = d.yHigherIsBetter ? a.yLow - b.yHigh : b.yLow - a.yHigh;
    return gapX >= 0 && gapY >= 0 && (gapX > 0 || gapY > 0);
}

Points randomPoints(Random& random, size_t count, int64_t values, bool withNan)
{
    Points points;
    for (size_t i = 0; i < count; ++i) {
        const auto x = double(random.between(0, values));
        const auto y = double(random.between(0, values));
        FrontierPoint p = FrontierPoint::exact(int64_t(100 + i), x, y);
        p.xLow -= double(random.between(0, 2));
        p.xHigh += double(random.between(0, 2));
        p.yLow -= double(random.between(0, 2));
        p.yHigh += double(random.between(0, 2));
        if (withNan && random.below(6) == 0) (random.below(2) ? p.x : p.y) = notANumber;
        points.push_back(p);
    }
    return points;
}

void compareWithBruteForce(const Points& points, FrontierDirections d)
{
    const FrontierResult result = computeFrontier(points, d);
    QCOMPARE(result.entries.size(), points.size());
    std::vector<bool> onFront(points.size());
    for (size_t i = 0; i < points.size(); ++i)
        onFront[i] = valid(points[i]) &&
                     std::none_of(points.begin(), points.end(),
                                  [&](const auto& p) { return dominates(p, points[i], d); });
    for (size_t i = 0; i < points.size(); ++i) {
        const FrontierResult::Entry& entry = result.entries[i];
        QCOMPARE(entry.id, points[i].id);
        QCOMPARE(entry.onFrontier, bool(onFront[i]));
        std::vector<int64_t> by;
        bool noise = false;
        for (size_t j = 0; j < points.size(); ++j) {
            if (onFront[j] && dominates(points[j], points[i], d)) by.push_back(points[j].id);
            noise = noise || beyondNoise(points[j], points[i], d);
        }
        std::vector<int64_t> found = entry.dominatedBy;
        std::sort(found.begin(), found.end());
        QVERIFY(found == by);
        QCOMPARE(entry.dominatedBeyondNoise, noise);
    }
}

// Area of the union of boxes up to the reference by counting unit cells of an integer grid.
double gridArea(const Points& points, FrontierDirections d, int64_t rx, int64_t ry)
{
    double area = 0;
    for (int64_t cx = -30; cx < 30; ++cx)
        for (int64_t cy = -30; cy < 30; ++cy) {
            const bool inside = std::any_of(points.begin(), points.end(), [&](const auto& p) {
                if (!valid(p)) return false;
                const bool x = d.xHigherIsBetter ? cx >= rx && double(cx + 1) <= p.x
                                                 : double(cx) >= p.x && cx + 1 <= rx;
                const bool y = d.yHigherIsBetter ? cy >= ry && double(cy + 1) <= p.y
                                                 : double(cy) >= p.y && cy + 1 <= ry;
                return x && y;
            });
            area += inside ? 1 : 0;
        }
    return area;
}

// Area of the union by inclusion and exclusion over all subsets; lower is better.
double inclusionArea(const Points& points, double rx, double ry)
{
    double area = 0;
    for (uint32_t subset = 1; subset < (1u << points.size()); ++subset) {
        double x = -infinity;
        double y = -infinity;
        for (size_t i = 0; i < points.size(); ++i)
            if (subset >> i & 1) {
                x = std::max(x, points[i].x);
                y = std::max(y, points[i].y);
            }
        const double box = std::max(0.0, rx - x) * std::max(0.0, ry - y);
        area += std::popcount(subset) % 2 ? box : -box;
    }
    return area;
}

Points pointsOf(std::initializer_list<std::pair<double, double>> values)
{
    Points points;
    for (const auto& [x, y] : values)
        points.push_back(FrontierPoint::exact(int64_t(points.size() + 1), x, y));
    return points;
}

} // namespace

class FrontierTest : public QObject {
    Q_OBJECT
private slots:
    void smallSetsAgreeWithTheDefinition()
    {
        Random random(3);
        for (int round = 0; round < 4000; ++round) {
            const size_t count = size_t(random.below(12));
            const Points points = randomPoints(random, count, random.between(1, 8), round % 2 == 0);
            for (const FrontierDirections d : allDirections) {
                compareWithBruteForce(points, d);
                if (QTest::currentTestFailed()) return;
            }
        }
    }

    void equalPointsAreAllOnTheFrontier()
    {
        const Points points = pointsOf({{1, 1}, {1, 1}, {2, 1}, {1, 1}});
        const FrontierResult result = computeFrontier(points, {});
        QVERIFY(result.entries[0].onFrontier && result.entries[1].onFrontier &&
                result.entries[3].onFrontier);
        QVERIFY(!result.entries[2].onFrontier);
        QVERIFY(result.entries[2].dominatedBy == (std::vector<int64_t>{1, 2, 4}));
    }

    void nothingAndOne()
    {
        QVERIFY(computeFrontier({}, {}).entries.empty());
        QCOMPARE(computeFrontier({}, {}).hypervolume, 0.0);
        const FrontierResult one = computeFrontier(pointsOf({{3, 4}}), {});
        QVERIFY(one.entries[0].onFrontier && !one.knee);
        const FrontierResult nan = computeFrontier(pointsOf({{notANumber, 4}}), {});
        QVERIFY(!nan.entries[0].onFrontier && nan.entries[0].dominatedBy.empty());
    }

    void infinitePointsAreOrderedAndHaveNoArea()
    {
        const Points points = pointsOf({{1, infinity}, {2, 5}, {3, 2}, {4, 4}});
        const FrontierResult result = computeFrontier(points, {});
        QVERIFY(result.entries[0].onFrontier); // smallest
        QVERIFY(std::isfinite(result.hypervolume) && result.hypervolume > 0);
        QVERIFY(!result.knee);
    }

    void withoutNoiseEveryDominationIsBeyondIt()
    {
        Random random(10);
        for (int round = 0; round < 300; ++round) {
            Points points;
            for (int64_t i = 0; i < 9; ++i)
                points.push_back(
                    FrontierPoint::exact(i, double(random.below(6)), double(random.below(6))));
            for (const FrontierResult::Entry& entry : computeFrontier(points, {}).entries)
                QCOMPARE(entry.dominatedBeyondNoise, !entry.onFrontier);
        }
    }

    void missingIntervalEndsCountAsTheValue()
    {
        Points points = pointsOf({{1, 1}, {2, 2}});
        points[0].xHigh = notANumber;
        points[1].yLow = notANumber;
        points[1].xLow = 99; // beyond the value
        QVERIFY(computeFrontier(points, {}).entries[1].dominatedBeyondNoise);
    }

    void areasAgreeWithCountedCells()
    {
        Random random(4);
        for (int round = 0; round < 150; ++round) {
            const Points points = randomPoints(random, size_t(random.below(9)), 12, true);
            const int64_t rx = random.between(-3, 15);
            const int64_t ry = random.between(-3, 15);
            for (const FrontierDirections d : allDirections)
                QCOMPARE(hypervolume(points, d, double(rx), double(ry)),
                         gridArea(points, d, rx, ry));
        }
    }

    void areasAgreeWithInclusionAndExclusion()
    {
        Random random(6);
        for (int round = 0; round < 300; ++round) {
            Points points;
            for (size_t i = 0; i < 1 + random.below(10); ++i)
                points.push_back(FrontierPoint::exact(1, random.normal(), random.normal()));
            const double expected = inclusionArea(points, 1.5, 1.25);
            QVERIFY(std::abs(hypervolume(points, {}, 1.5, 1.25) - expected) < 1e-9);
        }
    }

    void workedArea()
    {
        const Points points = pointsOf({{1, .5}, {2, .7}, {3, .65}, {4, .8}, {6, .78}});
        const FrontierDirections d{false, true};
        QVERIFY(std::abs(hypervolume(points, d, 8, 0.2) - 3.7) < 1e-12);
        Points without = points;
        without.erase(without.begin() + 1);
        QVERIFY(std::abs(3.7 - hypervolume(without, d, 8, 0.2) - 0.25) < 1e-12);
        Points logs = points;
        for (FrontierPoint& p : logs)
            p.x = std::log2(p.x);
        QVERIFY(std::abs(hypervolume(logs, d, 3, 0.2) - 1.4) < 1e-12);
        QCOMPARE(hypervolume({}, d, 8, 0.2), 0.0);
        QCOMPARE(hypervolume(pointsOf({{8, .2}}), d, 8, 0.2), 0.0); // on the reference
    }

    void shareOfTheBoxIsScaled()
    {
        // Box 1..6 × 0.5..0.8, reference (6, 0.5): strips (2, .7) and (4, .8).
        const Points points = pointsOf({{1, .5}, {2, .7}, {3, .65}, {4, .8}, {6, .78}});
        const double area = (6 - 2) * 0.2 + (6 - 4) * 0.1;
        QVERIFY(std::abs(computeFrontier(points, {false, true}).hypervolume - area / (5 * 0.3)) <
                1e-12);
        Points scaled = points;
        for (FrontierPoint& p : scaled)
            p = FrontierPoint::exact(p.id, p.x * 1e200 + 7e200, p.y * 1e-9);
        QVERIFY(std::abs(computeFrontier(scaled, {false, true}).hypervolume - area / (5 * 0.3)) <
                1e-6);
        QCOMPARE(computeFrontier(pointsOf({{1, 1}, {2, 1}}), {}).hypervolume, 0.0);
        QCOMPARE(computeFrontier(pointsOf({{1, 1}, {2, 2}}), {}).hypervolume, 1.0);
    }

    void kneesOfTheWorkedExamples()
    {
        const FrontierDirections d{false, true};
        QCOMPARE(*computeFrontier(pointsOf({{1, .5}, {2, .7}, {4, .8}}), d).knee, int64_t(2));
        const Points points = pointsOf({{1, .5}, {2, .7}, {4, .8}, {8, .83}, {16, .84}});
        QCOMPARE(*computeFrontier(points, d).knee, int64_t(3));
        Points logs = points;
        for (FrontierPoint& p : logs)
            p.x = std::log2(p.x);
        QCOMPARE(*computeFrontier(logs, d).knee, int64_t(3));
        Points scaled = points;
        for (FrontierPoint& p : scaled)
            p = FrontierPoint::exact(p.id, 5e9 * p.x - 3, 0.01 * p.y + 7);
        QCOMPARE(*computeFrontier(scaled, d).knee, int64_t(3));
        Points turned = points;
        for (FrontierPoint& p : turned)
            p = FrontierPoint::exact(p.id, -p.x, -p.y);
        QCOMPARE(*computeFrontier(turned, {true, false}).knee, int64_t(3));
    }

    void straightAndHollowFrontiersHaveNoKnee()
    {
        QVERIFY(!computeFrontier(pointsOf({{1, 3}, {2, 2}, {3, 1}}), {}).knee);
        QVERIFY(!computeFrontier(pointsOf({{1, 3}, {2.5, 2.5}, {3, 1}}), {}).knee);
        QVERIFY(!computeFrontier(pointsOf({{1, 3}, {3, 1}}), {}).knee);
    }

    void dominatedPointsNeitherMoveAreaNorKnee()
    {
        Random random(8);
        for (int round = 0; round < 200; ++round) {
            Points points = randomPoints(random, 8, 10, false);
            const double area = hypervolume(points, {}, 20, 20);
            const std::optional<int64_t> knee = computeFrontier(points, {}).knee;
            const FrontierPoint& some = points[random.below(8)];
            points.push_back(FrontierPoint::exact(999, some.x + 1, some.y + 0.5));
            QCOMPARE(hypervolume(points, {}, 20, 20), area);
            QVERIFY(computeFrontier(points, {}).knee == knee);
            points.push_back(FrontierPoint::exact(1000, -1, 15));
            QVERIFY(hypervolume(points, {}, 20, 20) > area);
        }
    }

    void manyPointsAreFewStepsEach()
    {
        // 200 000 points: quadratic work would not end within the test's time limit.
        Random random(9);
        Points points;
        for (int64_t i = 0; i < 200000; ++i)
            points.push_back(FrontierPoint::exact(i, random.normal(), random.normal()));
        const FrontierResult result = computeFrontier(points, {});
        const auto front = std::count_if(result.entries.begin(), result.entries.end(),
                                         [](const auto& entry) { return entry.onFrontier; });
        QVERIFY(front > 3 && front < 100);
    }
};

QTEST_GUILESS_MAIN(FrontierTest)
#include "frontier_test.moc"
