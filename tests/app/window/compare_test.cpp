// Two runs side by side: chosen by selection, by pins and by keys.
#include "app/pages/compare_page.h"
#include "app/pages/frontier_page.h"
#include "app/pages/run_slot.h"
#include "app/pages/runs_page.h"
#include "app/services/comparison_choice.h"
#include "tests/app/window/window_fixture.h"
#include "tests/widgets/sample_store.h"
#include "widgets/basics/value_table.h"
#include "widgets/charts/chart_view.h"
#include "widgets/models/run_table_model.h"

#include <QCheckBox>
#include <QClipboard>
#include <QTableView>
#include <QToolButton>

using namespace Qt::StringLiterals;

namespace paretoscope {

namespace {

// Ten questions; the run has the first `right` of them right.
std::vector<Measurement> measured(double bytes, int right)
{
    Measurement size;
    size.metric = "file_bytes";
    size.value = bytes;
    Measurement answers;
    answers.metric = "exact_match";
    answers.value = right / 10.0;
    answers.count = 10;
    for (int i = 0; i < 10; ++i)
        answers.items.push_back({"q" + std::to_string(i), i < right ? 1.0 : 0.0, 1});
    return {size, answers};
}

} // namespace

class CompareTest : public QObject {
    Q_OBJECT
    test::WindowFixture fixture_;
    std::vector<int64_t> ids_; // baseline, a good run, a bad run

    MainWindow& window() { return fixture_.window(); }
    ComparePage& page() { return window().compare(); }
    void selectRows(const std::vector<int64_t>& runs)
    {
        window().workspace().select({});
        QTableView* view = window().runs().view();
        view->clearSelection();
        for (const int64_t run : runs) {
            const QModelIndex index = view->model()->index(window().runs().model().rowOf(run), 0);
            view->selectionModel()->select(index, QItemSelectionModel::Select | QItemSelectionModel::Rows);
        }
    }

private Q_SLOTS:
    void initTestCase()
    {
        test::prepareProgram();
        const auto store = Store::open(fixture_.path(u"runs.sqlite"_s).toStdString());
        const Experiment experiment = store->openExperiment("questions", "builtin:starter");
        std::vector<RunRequest> requests;
        for (const char* recipe : {"none", "quantization.rtn(bits=8)", "quantization.rtn(bits=2)"}) {
            RunRequest request;
            request.model = "builtin:starter";
            request.recipe = recipe;
            request.tasks = {{"world_retrieval", "{}", ""}};
            requests.push_back(request);
        }
        ids_ = store->addRuns(experiment.id, requests, {"{}", R"({"bits":8})", R"({"bits":2})"});
        store->finishRun(ids_[0], {}, measured(16e6, 10));
        store->finishRun(ids_[1], {}, measured(8e6, 10));
        store->finishRun(ids_[2], {}, measured(2e6, 2));
    }

    void init()
    {
        fixture_.open();
        window().workspace().setMetrics("file_bytes", "exact_match");
        QTRY_COMPARE(window().runs().model().rowCount(), 3);
        QTRY_COMPARE(window().workspace().snapshot().request.yMetric, std::string("exact_match"));
        window().showPage(&page());
    }

    void saysWhatToDoBeforeTwoAreChosen()
    {
        QVERIFY(!window().workspace().comparison().complete());
        QVERIFY(page().sentence().isEmpty());
        QVERIFY(!page().copyButton()->isEnabled());
        fixture_.look(u"compare-empty"_s);
    }

    void twoSelectedRowsAreCompared()
    {
        selectRows({ids_[1], ids_[2]});
        QTRY_VERIFY(page().upToDate());
        QVERIFY2(page().sentence().startsWith(u"B is worse: right answers 80"_s), qPrintable(page().sentence()));
        QVERIFY(page().sentence().contains(u"p = 0.0078"_s)); // 2 / 2^8: eight lost, none gained
        QVERIFY(page().sentence().contains(u"file size is 25% of A's"_s));
        QCOMPARE(page().metrics().shownRows(), 2);
        QCOMPARE(page().settings().shownRows(), 1);
        QCOMPARE(page().settings().values().rows()[0].cells[1].text, u"8"_s);
        QCOMPARE(page().settings().values().rows()[0].cells[2].text, u"2"_s);
        QCOMPARE(page().items().shownRows(), 8); // the flips
        page().onlyChanged()->click();
        QCOMPARE(page().items().shownRows(), 10);
        page().onlyChanged()->click();
        fixture_.look(u"compare"_s);
        Theme::instance().apply(ThemeMode::Dark);
        fixture_.look(u"compare-dark"_s);
        Theme::instance().apply(ThemeMode::Light);
    }

    void oneSelectedRowIsComparedWithTheBaseline()
    {
        selectRows({ids_[2]});
        QTRY_VERIFY(page().upToDate());
        QCOMPARE(window().workspace().comparison().a(), qint64(ids_[0]));
        QCOMPARE(window().workspace().comparison().b(), qint64(ids_[2]));
    }

    void pinsStayWhileTheSelectionMoves()
    {
        ChartView& chart = window().frontier().view();
        window().showPage(&window().frontier());
        chart.setFocus();
        QTest::keyClick(&chart, Qt::Key_Right); // the smallest file
        QTest::keyClick(&chart, Qt::Key_A);
        ComparisonChoice& choice = window().workspace().comparison();
        QCOMPARE(choice.a(), qint64(ids_[2]));
        QVERIFY(choice.pinnedA());
        window().showPage(&page());
        selectRows({ids_[1]});
        QTRY_VERIFY(page().upToDate());
        QVERIFY(page().sentence().startsWith(u"B is better"_s));
        QVERIFY(page().slotA().pin()->isChecked());
        QVERIFY(!page().slotB().pin()->isChecked());
        page().swapButton()->click();
        QTRY_VERIFY(page().upToDate());
        QCOMPARE(choice.a(), qint64(ids_[1]));
        QVERIFY(page().sentence().startsWith(u"B is worse"_s));
        page().slotA().pin()->click(); // lets go
        QVERIFY(!choice.pinnedA());
        selectRows({ids_[0]});
        QTRY_COMPARE(choice.a(), qint64(ids_[0]));
    }

    void theSameRunIsNeverBoth()
    {
        ComparisonChoice choice;
        choice.pinA(5);
        choice.pinB(5);
        QCOMPARE(choice.a(), qint64(0));
        QCOMPARE(choice.b(), qint64(5));
        QVERIFY(!choice.complete());
        choice.pinA(5);
        QCOMPARE(choice.b(), qint64(0));
        choice.follow({5}, 5);
        QVERIFY(!choice.complete());
    }

    void isCopiedAsText()
    {
        selectRows({ids_[1], ids_[2]});
        QTRY_VERIFY(page().upToDate());
        page().copyButton()->click();
        const QString text = QGuiApplication::clipboard()->text();
        QVERIFY(text.contains(u"A: quantization.rtn(bits=8)"_s));
        QVERIFY(text.contains(u"bits\t8\t2"_s));
        QVERIFY(text.contains(page().sentence().replace(QChar::Nbsp, u' ')));
        page().metrics().setFocus();
        page().metrics().selectRow(0);
        QTest::keyClick(&page().metrics(), Qt::Key_C, Qt::ControlModifier);
        QCOMPARE(QGuiApplication::clipboard()->text().count(u'\n'), 2); // titles and one row
    }
};

} // namespace paretoscope

QTEST_MAIN(paretoscope::CompareTest)
#include "compare_test.moc"
