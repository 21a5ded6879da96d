// The pages around the frontier: measurements of a run, many metrics at once, limits and a third metric.
#include "app/pages/dimensions_page.h"
#include "app/pages/frontier_controls.h"
#include "app/pages/frontier_extras.h"
#include "app/pages/frontier_page.h"
#include "app/pages/measurements_page.h"
#include "app/pages/metric_menu.h"
#include "app/pages/runs_page.h"
#include "tests/app/window/window_fixture.h"
#include "tests/widgets/sample_store.h"
#include "widgets/basics/value_table.h"
#include "widgets/charts/chart_view.h"
#include "widgets/charts/frontier_chart.h"
#include "widgets/charts/parallel_view.h"
#include "widgets/charts/scatter_matrix_view.h"
#include "widgets/models/run_table_model.h"

#include <QCheckBox>
#include <QClipboard>
#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QToolButton>

using namespace Qt::StringLiterals;

namespace paretoscope {

class PagesTest : public QObject {
    Q_OBJECT
    test::WindowFixture fixture_;
    int64_t questions_ = 0; // a run with items

    MainWindow& window() { return fixture_.window(); }
    QString finding()
    {
        QStringList texts;
        for (const QLabel* label : window().frontier().findChildren<QLabel*>())
            if (label->isVisible() && label->text().contains(u"limits"_s)) texts << label->text();
        return texts.join(u"\n"_s).replace(QChar::Nbsp, u' ');
    }

private Q_SLOTS:
    void initTestCase()
    {
        test::prepareProgram();
        const auto store = Store::open(fixture_.path(u"runs.sqlite"_s).toStdString());
        const Experiment experiment = store->openExperiment("questions", "builtin:starter");
        RunRequest request;
        request.model = "builtin:starter";
        request.recipe = "quantization.rtn(bits=3)";
        request.tasks = {{"world_retrieval", "{}", ""}};
        questions_ = store->addRuns(experiment.id, {request}, {R"({"bits":3})"})[0];
        Measurement size;
        size.metric = "file_bytes";
        size.value = 3e6;
        Measurement answers;
        answers.metric = "exact_match";
        answers.value = 0.25;
        answers.low = 0.1;
        answers.high = 0.5;
        answers.count = 4;
        answers.items = {{"apple", 0, 1}, {"pear", 1, 1}, {"plum", 0, 1}, {"fig", 0, 1}};
        Provenance provenance;
        provenance.version = "0.1.0";
        provenance.seed = 7;
        provenance.machine = "an abacus";
        provenance.recipeFingerprint = "cafe0123";
        provenance.notes = {"groups of 128 became groups of 64"};
        store->finishRun(questions_, provenance, {size, answers});
        test::SampleStore sample;
        sample.runs = 20;
        test::fillExperiment(*store, "sample", sample);
    }

    void init()
    {
        fixture_.open();
        QTRY_COMPARE(window().runs().model().rowCount(), 20);
    }

    void everythingMeasuredIsListed()
    {
        window().workspace().showMeasurements(questions_);
        MeasurementsPage& page = window().measurements();
        QTRY_COMPARE(page.shownRun(), qint64(questions_));
        QCOMPARE(page.metrics().shownRows(), 2);
        const auto& answers = page.metrics().values().rows()[1].cells;
        QCOMPARE(QString(answers[1].text).replace(QChar::Nbsp, u' '), u"25 %"_s);
        QCOMPARE(QString(answers[2].text).replace(QChar::Nbsp, u' '), u"10 % to 50 %"_s);
        QCOMPARE(answers[3].text, u"4"_s);
        // The metric with items is in front; its items sort and filter.
        QCOMPARE(page.items().shownRows(), 4);
        page.items().sortByColumn(0, Qt::AscendingOrder);
        QCOMPARE(page.items().model()->index(1, 0).data().toString(), u"fig"_s);
        page.items().sortByColumn(1, Qt::DescendingOrder);
        QCOMPARE(page.items().model()->index(0, 0).data().toString(), u"pear"_s);
        page.itemFilter()->setText(u"pl"_s);
        QCOMPARE(page.items().shownRows(), 2); // apple, plum
        page.itemFilter()->clear();
        fixture_.look(u"measurements"_s);
    }

    void whereItComesFromIsListedAndCopied()
    {
        window().workspace().showMeasurements(questions_);
        MeasurementsPage& page = window().measurements();
        QTRY_COMPARE(page.shownRun(), qint64(questions_));
        page.copyButton()->click();
        const QString text = QGuiApplication::clipboard()->text();
        for (const char* part :
             {"quantization.rtn(bits=3)", "an abacus", "cafe0123", "groups of 128 became groups of 64", "pear\t1"})
            QVERIFY2(text.contains(QString::fromUtf8(part)), part);
        QCOMPARE(page.origin().values().rows()[0].cells[0].text, u"Note"_s);
        window().workspace().select({});
        QCOMPARE(page.shownRun(), qint64(0));
    }

    void brushingSelectsEverywhere()
    {
        DimensionsPage& page = window().dimensions();
        window().showPage(&page);
        QTRY_COMPARE(page.parallel().data().runs.size(), size_t(20));
        QTRY_VERIFY(std::isfinite(page.parallel().data().runs[3].values.back()));
        page.parallel().setRange("file_bytes", ParallelView::Range{0.6, 1});
        const QList<qint64> selection = window().workspace().selection();
        QVERIFY(!selection.isEmpty() && selection.size() < 20);
        QCOMPARE(window().frontier().view().selectedRuns().size(), selection.size());
        QVERIFY(page.countText().contains(u"%1 of 20"_s.arg(selection.size())));
        fixture_.look(u"parallel"_s);
        Theme::instance().apply(ThemeMode::Dark);
        fixture_.look(u"parallel-dark"_s);
        Theme::instance().apply(ThemeMode::Light);
        page.clearButton()->click();
        QVERIFY(window().workspace().selection().isEmpty());
    }

    void theMatrixOpensAFrontier()
    {
        DimensionsPage& page = window().dimensions();
        window().showPage(&page);
        page.kindBox()->setCurrentIndex(1);
        QTRY_COMPARE(page.matrix().data().runs.size(), size_t(20));
        fixture_.look(u"matrix"_s);
        Q_EMIT page.matrix().axesChosen("bits_per_weight", "nll_per_token");
        QTRY_COMPARE(window().frontier().data().x.metric.name, std::string("bits_per_weight"));
        QCOMPARE(window().frontier().data().y.metric.name, std::string("nll_per_token"));
        QVERIFY(window().frontier().isVisible());
        window().frontier().controls().choose("file_bytes", "perplexity");
        QTRY_COMPARE(window().frontier().data().points.size(), size_t(20));
    }

    void metricsAreTicked()
    {
        DimensionsPage& page = window().dimensions();
        window().showPage(&page);
        QTRY_COMPARE(page.parallel().data().runs.size(), size_t(20));
        const size_t before = page.parallel().data().dimensions.size();
        page.metricMenu().toggle("kv_bytes_per_token");
        QTRY_COMPARE(page.parallel().data().dimensions.size(), before + 1);
        QTRY_VERIFY(std::isfinite(page.parallel().data().runs[0].values.back()));
        page.metricMenu().toggle("kv_bytes_per_token");
        QTRY_COMPARE(page.parallel().data().dimensions.size(), before);
    }

    void limitsShadeAndSay()
    {
        FrontierControls& controls = window().frontier().controls();
        window().showPage(&window().frontier());
        controls.more()->setChecked(true);
        FrontierExtras& extras = controls.extras();
        QVERIFY(extras.isVisible());
        extras.xLimit()->setText(u"8"_s);
        QTest::keyClick(extras.xLimit(), Qt::Key_Return);
        QCOMPARE(extras.xLimit()->text().replace(QChar::Nbsp, u' '), u"8 MiB"_s); // as it was understood
        QCOMPARE(window().frontier().view().chart().drawn().limits, size_t(1));
        QVERIFY2(finding().contains(u"of 20 runs are within the limits; the best is"_s), qPrintable(finding()));
        fixture_.look(u"limits"_s);
        extras.xLimit()->setText(u"100 KiB"_s);
        QTest::keyClick(extras.xLimit(), Qt::Key_Return);
        QVERIFY2(finding().contains(u"No run is within the limits. The nearest is"_s), qPrintable(finding()));
        QVERIFY(finding().contains(u"over"_s));
        extras.yLimit()->setText(u"nonsense"_s);
        QTest::keyClick(extras.yLimit(), Qt::Key_Return);
        QVERIFY(!window().frontier().data().y.limit);
        extras.xLimit()->clear();
        QVERIFY(!window().frontier().data().limited());
    }

    void aThirdMetricAndEqualCost()
    {
        FrontierControls& controls = window().frontier().controls();
        window().showPage(&window().frontier());
        FrontierExtras& extras = controls.extras();
        extras.metricBox()->setCurrentIndex(extras.metricBox()->findData(u"decode_tokens_per_second"_s));
        extras.lookBox()->setCurrentIndex(1);
        QTRY_COMPARE(window().frontier().data().zLook, ThirdLook::Color);
        QVERIFY(window().frontier().data().zHigh > window().frontier().data().zLow);
        extras.isoLines()->click();
        QVERIFY(window().frontier().view().chart().drawn().isoLines >= 2);
        fixture_.look(u"third-metric"_s);
        extras.lookBox()->setCurrentIndex(2);
        QCOMPARE(window().frontier().data().zLook, ThirdLook::Size);
        fixture_.look(u"third-metric-size"_s);
        extras.lookBox()->setCurrentIndex(0);
        extras.isoLines()->click();
        QCOMPARE(window().frontier().data().zLook, ThirdLook::None);
        QCOMPARE(window().frontier().view().chart().drawn().isoLines, size_t(0));
    }
};

} // namespace paretoscope

QTEST_MAIN(paretoscope::PagesTest)
#include "pages_test.moc"
