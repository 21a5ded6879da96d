// Parallel coordinates and the scatter matrix: places, ranges, order, selection.
#include "tests/test_data.h"
#include "tests/widgets/sample_runs.h"
#include "widgets/charts/parallel_view.h"
#include "widgets/charts/run_dimensions.h"
#include "widgets/charts/scatter_matrix_view.h"

#include <QApplication>
#include <QtTest>

#include <cmath>

using namespace Qt::StringLiterals;

namespace paretoscope {

using test::handMadeRuns;
using test::runsOf;

namespace {

const std::vector<std::string> bothMetrics{"file_bytes", "perplexity"};

// Adds a third metric whose values follow the runs' numbers.
std::vector<Run> withSpeed()
{
    std::vector<Run> runs = runsOf(handMadeRuns());
    for (Run& run : runs) {
        Measurement speed;
        speed.metric = "decode_tokens_per_second";
        speed.value = double(run.id) * 10;
        run.measurements.push_back(speed);
    }
    return runs;
}

} // namespace

class ManyMetricsTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void betterIsAlwaysOnTop()
    {
        const RunDimensions data = runDimensions(withSpeed(), {"file_bytes", "decode_tokens_per_second"});
        constexpr double mib = 1024 * 1024;
        QCOMPARE(data.dimensions[0].placeOf(2 * mib), 1.0); // the smallest file
        QCOMPARE(data.dimensions[0].placeOf(16 * mib), 0.0);
        QCOMPARE(data.dimensions[1].placeOf(60), 1.0); // the fastest
        QCOMPARE(data.dimensions[1].placeOf(10), 0.0);
        for (const double place : {0.0, 0.3, 1.0})
            for (const RunDimension& dimension : data.dimensions)
                QVERIFY(std::abs(dimension.placeOf(dimension.valueAt(place)) - place) < 1e-12);
    }

    void whatWasNotMeasuredIsAGap()
    {
        std::vector<Run> runs = withSpeed();
        runs[0].measurements.pop_back();
        runs[1].state = RunState::Failed;
        const RunDimensions data = runDimensions(runs, {"file_bytes", "decode_tokens_per_second"});
        QCOMPARE(data.runs.size(), size_t(5));
        QVERIFY(std::isnan(data.runs[0].values[1]));
        QVERIFY(runDimensions(runs, {"no_such_metric"}).empty());
    }

    // By hand: sizes rank 6,1,2,4,5,3 and perplexities 1,6,3,5,2,4; Spearman = 1 - 6 Σd² / (n (n² - 1)).
    void correlationIsSpearmans()
    {
        const RunDimensions data = runDimensions(runsOf(handMadeRuns()), bothMetrics);
        const double squares = 25 + 25 + 1 + 1 + 9 + 1;
        QVERIFY(std::abs(rankCorrelation(data, 0, 1) - (1 - 6 * squares / (6 * 35))) < 1e-12);
        QCOMPARE(rankCorrelation(data, 0, 0), 1.0);
    }

    void rangesKeepRuns()
    {
        ParallelView view;
        view.setData(runDimensions(runsOf(handMadeRuns()), bothMetrics));
        QSignalSpy brushed(&view, &ParallelView::brushed);
        QCOMPARE(view.keptRuns().size(), size_t(6));
        // The better half of perplexity (log axis: below √(6 · 12) = 8.49).
        view.setRange("perplexity", ParallelView::Range{0.5, 1});
        QCOMPARE(brushed.count(), 1);
        QCOMPARE(view.keptRuns(), (std::vector<int64_t>{1, 3, 5, 6}));
        // And of size: 9 MiB or less.
        view.setRange("file_bytes", ParallelView::Range{0.5, 1});
        QCOMPARE(view.keptRuns(), (std::vector<int64_t>{3, 5, 6}));
        QVERIFY(view.accessibleDescription().contains(u"3 runs inside"_s));
        view.clearRanges();
        QCOMPARE(view.keptRuns().size(), size_t(6));
        QCOMPARE(brushed.last()[0].value<QList<qint64>>(), QList<qint64>());
    }

    void rangesAreDraggedAndClicked()
    {
        ParallelView view;
        view.resize(600, 400);
        view.setData(runDimensions(runsOf(handMadeRuns()), bothMetrics));
        view.show();
        const QPoint axis(150, 0); // the first of two axes lies in the middle of the left half
        QTest::mousePress(&view, Qt::LeftButton, {}, axis + QPoint(0, 100));
        QTest::mouseMove(&view, axis + QPoint(0, 150));
        QTest::mouseMove(&view, axis + QPoint(0, 220));
        QTest::mouseRelease(&view, Qt::LeftButton, {}, axis + QPoint(0, 220));
        QVERIFY(view.brushing());
        QVERIFY(view.keptRuns().size() < 6);
        QTest::mouseClick(&view, Qt::LeftButton, {}, axis + QPoint(0, 300));
        QVERIFY(!view.brushing());
    }

    void axesAreReorderedByTitleAndByKey()
    {
        ParallelView view;
        view.resize(600, 400);
        view.setData(runDimensions(withSpeed(), {"file_bytes", "perplexity", "decode_tokens_per_second"}));
        view.show();
        QTest::mousePress(&view, Qt::LeftButton, {}, QPoint(100, 10));
        QTest::mouseMove(&view, QPoint(300, 10));
        QTest::mouseMove(&view, QPoint(500, 10));
        QTest::mouseRelease(&view, Qt::LeftButton, {}, QPoint(500, 10));
        QCOMPARE(view.order(), (std::vector<std::string>{"perplexity", "decode_tokens_per_second", "file_bytes"}));
        view.setFocus();
        QCOMPARE(view.currentAxis(), 2);
        QTest::keyClick(&view, Qt::Key_Left, Qt::ShiftModifier);
        QCOMPARE(view.order(), (std::vector<std::string>{"perplexity", "file_bytes", "decode_tokens_per_second"}));
        // A run's values move with their axis.
        QCOMPARE(view.data().runs[0].values[2], 10.0);
        QTest::keyClick(&view, Qt::Key_Up); // away from the worse end of file_bytes: run 1 goes
        QVERIFY(view.brushing());
        QCOMPARE(view.keptRuns().size(), size_t(5));
        QTest::keyClick(&view, Qt::Key_Escape);
        QVERIFY(!view.brushing());
    }

    void theMatrixSelectsAndOpens()
    {
        ScatterMatrixView view;
        view.resize(600, 600);
        view.setData(runDimensions(withSpeed(), {"file_bytes", "perplexity", "decode_tokens_per_second"}));
        view.show();
        QSignalSpy selected(&view, &ScatterMatrixView::selectionChanged);
        QSignalSpy chosen(&view, &ScatterMatrixView::axesChosen);
        const ScatterMatrixView::Cell cell{1, 0};
        QTest::mouseClick(&view, Qt::LeftButton, {}, view.pixelOf(cell, 3).toPoint());
        QCOMPARE(selected.last()[0].value<QList<qint64>>(), QList<qint64>{4});
        QTest::mouseClick(&view, Qt::LeftButton, Qt::ControlModifier, view.pixelOf(cell, 1).toPoint());
        QCOMPARE(selected.last()[0].value<QList<qint64>>(), (QList<qint64>{2, 4}));
        const QRect box = view.cellRect(cell).toAlignedRect();
        QTest::mousePress(&view, Qt::LeftButton, {}, box.topLeft() + QPoint(2, 2));
        QTest::mouseMove(&view, box.center());
        QTest::mouseMove(&view, box.bottomRight() - QPoint(2, 2));
        QTest::mouseRelease(&view, Qt::LeftButton, {}, box.bottomRight() - QPoint(2, 2));
        QCOMPARE(selected.last()[0].value<QList<qint64>>().size(), 6);
        view.setFocus();
        QTest::keyClick(&view, Qt::Key_Down);
        QTest::keyClick(&view, Qt::Key_Right);
        QTest::keyClick(&view, Qt::Key_Return);
        QCOMPARE(chosen.count(), 1);
        QCOMPARE(chosen[0][0].value<std::string>(), std::string("perplexity"));
        QCOMPARE(chosen[0][1].value<std::string>(), std::string("decode_tokens_per_second"));
    }
};

} // namespace paretoscope

QTEST_MAIN(paretoscope::ManyMetricsTest)
#include "many_metrics_test.moc"
