// Runs become chart data, chart data becomes marks and lines.
#include "tests/widgets/sample_runs.h"
#include "widgets/charts/axis_ticker.h"
#include "widgets/charts/frontier_chart.h"
#include "widgets/charts/frontier_line.h"

#include "widgets/charts/custom_plot.h"

#include <QtTest>

#include <set>

using namespace Qt::StringLiterals;

namespace paretoscope {

using test::handMadeRuns;
using test::runsOf;

class FrontierChartTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void signatureDropsSettings_data()
    {
        QTest::addColumn<QString>("recipe");
        QTest::addColumn<QString>("signature");
        QTest::newRow("none") << u"none"_s << u"none"_s;
        QTest::newRow("one") << u"quantization.rtn(bits=4,group_size=128)"_s << u"quantization.rtn"_s;
        QTest::newRow("bare") << u"quantization.rtn"_s << u"quantization.rtn"_s;
        QTest::newRow("stack") << u"a.b(x=1)+c.d(y=2)"_s << u"a.b+c.d"_s;
        QTest::newRow("quoted") << u"a.b(t=\")+(\",x=1)+c.d"_s << u"a.b+c.d"_s;
    }
    void signatureDropsSettings()
    {
        QFETCH(QString, recipe);
        QFETCH(QString, signature);
        QCOMPARE(QString::fromStdString(recipeSignature(recipe.toStdString())), signature);
    }

    void stylesAreDistinct()
    {
        std::vector<std::string> signatures;
        for (int i = 0; i < 40; ++i) signatures.push_back("quantization.method" + std::to_string(i));
        const std::vector<SeriesStyle> styles = assignSeriesStyles(signatures);
        std::set<std::pair<int, int>> pairs;
        for (const SeriesStyle& style : styles) pairs.insert({style.color, int(style.shape)});
        QCOMPARE(pairs.size(), signatures.size());
        std::set<int> colors;
        for (size_t i = 0; i < 8; ++i)
            colors.insert(assignSeriesStyles({signatures.begin(), signatures.begin() + 8})[i].color);
        QCOMPARE(colors.size(), size_t(8));
    }

    void aStrategyKeepsItsStyle()
    {
        const SeriesStyle alone = assignSeriesStyles({"kv_cache.snapkv"}).front();
        QCOMPARE(alone.color, preferredColor("kv_cache.snapkv"));
        QCOMPARE(assignSeriesStyles({"kv_cache.snapkv"}).front(), alone);
    }

    void standingsAreThoseOfTheHandMadeCase()
    {
        const FrontierChartData data = frontierChartData(runsOf(handMadeRuns()), {});
        QCOMPARE(data.points.size(), size_t(6));
        const auto standing = [&](int64_t run) {
            for (const FrontierChartPoint& p : data.points)
                if (p.run == run) return p.standing;
            return PointStanding::DominatedBeyondNoise;
        };
        for (const int64_t run : {1, 2, 3, 5}) QCOMPARE(standing(run), PointStanding::OnFrontier);
        QCOMPARE(standing(4), PointStanding::DominatedBeyondNoise);
        QCOMPARE(standing(6), PointStanding::Dominated);
        QCOMPARE(data.lines.size(), size_t(1));
        QCOMPARE(data.lines[0].points.size(), size_t(4));
        QCOMPARE(data.points[data.lines[0].points.front()].run, int64_t(2));
        QCOMPARE(data.points[data.lines[0].points.back()].run, int64_t(1));
        QCOMPARE(data.series.size(), size_t(3)); // baseline, rtn, wanda
    }

    void unfinishedAndUnmeasuredRunsAreLeftOut()
    {
        std::vector<Run> runs = runsOf(handMadeRuns());
        runs[1].state = RunState::Failed;
        runs[2].measurements.pop_back();
        const FrontierChartData data = frontierChartData(runs, {});
        QCOMPARE(data.points.size(), size_t(4));
        QCOMPARE(data.withoutMetric, size_t(1));
    }

    void everyStandingHasItsMarks()
    {
        QCustomPlot plot;
        FrontierChart chart(plot, printChartStyle(QFont()));
        chart.setData(frontierChartData(runsOf(handMadeRuns()), {}));
        QCOMPARE(chart.drawn().onFrontier, size_t(3)); // the baseline has a mark of its own
        QCOMPARE(chart.drawn().dominated, size_t(1));
        QCOMPARE(chart.drawn().beyondNoise, size_t(1));
        QCOMPARE(chart.drawn().baselines, size_t(1));
        QCOMPARE(chart.drawn().lines, size_t(1));
        QCOMPARE(chart.drawn().errorBars, size_t(6)); // perplexity only: bytes are exact
        int marks = 0;
        for (int i = 0; i < plot.graphCount(); ++i) marks += plot.graph(i)->dataCount();
        QCOMPARE(marks, 6);
    }

    void dominatedMarksAreFainterAndSmaller()
    {
        QCustomPlot plot;
        FrontierChart chart(plot, printChartStyle(QFont()));
        chart.setData(frontierChartData(runsOf(handMadeRuns()), {}));
        std::map<int, double> sizeOfAlpha;
        for (int i = 0; i < plot.graphCount(); ++i) {
            const QCPScatterStyle mark = plot.graph(i)->scatterStyle();
            if (plot.graph(i)->name() != u"baseline"_s && plot.graph(i)->dataCount() > 0)
                sizeOfAlpha[mark.brush().color().alpha()] = mark.size();
        }
        QCOMPARE(sizeOfAlpha.size(), size_t(3));
        QCOMPARE(sizeOfAlpha.rbegin()->first, 255);
        double last = 0;
        for (const auto& [alpha, size] : sizeOfAlpha) {
            QVERIFY(size > last);
            last = size;
        }
    }

    void logAxesCountWhatTheyHide()
    {
        std::vector<Run> runs = runsOf(handMadeRuns());
        runs[2].measurements[1].value = 0;
        runs[3].measurements[1].value = -1;
        FrontierChartOptions options;
        options.yLog = true;
        QCustomPlot plot;
        FrontierChart chart(plot, printChartStyle(QFont()));
        chart.setData(frontierChartData(runs, options));
        QCOMPARE(chart.data().hiddenByLog(), size_t(2));
        QVERIFY(chart.drawn().note.contains(u"2 runs"_s));
        QCOMPARE(plot.yAxis->scaleType(), QCPAxis::stLogarithmic);
        chart.showAll();
        QVERIFY(plot.yAxis->range().lower > 0);

        chart.setData(frontierChartData(runsOf(handMadeRuns()), {}));
        QVERIFY(chart.drawn().note.isEmpty());
        QCOMPARE(plot.yAxis->scaleType(), QCPAxis::stLinear);
    }

    void axesAreInUnitsOfPeople()
    {
        QCustomPlot plot;
        FrontierChart chart(plot, printChartStyle(QFont()));
        chart.setData(frontierChartData(runsOf(handMadeRuns()), {}));
        chart.showAll();
        QVERIFY(plot.xAxis->label().endsWith(u"(MiB)"_s));
        QVERIFY(plot.xAxis->range().contains(2) && plot.xAxis->range().contains(16));
        QVERIFY(plot.xAxis->range().upper < 20);
    }

    void pointsAreFoundByPosition()
    {
        QCustomPlot plot;
        plot.resize(640, 480);
        FrontierChart chart(plot, printChartStyle(QFont()));
        chart.setData(frontierChartData(runsOf(handMadeRuns()), {}));
        chart.showAll();
        plot.replot();
        for (size_t i = 0; i < chart.data().points.size(); ++i)
            QCOMPARE(chart.pointAt(chart.pixelOf(i) + QPointF(1, 1), 8).value_or(99), i);
        QVERIFY(!chart.pointAt(QPointF(-500, -500), 8));
        QCOMPARE(chart.pointsIn(QRectF(plot.rect())).size(), size_t(6));
    }

    void overlaidExperimentsHaveTheirOwnLines()
    {
        std::vector<Run> runs = runsOf(handMadeRuns());
        for (Run run : runsOf(handMadeRuns())) {
            run.id += 100;
            run.experiment = "second";
            run.measurements[1].value *= 2; // worse everywhere
            runs.push_back(run);
        }
        const FrontierChartData apart = frontierChartData(runs, {});
        QCOMPARE(apart.lines.size(), size_t(2));
        QCOMPARE(apart.lines[1].points.size(), size_t(4));
        FrontierChartOptions together;
        together.linePerExperiment = false;
        const FrontierChartData joined = frontierChartData(runs, together);
        QCOMPARE(joined.lines.size(), size_t(1));
        for (const size_t i : joined.lines[0].points) QVERIFY(joined.points[i].run < 100);
    }

    void stepsFollowTheDirections_data()
    {
        QTest::addColumn<bool>("xHigher");
        QTest::addColumn<bool>("yHigher");
        QTest::newRow("both lower") << false << false;
        QTest::newRow("faster is better") << true << false;
        QTest::newRow("accurate is better") << false << true;
        QTest::newRow("both higher") << true << true;
    }
    // Every corner must be attained: some point is at least as good in both.
    void stepsFollowTheDirections()
    {
        QFETCH(bool, xHigher);
        QFETCH(bool, yHigher);
        std::vector<ChartCorner> points; // a frontier for these directions, by x
        const bool falling = xHigher == yHigher;
        for (int i = 0; i < 4; ++i) points.push_back({double(i), falling ? 10.0 - i : 10.0 + i});
        const double worstX = xHigher ? -5 : 20, worstY = yHigher ? -5 : 50;
        const auto corners = frontierCorners(points, {xHigher, yHigher}, worstX, worstY);
        QCOMPARE(corners.size(), size_t(9));
        for (const ChartCorner& corner : corners) {
            const bool attained = std::any_of(points.begin(), points.end(), [&](const auto& p) {
                return (xHigher ? p.x >= corner.x : p.x <= corner.x)
                       && (yHigher ? p.y >= corner.y : p.y <= corner.y);
            });
            QVERIFY(attained);
        }
        for (size_t i = 1; i < corners.size(); ++i) // level or upright pieces only
            QVERIFY(corners[i].x == corners[i - 1].x || corners[i].y == corners[i - 1].y);
    }

    void logTicksAreEnough_data()
    {
        QTest::addColumn<double>("low");
        QTest::addColumn<double>("high");
        QTest::newRow("narrow") << 6.0 << 7.5;
        QTest::newRow("octave") << 3.0 << 8.0;
        QTest::newRow("decades") << 0.5 << 3000.0;
        QTest::newRow("many decades") << 1e-12 << 1e14;
    }
    void logTicksAreEnough()
    {
        QFETCH(double, low);
        QFETCH(double, high);
        const QVector<double> ticks = LogTicker::ticks(low, high, 6);
        QVERIFY(ticks.size() >= 3 && ticks.size() <= 16);
        for (const double tick : ticks) QVERIFY(tick >= low * 0.999 && tick <= high * 1.001);
        QVERIFY(std::is_sorted(ticks.begin(), ticks.end()));
    }

    void sentenceForScreenReaders()
    {
        const std::string text = describeFrontier(frontierChartData(runsOf(handMadeRuns()), {}));
        QVERIFY2(text.starts_with("6 runs, 4 on the frontier"), text.c_str());
        QVERIFY(!describeFrontier({}).empty());
    }
};

} // namespace paretoscope

QTEST_MAIN(paretoscope::FrontierChartTest)
#include "frontier_chart_test.moc"
