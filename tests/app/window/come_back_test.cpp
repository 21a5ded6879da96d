// What the window remembers, and what it says about itself: views, commands, shortcuts, log, plugins, exports.
#include "app/pages/dimensions_page.h"
#include "app/pages/frontier_controls.h"
#include "app/pages/frontier_extras.h"
#include "app/pages/frontier_page.h"
#include "app/pages/log_page.h"
#include "app/pages/plugins_page.h"
#include "app/pages/runs_page.h"
#include "app/services/comparison_choice.h"
#include "app/services/log_book.h"
#include "app/services/saved_views.h"
#include "app/window/chart_editor.h"
#include "app/window/overlay_list.h"
#include "app/window/view_actions.h"
#include "core/base/log.h"
#include "tests/app/window/window_fixture.h"
#include "tests/widgets/sample_store.h"
#include "widgets/basics/notice_bar.h"
#include "widgets/basics/value_table.h"
#include "widgets/models/run_table_model.h"

#include <QAction>
#include <QCheckBox>
#include <QClipboard>
#include <QComboBox>
#include <QLineEdit>
#include <QMenuBar>
#include <QPushButton>

#include <thread>

using namespace Qt::StringLiterals;

namespace paretoscope {

class ComeBackTest : public QObject {
    Q_OBJECT
    test::WindowFixture fixture_;

    MainWindow& window() { return fixture_.window(); }
    void reopen()
    {
        fixture_.open();
        QTRY_VERIFY(window().runs().model().rowCount() > 0);
    }

    void controlsBackToNormal()
    {
        FrontierControls& controls = window().frontier().controls();
        controls.extras().setLimit("bits_per_weight", std::nullopt);
        controls.choose("file_bytes", "perplexity");
        window().workspace().setFilter({});
        window().workspace().comparison().restore(0, 0);
        window().showPage(&window().frontier());
        QTRY_COMPARE(window().runs().model().rowCount() % 20, 0);
    }

private Q_SLOTS:
    void initTestCase()
    {
        test::prepareProgram();
        const auto store = Store::open(fixture_.path(u"runs.sqlite"_s).toStdString());
        test::SampleStore sample;
        sample.runs = 20;
        test::fillExperiment(*store, "first", sample);
        sample.seed = 2;
        test::fillExperiment(*store, "second", sample);
    }

    void init()
    {
        dialogs::forgetAnswers();
        reopen();
    }

    void axesFiltersAndPinsAreWhereTheyWere()
    {
        FrontierControls& controls = window().frontier().controls();
        controls.choose("bits_per_weight", "nll_per_token");
        controls.yLog()->setChecked(true);
        controls.extras().setLimit("bits_per_weight", 4.5);
        window().workspace().setShown({1, 2});
        QTRY_COMPARE(window().runs().model().rowCount(), 40);
        window().workspace().comparison().pinA(3);
        window().runs().filter()->setText(u"gptq"_s);
        QTRY_COMPARE(window().runs().model().rowCount(), 8); // 2, 7, 12, 17 of either
        window().showPage(&window().dimensions());
        window().close();
        reopen();
        QTRY_COMPARE(window().runs().model().rowCount(), 8);
        QCOMPARE(window().runs().filter()->text(), u"gptq"_s);
        QCOMPARE(window().workspace().request().shown, (std::set<int64_t>{1, 2}));
        QTRY_COMPARE(window().frontier().data().x.metric.name, std::string("bits_per_weight"));
        QVERIFY(window().frontier().data().y.log);
        QCOMPARE(window().frontier().data().x.limit.value_or(0), 4.5);
        QCOMPARE(window().workspace().comparison().a(), qint64(3));
        QVERIFY(window().workspace().comparison().pinnedA());
        QVERIFY(window().dimensions().isVisible());
        window().runs().filter()->clear();
        controlsBackToNormal();
    }

    void viewsAreSavedByName()
    {
        window().frontier().controls().choose("bits_per_weight", "perplexity");
        window().workspace().setShown({2});
        QTRY_COMPARE(window().workspace().snapshot().request.shown, (std::set<int64_t>{2}));
        dialogs::setNextAnswer(u"by bits"_s);
        window().viewActions().saveView();
        QCOMPARE(window().views().names(), QStringList{u"by bits"_s});
        window().frontier().controls().choose("file_bytes", "perplexity");
        window().workspace().setShown({1});
        reopen();
        QCOMPARE(window().views().names(), QStringList{u"by bits"_s});
        window().views().show(u"by bits"_s);
        QTRY_COMPARE(window().workspace().snapshot().request.shown, (std::set<int64_t>{2}));
        QTRY_COMPARE(window().frontier().data().x.metric.name, std::string("bits_per_weight"));
        window().views().show(u"no such view"_s); // nothing happens
        window().views().remove(u"by bits"_s);
        QVERIFY(window().views().names().isEmpty());
        window().frontier().controls().choose("file_bytes", "perplexity");
    }

    void aViewThatCannotBeReadChangesNothing()
    {
        window().workspace().store()->edit([](Store& store) {
            store.setSetting("named_views",
                             R"({"odd": {"frontier": {"x": 7}, "workspace": {"experiments": "all"}, "metrics": []}})");
        });
        const SnapshotRequest before = window().workspace().request();
        window().views().show(u"odd"_s);
        QVERIFY(window().workspace().request() == before);
        window().views().remove(u"odd"_s);
    }

    void everyActionIsACommand()
    {
        window().viewActions().openPalette();
        OverlayList& palette = window().viewActions().palette();
        QVERIFY(palette.isVisible());
        QVERIFY(palette.field()->hasFocus());
        QVERIFY(palette.table().shownRows() > 15);
        QStringList unlisted;
        QStringList listed;
        for (int row = 0; row < palette.table().shownRows(); ++row)
            listed << palette.table().model()->index(row, 1).data().toString();
        for (const QAction* action : window().findChildren<QAction*>()) {
            if (action->shortcut().isEmpty() || !action->isEnabled() || action->text().isEmpty()) continue;
            if (!listed.contains(QString(action->text()).remove(u'&').remove(u'…'))) unlisted << action->text();
        }
        QVERIFY2(unlisted.isEmpty(), qPrintable(unlisted.join(u", "_s)));
        fixture_.look(u"palette"_s);
        QTest::keyClicks(palette.field(), u"go plug"_s);
        QCOMPARE(palette.table().shownRows(), 1);
        QTest::keyClick(palette.field(), Qt::Key_Return);
        QVERIFY(!palette.isVisible());
        QVERIFY(window().plugins().isVisible());
    }

    void theListIsLeftWithEscape()
    {
        window().runs().filter()->setFocus();
        window().viewActions().openShortcuts();
        OverlayList& sheet = window().viewActions().shortcuts();
        QTest::keyClicks(sheet.field(), u"swap"_s);
        QCOMPARE(sheet.table().shownRows(), 1);
        QVERIFY(sheet.table().model()->index(0, 2).data().toString().contains(u"Shift"_s));
        QTest::keyClick(sheet.field(), Qt::Key_Escape);
        QVERIFY(!sheet.isVisible());
        QVERIFY(window().runs().filter()->hasFocus());
    }

    void pluginsAreListedWithTheirState()
    {
        window().showPage(&window().plugins());
        PluginsPage& page = window().plugins();
        QVERIFY(page.table().shownRows() > 0);
        QVERIFY2(page.summary().contains(u"plugins are loaded"_s), qPrintable(page.summary()));
        PluginRecord refused;
        refused.file = "/somewhere/else.so";
        refused.state = PluginRecord::State::Refused;
        refused.reason = "it was built for another version";
        page.showPlugins({refused});
        QCOMPARE(page.table().values().rows()[0].cells[0].text, u"✗ refused"_s);
        QCOMPARE(page.table().values().rows()[0].cells[4].text, u"it was built for another version"_s);
        fixture_.look(u"plugins"_s);
    }

    void theLogHearsEveryThread()
    {
        window().showPage(&window().log());
        const size_t before = window().logBook().entries().size();
        std::thread([] { logInfo("a note from {}", "elsewhere"); }).join();
        QTRY_COMPARE(window().logBook().entries().size(), before + 1);
        QVERIFY(window().logBook().entries().back().text.contains(u"elsewhere"_s));
        window().logBook().add(LogLevel::Error, u"something broke"_s);
        const auto newest = [this] { // the page follows a moment later
            const auto& rows = window().log().table().values().rows();
            return rows.empty() ? QString() : rows[0].cells[2].text;
        };
        QTRY_COMPARE(newest(), u"something broke"_s);
        window().log().levelBox()->setCurrentIndex(2);
        QCOMPARE(window().log().table().shownRows(), 1);
        window().log().levelBox()->setCurrentIndex(0);
        fixture_.look(u"log"_s);
    }

    void aChartIsMadeReadyForAPage()
    {
        QTRY_VERIFY(!window().frontier().data().empty());
        ChartEditor& editor = window().chartEditor();
        editor.show();
        editor.sizeBox()->setCurrentIndex(0);
        QTRY_COMPARE(editor.previewSize(), QSize(490, 380)); // 245 × 190 points, two pixels each
        editor.titleField()->setText(u"What compression costs"_s);
        editor.xLabelField()->setText(u"Size on disk"_s);
        editor.xToField()->setText(u"10 MiB"_s);
        editor.legendBox()->setCurrentIndex(5);
        QCOMPARE(editor.options().xTo.value_or(0), 10.0 * 1048576);
        editor.copyButton()->click();
        QCOMPARE(QGuiApplication::clipboard()->image().size(), QSize(490, 380));
        const QString file = fixture_.path(u"page.svg"_s);
        dialogs::setNextAnswer(file);
        editor.save();
        QFile svg(file);
        QVERIFY(svg.open(QIODevice::ReadOnly));
        const QByteArray text = svg.readAll();
        QVERIFY(text.contains("What compression costs"));
        QVERIFY(text.contains("Size on disk"));
        QVERIFY(!text.contains("quantization.rtn")); // the legend is gone
        dialogs::setNextAnswer(fixture_.path(u"no/folder/page.svg"_s));
        editor.save();
        QVERIFY(editor.notice().text().contains(u"no/folder"_s));
        const QString target = qEnvironmentVariable("PARETOSCOPE_SCREENSHOTS");
        if (!target.isEmpty()) editor.grab().save(target + u"/chart-editor.png"_s);
    }
};

} // namespace paretoscope

QTEST_MAIN(paretoscope::ComeBackTest)
#include "come_back_test.moc"
