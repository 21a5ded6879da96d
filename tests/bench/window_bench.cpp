// window_bench: how fast the window starts, pans and opens large stores.
//
// Prints one line a figure. The promises are in docs/speed.md.
// Frames are painted by the platform that QT_QPA_PLATFORM names; "offscreen" paints in memory.
#include "app/pages/frontier_page.h"
#include "core/base/error.h"
#include "tests/app/window/window_fixture.h"
#include "tests/widgets/sample_store.h"
#include "widgets/charts/chart_view.h"
#include "widgets/charts/custom_plot.h"

#include <QApplication>
#include <QElapsedTimer>
#include <QProcess>
#include <QTest>

#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

using namespace paretoscope;

namespace {

struct Figure {
    std::string name;
    double value;
    std::string unit;
    std::string promise;
};

double median(std::vector<double> values)
{
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
}

// From starting the program to its end, which comes right after it has painted its first frame and
// written it to a file: more than a user waits for.
Figure startToFirstFrame(const QTemporaryDir& folder)
{
    const QStringList arguments{QStringLiteral("--store"), folder.filePath(QStringLiteral("start.sqlite")),
                                QStringLiteral("--settings"), folder.filePath(QStringLiteral("start.ini")),
                                QStringLiteral("--screenshot"), folder.filePath(QStringLiteral("start.png")),
                                QStringLiteral("--after"), QStringLiteral("0")};
    std::vector<double> seconds;
    for (int i = 0; i < 6; ++i) {
        QElapsedTimer watch;
        watch.start();
        QProcess program;
        program.start(QStringLiteral(PARETOSCOPE_PROGRAM), arguments);
        if (!program.waitForFinished(30000) || program.exitCode() != 0)
            fail(ErrorCode::Io, "the window did not start: {}", program.readAllStandardError().toStdString());
        if (i > 0) seconds.push_back(double(watch.nsecsElapsed()) / 1e9); // the first one warms the disk
    }
    return {"start_to_first_frame", median(seconds), "s", "under 1 s"};
}

bool wait(MainWindow& window, size_t points)
{
    return QTest::qWaitFor([&] { return window.frontier().data().points.size() >= points; }, 60000);
}

// The time of one frame while the chart is dragged, for the slowest twentieth of the frames.
Figure panning(test::WindowFixture& fixture, int64_t runs)
{
    const QString file = fixture.path(QStringLiteral("pan.sqlite"));
    test::SampleStore sample;
    sample.runs = runs;
    test::fillExperiment(*Store::open(file.toStdString()), "sample", sample);
    MainWindow& window = fixture.open(QStringLiteral("pan.sqlite"));
    if (!wait(window, size_t(runs))) fail(ErrorCode::Io, "the store of {} runs was not drawn", runs);
    QCustomPlot& plot = window.frontier().view().plot();
    const QPoint centre = plot.rect().center();
    QTest::mousePress(&plot, Qt::LeftButton, {}, centre);
    std::vector<double> frames;
    for (int i = 0; i < 200; ++i) {
        const QPoint target = centre + QPoint(i % 40 - 20, i % 24 - 12);
        QElapsedTimer watch;
        watch.start();
        QTest::mouseMove(&plot, target);
        plot.replot(QCustomPlot::rpQueuedReplot);
        QCoreApplication::processEvents();
        frames.push_back(double(watch.nsecsElapsed()) / 1e9);
    }
    QTest::mouseRelease(&plot, Qt::LeftButton, {}, centre);
    std::sort(frames.begin(), frames.end());
    return {"pan_" + std::to_string(runs) + "_runs_slow_frames", 1 / frames[frames.size() * 95 / 100], "frames/s",
            "at least 30"};
}

Figure opening(test::WindowFixture& fixture, int64_t runs)
{
    const QString file = fixture.path(QStringLiteral("large.sqlite"));
    test::SampleStore sample;
    sample.runs = runs;
    test::fillExperiment(*Store::open(file.toStdString()), "sample", sample);
    std::vector<double> seconds;
    for (int i = 0; i < 3; ++i) {
        MainWindow& window = fixture.open({});
        QCoreApplication::processEvents();
        QElapsedTimer watch;
        watch.start();
        window.workspace().openStore(file);
        if (!wait(window, size_t(runs))) fail(ErrorCode::Io, "the store of {} runs was not drawn", runs);
        window.grab(); // paints what is shown now
        seconds.push_back(double(watch.nsecsElapsed()) / 1e9);
    }
    return {"open_" + std::to_string(runs) + "_runs", median(seconds), "s", "under 2 s"};
}

void print(const std::vector<Figure>& figures)
{
    for (const Figure& figure : figures)
        std::printf("%-32s %10.3f %-9s %s\n", figure.name.c_str(), figure.value, figure.unit.c_str(),
                    figure.promise.c_str());
}

} // namespace

int main(int argc, char** argv)
{
    QApplication application(argc, argv);
    try {
        test::prepareProgram();
        const QTemporaryDir folder;
        std::vector<Figure> figures{startToFirstFrame(folder)};
        test::WindowFixture fixture;
        figures.push_back(panning(fixture, 10000));
        fixture.close();
        figures.push_back(opening(fixture, 100000));
        fixture.close();
        print(figures);
        return 0;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "window_bench: %s\n", error.what());
        return 1;
    }
}
