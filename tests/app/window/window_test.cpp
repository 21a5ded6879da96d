// The window by itself: bad input, names for screen readers, editing experiments, the queue.
#include "app/pages/experiments_page.h"
#include "app/pages/frontier_controls.h"
#include "app/pages/frontier_page.h"
#include "app/pages/model_page.h"
#include "app/pages/queue_page.h"
#include "app/pages/runs_page.h"
#include "app/window/file_actions.h"
#include "app/window/window_options.h"
#include "core/base/error.h"
#include "tests/app/window/window_fixture.h"
#include "tests/widgets/sample_store.h"
#include "widgets/basics/notice_bar.h"
#include "widgets/models/experiment_model.h"
#include "widgets/models/queue_model.h"
#include "widgets/models/run_table_model.h"

#include <QAbstractButton>
#include <QAbstractSpinBox>
#include <QAccessible>
#include <QCheckBox>
#include <QComboBox>
#include <QLineEdit>
#include <QListView>
#include <QTableView>
#include <QToolButton>

using namespace Qt::StringLiterals;

namespace paretoscope {

class WindowTest : public QObject {
    Q_OBJECT
    test::WindowFixture fixture_;

    MainWindow& window() { return fixture_.window(); }
    void write(const QString& name, const QByteArray& bytes)
    {
        QFile file(fixture_.path(name));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(bytes);
    }

private Q_SLOTS:
    void initTestCase()
    {
        test::prepareProgram();
        const auto store = Store::open(fixture_.path(u"runs.sqlite"_s).toStdString());
        test::SampleStore first;
        first.runs = 30;
        first.failed = 3;
        first.queued = 4;
        test::fillExperiment(*store, "first", first);
        test::SampleStore second;
        second.runs = 12;
        second.seed = 2;
        test::fillExperiment(*store, "second", second);
    }

    void init()
    {
        dialogs::forgetAnswers();
        fixture_.open();
        QTRY_COMPARE(window().experiments().model().rowCount(), 2);
        QTRY_VERIFY(window().runs().model().rowCount() > 0);
    }

    void showsTheNewestExperimentFirst()
    {
        QCOMPARE(window().runs().model().rowCount(), 12);
        QCOMPARE(window().frontier().data().points.size(), size_t(12));
    }

    void optionsAreRead()
    {
        const WindowOptions options = windowOptions({u"a.gguf"_s, u"--size"_s, u"800x600"_s, u"--theme"_s, u"dark"_s});
        QCOMPARE(options.files, QStringList{u"a.gguf"_s});
        QCOMPARE(options.size, QSize(800, 600));
        PARETOSCOPE_EXPECT_ERROR(windowOptions({u"--nonsense"_s}), "--nonsense");
        PARETOSCOPE_EXPECT_ERROR(windowOptions({u"--size"_s}), "needs a value");
        QVERIFY(opensWindow("builtin:starter"));
        QVERIFY(!opensWindow("inspect"));
    }

    void whatIsNoModelIsSaidWhereModelsAre()
    {
        write(u"junk.gguf"_s, "this is no model");
        window().files().open(fixture_.path(u"junk.gguf"_s));
        QTRY_VERIFY(!window().workspace().openingModel());
        const QString text = window().model().notice().text();
        QVERIFY2(text.contains(u"junk.gguf"_s), qPrintable(text));
        QVERIFY(!window().workspace().model());
    }

    void whatIsNoStoreIsSaidWhereTheChartIs_data()
    {
        QTest::addColumn<QString>("file");
        QTest::newRow("junk") << u"junk.sqlite"_s;
        QTest::newRow("folder") << u"."_s;
        QTest::newRow("no folder") << u"nowhere/at/all.sqlite"_s;
    }
    void whatIsNoStoreIsSaidWhereTheChartIs()
    {
        QFETCH(QString, file);
        write(u"junk.sqlite"_s, QByteArray(5000, 'x'));
        dialogs::setNextAnswer(fixture_.path(file));
        window().files().openStore();
        const QString text = window().frontier().notice().text();
        QVERIFY(!text.isEmpty());
        QVERIFY(!text.contains(u'\n'));
        QCOMPARE(window().runs().model().rowCount(), 12); // the open store stays
    }

    void aNewerStoreIsRefused()
    {
        const QString file = fixture_.path(u"newer.sqlite"_s);
        Store::open(file.toStdString());
        QFile bytes(file);
        QVERIFY(bytes.open(QIODevice::ReadWrite));
        bytes.seek(60); // user_version, big endian
        bytes.write(QByteArray::fromHex("00000063"));
        bytes.close();
        window().files().open(file);
        const QString text = window().frontier().notice().text();
        QVERIFY2(text.contains(u"newer"_s), qPrintable(text));
    }

    void exportsThatFailSaySo()
    {
        dialogs::setNextAnswer(fixture_.path(u"no/such/folder/chart.svg"_s));
        window().files().exportChart();
        QVERIFY(window().frontier().notice().text().contains(u"no/such/folder"_s));
        dialogs::setNextAnswer(u"/dev/full/table.csv"_s);
        window().files().exportTable();
        QVERIFY(!window().runs().notice().text().isEmpty());
        dialogs::setNextAnswer(QVariant()); // thought better of it
        window().files().exportTable();
    }

    void filtersAndSortsInTheStore()
    {
        RunTableModel& model = window().runs().model();
        window().runs().filter()->setText(u"gptq"_s);
        QTRY_COMPARE(model.rowCount(), 2); // run 2 and run 7 of twelve
        QTRY_COMPARE(window().frontier().data().points.size(), size_t(2));
        window().runs().filter()->setText(u"no such thing"_s);
        QTRY_COMPARE(model.rowCount(), 0);
        window().runs().filter()->clear();
        QTRY_COMPARE(model.rowCount(), 12);

        int column = -1;
        for (int c = 0; c < model.columnCount(); ++c)
            if (model.columns()[size_t(c)].name == "perplexity") column = c;
        QVERIFY(column >= 0);
        window().runs().view()->sortByColumn(column, Qt::DescendingOrder);
        const auto perplexity = [&](int row) {
            return window().workspace().run(model.rows()[size_t(row)])->measurement("perplexity")->value;
        };
        QTRY_VERIFY(perplexity(0) > perplexity(11));
        for (int row = 1; row < 12; ++row) QVERIFY(perplexity(row - 1) >= perplexity(row));
    }

    void onlyDifferingColumnsAreShown()
    {
        const auto has = [&](const std::string& key) {
            for (const RunColumn& column : window().runs().model().columns())
                if (column.key() == key) return true;
            return false;
        };
        QVERIFY(has("setting:bits"));
        QVERIFY(!has("setting:symmetric")); // false in every run
        QVERIFY(!has("metric:kv_bytes_per_token"));
        window().runs().onlyDiffering()->click();
        QVERIFY(has("setting:symmetric"));
        QVERIFY(has("metric:kv_bytes_per_token"));
        window().runs().onlyDiffering()->click();
        QVERIFY(!has("setting:symmetric"));
    }

    void axesAreChosenAmongAllMetrics()
    {
        FrontierControls& controls = window().frontier().controls();
        controls.xBox()->setCurrentIndex(controls.xBox()->findData(u"decode_tokens_per_second"_s));
        QTRY_COMPARE(QString::fromStdString(window().frontier().data().x.metric.name),
                     u"decode_tokens_per_second"_s);
        QVERIFY(window().frontier().data().x.metric.higherIsBetter);
        QTRY_COMPARE(window().frontier().data().points.size(), size_t(12));
        controls.xLog()->click();
        QVERIFY(window().frontier().data().x.log);
        controls.xBox()->setCurrentIndex(controls.xBox()->findData(u"file_bytes"_s));
        QTRY_COMPARE(window().frontier().data().points.size(), size_t(12));
    }

    void experimentsAreRenamedTaggedNotedArchived()
    {
        ExperimentsPage& page = window().experiments();
        ExperimentModel& model = page.model();
        page.view()->setCurrentIndex(model.index(0));
        model.setData(model.index(0), u"renamed"_s, Qt::EditRole);
        QTRY_COMPARE(model.index(0).data().toString(), u"renamed"_s);
        model.setData(model.index(0), u"first"_s, Qt::EditRole); // taken
        QVERIFY(page.findChild<NoticeBar*>()->text().contains(u"first"_s));
        dialogs::setNextAnswer(u"baseline, small"_s);
        page.editTags();
        QTRY_COMPARE(model.index(0).data(ExperimentModel::TagsRole).toStringList(),
                     (QStringList{u"baseline"_s, u"small"_s}));
        dialogs::setNextAnswer(u"Two lines\nof text"_s);
        page.editNote();
        QTRY_VERIFY(model.index(0).data(Qt::ToolTipRole).toString().contains(u"of text"_s));
        page.toggleArchived();
        QTRY_COMPARE(model.rowCount(), 1);
        window().workspace().setWithArchived(true);
        QTRY_COMPARE(model.rowCount(), 2);
        page.view()->setCurrentIndex(model.index(0));
        page.toggleArchived();
        window().workspace().setWithArchived(false);
        QTRY_COMPARE(window().workspace().snapshot().experiments.size(), size_t(2));
        model.setData(model.index(0), u"second"_s, Qt::EditRole);
        QTRY_COMPARE(model.index(0).data().toString(), u"second"_s);
    }

    void queuedRunsAreCancelledAndRetried()
    {
        QueuePage& page = window().queue();
        QCOMPARE(page.model().rowCount(), 7); // four waiting, three failed
        window().showPage(&page);
        page.view()->selectRow(0);
        page.cancelSelected();
        QTRY_COMPARE(window().workspace().snapshot().queued, int64_t(3));
        QTRY_COMPARE(RunState(page.model().index(6, 0).data(QueueModel::StateRole).toInt()), RunState::Cancelled);
        fixture_.look(u"queue"_s);
    }

    void everythingHasANameForScreenReaders()
    {
        QStringList nameless;
        for (const QWidget* widget : window().findChildren<QWidget*>()) {
            if (!(widget->focusPolicy() & Qt::TabFocus)) continue;
            // Parts of combo and spin boxes are named by their whole.
            if (qobject_cast<QComboBox*>(widget->parentWidget())
                || qobject_cast<QAbstractSpinBox*>(widget->parentWidget()))
                continue;
            if (widget->parentWidget() && widget->parentWidget()->inherits("QComboBoxPrivateContainer")) continue;
            QAccessibleInterface* face = QAccessible::queryAccessibleInterface(const_cast<QWidget*>(widget));
            if (face && !face->text(QAccessible::Name).isEmpty()) continue;
            nameless << QString::fromLatin1(widget->metaObject()->className()) + u" in "_s
                            + QString::fromLatin1(widget->parentWidget()->metaObject()->className());
        }
        QVERIFY2(nameless.isEmpty(), qPrintable(nameless.join(u"\n"_s)));
    }

    void layoutIsRemembered()
    {
        window().resize(1100, 700);
        window().close();
        fixture_.open();
        QCOMPARE(window().size(), QSize(1280, 860)); // the fixture's own; geometry was restored before
        QVERIFY(QFile::exists(fixture_.path(u"settings.ini"_s)));
        const ProgramSettings settings(fixture_.path(u"settings.ini"_s));
        QVERIFY(!settings.get(settings::geometry).isEmpty());
        QCOMPARE(settings.get(settings::recentStores).front(), fixture_.path(u"runs.sqlite"_s));
    }
};

} // namespace paretoscope

QTEST_MAIN(paretoscope::WindowTest)
#include "window_test.moc"
