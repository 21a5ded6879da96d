// The whole way of a user: open a model, sweep, watch, close in the middle, go on, overlay, export.
#include "app/pages/details_page.h"
#include "app/pages/experiments_page.h"
#include "app/pages/frontier_page.h"
#include "app/pages/queue_bar.h"
#include "app/pages/queue_page.h"
#include "app/pages/recipe_page.h"
#include "app/pages/runs_page.h"
#include "app/window/file_actions.h"
#include "core/base/json.h"
#include "core/strategy/strategy.h"
#include "tests/app/window/window_fixture.h"
#include "widgets/charts/chart_view.h"
#include "widgets/charts/frontier_chart.h"
#include "widgets/editors/file_field.h"
#include "widgets/editors/recipe_editor.h"
#include "widgets/editors/step_card.h"
#include "widgets/editors/strategy_picker.h"
#include "widgets/editors/task_editor.h"
#include "widgets/forms/parameter_form.h"
#include "widgets/models/experiment_model.h"
#include "widgets/models/run_table_model.h"

#include <QFile>
#include <QLineEdit>
#include <QPushButton>
#include <QTableView>
#include <QToolButton>

using namespace Qt::StringLiterals;

namespace paretoscope {

namespace {
constexpr int patience = 120000; // ms; workers share the machine with other tests
}

class JourneyTest : public QObject {
    Q_OBJECT
    test::WindowFixture fixture_;

    MainWindow& window() { return fixture_.window(); }
    size_t done() { return size_t(window().workspace().snapshot().done); }

    void planSweep(const QString& name, const std::vector<std::string>& bits)
    {
        RecipePage& page = window().recipe();
        page.startOver();
        Q_EMIT page.recipe().picker().chosen(u"quantization.rtn"_s);
        page.recipe().step(0).form().setSweep({"bits", bits});
        page.tasks().setRequests({{"perplexity", R"({"max_windows":4,"window":64})", text()}});
        page.nameField()->clear();
        QTest::keyClicks(page.nameField(), name);
    }
    std::string text() { return fixture_.path(u"text.txt"_s).toStdString(); }

private Q_SLOTS:
    void initTestCase()
    {
        test::prepareProgram();
        QVERIFY(StrategyRegistry::instance().find("quantization.rtn"));
        QFile file(QString::fromStdString(text()));
        QVERIFY(file.open(QIODevice::WriteOnly));
        for (int i = 0; i < 200; ++i) file.write("12 + 30 = 42. The answer is forty-two. ");
    }

    void firstStartSaysTheNextStep()
    {
        fixture_.open();
        QTRY_VERIFY(!window().workspace().loading());
        QStringList buttons;
        for (const QPushButton* button : window().frontier().findChildren<QPushButton*>())
            if (button->isVisible()) buttons << button->text();
        QVERIFY(buttons.contains(u"Open a model"_s));
        QVERIFY(buttons.contains(u"Run the demo experiment"_s));
        QCOMPARE(window().windowTitle(), u"runs.sqlite – Paretoscope"_s);
        fixture_.look(u"1-first-start"_s);
    }

    void opensAModelByDialog()
    {
        const QString model = QDir(QStringLiteral(PARETOSCOPE_BINARY_DIR))
                                  .filePath(u"share/paretoscope/models/starter/config.json"_s);
        dialogs::setNextAnswer(model);
        window().files().openModel();
        QTRY_VERIFY_WITH_TIMEOUT(window().workspace().model(), patience);
        QVERIFY(!dialogs::answersLeft());
        QVERIFY(window().workspace().modelPath().endsWith(u"models/starter"_s));
        fixture_.look(u"2-model"_s);
    }

    void saysWhatIsMissing()
    {
        RecipePage& page = window().recipe();
        window().showPage(&page);
        page.startOver();
        page.tasks().textField("perplexity")->setPath({});
        QVERIFY(!page.startButton()->isEnabled());
        QVERIFY(page.missing().contains(u"text file"_s));
        dialogs::setNextAnswer(QString::fromStdString(text()));
        Q_EMIT page.tasks().textField("perplexity")->browseRequested();
        QVERIFY2(page.startButton()->isEnabled(), qPrintable(page.missing()));
        fixture_.look(u"3-recipe-empty"_s);
    }

    void startsASweepAndPointsArrive()
    {
        planSweep(u"first sweep"_s, {"2", "3", "4", "6", "8"});
        fixture_.look(u"4-recipe"_s);
        RecipePage& page = window().recipe();
        QVERIFY2(page.startButton()->isEnabled(), qPrintable(page.missing()));
        page.startButton()->click();
        QTRY_COMPARE_WITH_TIMEOUT(window().runs().model().rowCount(), 6, patience);
        QTRY_VERIFY_WITH_TIMEOUT(!window().queueBar().text().isEmpty(), patience);
        QTRY_VERIFY_WITH_TIMEOUT(window().frontier().data().points.size() >= 2, patience);
        fixture_.look(u"5-running"_s);
    }

    void closesInTheMiddleAndGoesOn()
    {
        window().workspace().runs()->pause();
        fixture_.close();
        fixture_.open();
        QTRY_VERIFY(!window().workspace().loading());
        const Snapshot& snapshot = window().workspace().snapshot();
        QCOMPARE(snapshot.running, int64_t(0)); // what was in flight waits again
        const size_t before = done();
        QVERIFY(before >= 2);
        QCOMPARE(size_t(snapshot.queued) + before, size_t(6));
        if (snapshot.queued > 0) {
            QVERIFY(window().queueBar().text().contains(u"waiting"_s));
            window().queueBar().pauseButton()->click();
        }
        QTRY_COMPARE_WITH_TIMEOUT(done(), size_t(6), patience);
        QTRY_COMPARE_WITH_TIMEOUT(window().frontier().data().points.size(), size_t(6), patience);
        QCOMPARE(window().frontier().view().chart().drawn().baselines, size_t(1));
    }

    void theSameExperimentAddsOnlyWhatIsNew()
    {
        window().workspace().openModel(
            QDir(QStringLiteral(PARETOSCOPE_BINARY_DIR)).filePath(u"share/paretoscope/models/starter"_s));
        QTRY_VERIFY_WITH_TIMEOUT(window().workspace().model(), patience);
        planSweep(u"first sweep"_s, {"4", "5"});
        window().recipe().startButton()->click();
        QTRY_COMPARE_WITH_TIMEOUT(done(), size_t(7), patience);
    }

    void selectionIsLinked()
    {
        const std::vector<int64_t>& rows = window().runs().model().rows();
        QTRY_COMPARE(rows.size(), size_t(7));
        window().runs().view()->selectRow(2);
        QCOMPARE(window().frontier().view().selectedRuns(), QList<qint64>{rows[2]});
        ChartView& chart = window().frontier().view();
        chart.setFocus();
        QTest::keyClick(&chart, Qt::Key_Right);
        QVERIFY(!chart.hoverText().isEmpty());
        QTest::keyClick(&chart, Qt::Key_Space);
        QCOMPARE(window().workspace().selection().size(), 1);
        const QModelIndexList selected = window().runs().view()->selectionModel()->selectedRows();
        QCOMPARE(selected.size(), 1);
        QCOMPARE(selected[0].data(RunTableModel::RunIdRole).toLongLong(),
                 window().workspace().selection().front());
        QTest::keyClick(&chart, Qt::Key_Return);
        fixture_.look(u"6-selected"_s);
    }

    void overlaysTwoExperiments()
    {
        planSweep(u"second sweep"_s, {"3", "5"});
        window().recipe().recipe().step(0).form().setValues(Json{{"symmetric", true}});
        window().recipe().startButton()->click();
        QTRY_COMPARE_WITH_TIMEOUT(done(), size_t(10), patience);
        ExperimentModel& model = window().experiments().model();
        QTRY_COMPARE(model.rowCount(), 2);
        for (int row = 0; row < 2; ++row)
            model.setData(model.index(row), Qt::Checked, Qt::CheckStateRole);
        QTRY_COMPARE(window().frontier().data().experiments.size(), size_t(2));
        QCOMPARE(window().frontier().data().lines.size(), size_t(2));
        QCOMPARE(window().runs().model().rowCount(), 10);
        fixture_.look(u"7-overlay"_s);
        Theme::instance().apply(ThemeMode::Dark);
        fixture_.look(u"8-overlay-dark"_s);
        Theme::instance().apply(ThemeMode::Light);
    }

    void exportsChartAndTable()
    {
        for (const QString& ending : {u"svg"_s, u"png"_s, u"pdf"_s}) {
            const QString file = fixture_.path(u"chart."_s + ending);
            dialogs::setNextAnswer(file);
            window().files().exportChart();
            QVERIFY(QFile(file).size() > 1000);
        }
        const QString table = fixture_.path(u"table.csv"_s);
        dialogs::setNextAnswer(table);
        window().files().exportTable();
        QFile file(table);
        QVERIFY(file.open(QIODevice::ReadOnly));
        QCOMPARE(file.readAll().count('\n'), 11); // a header and ten runs
        QVERIFY(!dialogs::answersLeft());
    }
};

} // namespace paretoscope

QTEST_MAIN(paretoscope::JourneyTest)
#include "journey_test.moc"
