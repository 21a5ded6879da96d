// Exported charts: size, vectors, text, errors.
#include "core/base/error.h"
#include "tests/test_data.h"
#include "tests/widgets/sample_runs.h"
#include "widgets/charts/chart_export.h"

#include <QApplication>
#include <QImage>
#include <QTemporaryDir>
#include <QtTest>

#include <set>

using namespace Qt::StringLiterals;

namespace paretoscope {

using test::handMadeRuns;
using test::runsOf;

class ChartExportTest : public QObject {
    Q_OBJECT
    QTemporaryDir folder_;
    FrontierChartData data_ = frontierChartData(runsOf(handMadeRuns()), {});

    std::string path(const char* name) const
    {
        return folder_.filePath(QString::fromLatin1(name)).toStdString();
    }
    QByteArray bytes(const std::string& file) const
    {
        QFile opened(QString::fromStdString(file));
        return opened.open(QIODevice::ReadOnly) ? opened.readAll() : QByteArray();
    }

private Q_SLOTS:
    void pngHasTheRightSizeAndInk()
    {
        ChartExportOptions options;
        options.widthPoints = 400;
        options.heightPoints = 300;
        options.scale = 2;
        exportFrontierChart(data_, path("chart.png"), options);
        const QImage image(QString::fromStdString(path("chart.png")));
        QCOMPARE(image.size(), QSize(800, 600));
        QCOMPARE(image.pixelColor(2, 2), QColor(Qt::white));
        std::set<QRgb> colors;
        for (int y = 0; y < image.height(); y += 2)
            for (int x = 0; x < image.width(); x += 2) colors.insert(image.pixel(x, y));
        QVERIFY(colors.size() > 20);
    }

    void svgIsVectorsAndText()
    {
        ChartExportOptions options;
        options.caption = frontierCaption(data_, "/somewhere/demo.pareto");
        exportFrontierChart(data_, path("chart.svg"), options);
        const QByteArray svg = bytes(path("chart.svg"));
        QVERIFY(svg.contains("<text"));
        QVERIFY(!svg.contains("<image"));
        QVERIFY(svg.contains("(MiB)"));
        QVERIFY(svg.contains("demo.pareto"));
        QVERIFY(svg.contains("first-light"));
        QVERIFY(svg.count("<path") > 6);
    }

    void pdfIsAPdf()
    {
        exportFrontierChart(data_, path("chart.pdf"));
        const QByteArray pdf = bytes(path("chart.pdf"));
        QVERIFY(pdf.startsWith("%PDF"));
        QVERIFY(pdf.contains("/MediaBox [0 0 720"));
        QVERIFY(!pdf.contains("/Subtype /Image"));
    }

    void captionNamesTheNumbers()
    {
        const std::string caption = frontierCaption(data_, "demo.pareto");
        QCOMPARE(frontierCaption(data_, "demo.pareto"), caption);
        FrontierChartData other = data_;
        other.points[0].y += 1e-9;
        QVERIFY(frontierCaption(other, "demo.pareto") != caption);
    }

    void errorsAreSentences()
    {
        PARETOSCOPE_EXPECT_ERROR(exportFrontierChart(data_, path("chart.gif")), ".png, .svg or .pdf");
        PARETOSCOPE_EXPECT_ERROR(exportFrontierChart({}, path("empty.png")), "no finished run");
        PARETOSCOPE_EXPECT_ERROR(exportFrontierChart(data_, path("no/folder/chart.png")), "no/folder");
        QVERIFY(!QFile::exists(QString::fromStdString(path("empty.png"))));
    }
};

} // namespace paretoscope

QTEST_MAIN(paretoscope::ChartExportTest)
#include "chart_export_test.moc"
