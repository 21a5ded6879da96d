// Bjøntegaard differences against published curves, closed forms and numerical integration.
#include "core/evaluation/bjontegaard.h"

#include "core/base/random.h"
#include "tests/test_data.h"

#include <cmath>

using namespace paretoscope;

namespace {

using Points = std::vector<FrontierPoint>;
constexpr FrontierDirections rateAndQuality{false, true};

Points curve(const std::vector<double>& x, const std::vector<double>& y)
{
    Points points;
    for (size_t i = 0; i < x.size(); ++i)
        points.push_back(FrontierPoint::exact(int64_t(i), x[i], y[i]));
    return points;
}

bool near(double a, double b, double tolerance)
{
    return std::abs(a - b) <= tolerance;
}

// Points of y -> exp(f(y)), dense enough for the interpolation error not to matter.
template <class Function> Points dense(double low, double high, int count, const Function& logX)
{
    Points points;
    for (int i = 0; i < count; ++i) {
        const double y = low + (high - low) * i / (count - 1);
        points.push_back(FrontierPoint::exact(i, std::exp(logX(y)), y));
    }
    return points;
}

} // namespace

Q_DECLARE_METATYPE(Interpolant)

class BdRateTest : public QObject {
    Q_OBJECT
private slots:
    void publishedCurves_data()
    {
        QTest::addColumn<Interpolant>("interpolant");
        QTest::addColumn<double>("first");
        QTest::addColumn<double>("firstQuality");
        QTest::addColumn<double>("second");
        QTest::newRow("cubic") << Interpolant::Cubic << -4.4205 << 0.12041 << -4.6994;
        QTest::newRow("pchip") << Interpolant::Pchip << -4.4175 << 0.11969 << -4.4722;
        QTest::newRow("akima") << Interpolant::Akima << -4.4252 << 0.11941 << -4.0858;
    }

    void publishedCurves()
    {
        QFETCH(Interpolant, interpolant);
        QFETCH(double, first);
        QFETCH(double, firstQuality);
        QFETCH(double, second);
        const auto one = bdDifference(
            curve({9787.80, 4469.00, 2451.52, 1356.24}, {40.121, 38.651, 36.970, 34.987}),
            curve({9487.76, 4593.60, 2486.44, 1358.24}, {40.037, 38.615, 36.845, 34.851}),
            rateAndQuality, interpolant);
        QVERIFY2(near(100 * one->rate, first, 1e-4),
                 qPrintable(QString::number(100 * one->rate, 'g', 9)));
        QVERIFY2(near(one->quality, firstQuality, 1e-5),
                 qPrintable(QString::number(one->quality, 'g', 9)));
        const auto two = bdDifference(
            curve({99896.96, 33952.04, 9787.8, 4469.0}, {44.731, 41.875, 40.121, 38.651}),
            curve({82472.76, 26875.24, 9487.76, 4593.6}, {43.825, 41.404, 40.037, 38.615}),
            rateAndQuality, interpolant);
        QVERIFY2(near(100 * two->rate, second, 1e-4),
                 qPrintable(QString::number(100 * two->rate, 'g', 9)));
    }

    void invariants_data() { publishedCurves_data(); }

    void invariants()
    {
        QFETCH(Interpolant, interpolant);
        Random random(2);
        for (int round = 0; round < 100; ++round) {
            std::vector<double> x{1}, y{0}, ya{random.normal()};
            for (int i = 0; i < 5; ++i) {
                x.push_back(x.back() * (1.2 + random.uniform()));
                y.push_back(y.back() + 0.2 + random.uniform());
                ya.push_back(ya.back() + 0.2 + random.uniform());
            }
            std::vector<double> cheaper = x;
            for (double& value : cheaper)
                value *= 0.8;
            const auto rate = [&](const Points& a, const Points& b) {
                return bdDifference(a, b, rateAndQuality, interpolant)->rate;
            };
            QVERIFY(near(rate(curve(cheaper, y), curve(x, y)), -0.2, 1e-9));
            QVERIFY(near(rate(curve(x, y), curve(x, y)), 0, 1e-12));
            const Points a = curve(x, y);
            Points b = curve(x, ya);
            if (!bdDifference(a, b, rateAndQuality, interpolant)) continue;
            QVERIFY(near((1 + rate(a, b)) * (1 + rate(b, a)), 1, 1e-9));
            const double before = rate(a, b);
            Points a8 = a;
            Points b8 = b;
            for (FrontierPoint& p : a8)
                p.x *= 8;
            for (FrontierPoint& p : b8)
                p.x *= 8;
            QVERIFY(near(rate(a8, b8), before, 1e-9));
        }
    }

    void knownFunctions()
    {
        // ln x = y² against ln x = y + 1 on the shared range [0.5, 2].
        const auto square = [](double y) { return y * y; };
        const auto line = [](double y) { return y + 1; };
        const Points a = dense(0, 2, 401, square);
        const Points b = dense(0.5, 3, 401, line);
        double sum = 0; // midpoint rule
        constexpr int steps = 100000;
        for (int i = 0; i < steps; ++i) {
            const double y = 0.5 + 1.5 * (i + 0.5) / steps;
            sum += (square(y) - line(y)) / steps;
        }
        const auto result = bdDifference(a, b, rateAndQuality);
        QVERIFY2(near(result->rate, std::expm1(sum), 1e-5),
                 qPrintable(QString::number(result->rate)));
        QVERIFY(near(result->overlapShare, 1.5 / 3, 1e-12));
        QVERIFY(result->crosses); // y² < y + 1 up to 1.618
        QVERIFY(near(*bdRate(a, b, rateAndQuality), result->rate, 0));
    }

    void everyPairOfDirections()
    {
        const Points a = curve({1, 2, 4, 8}, {1, 2.2, 3, 3.4});
        const Points b = curve({1.5, 2.5, 5, 9}, {1.1, 2, 2.9, 3.5});
        const auto turned = [](Points points, bool x, bool y) {
            for (FrontierPoint& p : points)
                p = FrontierPoint::exact(p.id, x ? 1 / p.x : p.x, y ? -p.y : p.y);
            return points;
        };
        const double expected = *bdRate(a, b, {false, true});
        QVERIFY(expected < 0);
        QVERIFY(near(*bdRate(turned(a, false, true), turned(b, false, true), {false, false}),
                     expected, 1e-12));
        // More is better and A has more: the ratio turns over.
        QVERIFY(near(*bdRate(turned(a, true, false), turned(b, true, false), {true, true}),
                     1 / (1 + expected) - 1, 1e-12));
        QVERIFY(near(*bdRate(turned(a, true, true), turned(b, true, true), {true, false}),
                     1 / (1 + expected) - 1, 1e-12));
    }

    void twoPointsAreALine()
    {
        // ln x = y and ln x = 2y - 1 over [1, 2]: mean difference -0.5.
        const Points a = curve({std::exp(1.0), std::exp(2.0)}, {1, 2});
        const Points b = curve({std::exp(1.0), std::exp(3.0)}, {1, 2});
        QVERIFY(near(*bdRate(a, b, rateAndQuality), std::expm1(-0.5), 1e-12));
    }

    void dominatedAndUnorderedPointsAreLeftOut()
    {
        const Points a = curve({1, 2, 4}, {1, 2, 3});
        Points messy = curve({4, 1, 3, 2, 2, 5}, {3, 1, 1.5, 2, 2, 3});
        const auto result = bdDifference(messy, a, rateAndQuality);
        QVERIFY(near(result->rate, 0, 1e-12));
        QCOMPARE(result->dominatedPoints, int64_t(2));
    }

    void nothingWhereThereIsNothingToCompare()
    {
        const Points a = curve({1, 2}, {1, 2});
        QVERIFY(!bdRate(a, curve({1, 2}, {3, 4}), rateAndQuality)); // no overlap
        QVERIFY(!bdRate(a, curve({1, 2}, {2, 4}), rateAndQuality)); // they only touch
        QVERIFY(!bdRate(a, curve({1}, {1.5}), rateAndQuality));
        QVERIFY(!bdRate({}, {}, rateAndQuality));
        QVERIFY(!bdRate(a, curve({0, 2}, {1, 2}), rateAndQuality)); // no logarithm of 0
        QVERIFY(!bdRate(a, curve({1, 2}, {std::nan(""), 2}), rateAndQuality));
    }

    void curvesPassThroughTheirPoints()
    {
        const std::vector<double> t{0, 1, 1.5, 4, 5};
        const std::vector<double> v{1, 3, 3, 7, 2};
        for (const Interpolant kind : {Interpolant::Pchip, Interpolant::Akima}) {
            const Curve through(t, v, kind);
            for (size_t i = 0; i < t.size(); ++i)
                QVERIFY(near(through.at(t[i]), v[i], 1e-12));
            double sum = 0;
            for (int i = 0; i < 200000; ++i)
                sum += through.at(0.3 + 4.5 * (i + 0.5) / 200000);
            QVERIFY(near(through.integral(0.3, 4.8), sum * 4.5 / 200000, 1e-8));
        }
        // PCHIP never leaves the range of a piece.
        const Curve monotone(t, v, Interpolant::Pchip);
        for (double s = 1; s <= 1.5; s += 0.01)
            QVERIFY(near(monotone.at(s), 3, 1e-12));
        // A cubic through four points is exact, and least squares fits a cubic exactly.
        const auto cubic = [](double s) { return 2 - s + 0.5 * s * s - 0.25 * s * s * s; };
        std::vector<double> ts, vs;
        for (double s = 10; s < 17; s += 1) {
            ts.push_back(s);
            vs.push_back(cubic(s));
        }
        const Curve fit(ts, vs, Interpolant::Cubic);
        for (double s = 10; s <= 16; s += 0.3)
            QVERIFY(near(fit.at(s), cubic(s), 1e-7));
    }
};

QTEST_GUILESS_MAIN(BdRateTest)
#include "bd_rate_test.moc"
