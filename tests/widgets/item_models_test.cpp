// Item models keep Qt's rules and show what the store holds.
#include "tests/widgets/sample_runs.h"
#include "widgets/models/experiment_model.h"
#include "widgets/models/queue_model.h"
#include "widgets/models/run_table_model.h"
#include "widgets/models/run_text.h"

#include <QAbstractItemModelTester>
#include <QtTest>

using namespace Qt::StringLiterals;

namespace paretoscope {

namespace {

constexpr auto strict = QAbstractItemModelTester::FailureReportingMode::QtTest;

std::vector<Run> fakeRuns(const std::vector<int64_t>& ids)
{
    std::vector<Run> runs;
    for (const int64_t id : ids)
        runs.push_back(test::runOf({id, "first", "quantization.rtn(bits=4)", double(id) * 1048576, 7, 0.5}));
    return runs;
}

std::vector<int64_t> numbers(int64_t first, int64_t last)
{
    std::vector<int64_t> ids;
    for (int64_t id = first; id <= last; ++id) ids.push_back(id);
    return ids;
}

Experiment experimentOf(int64_t id, const std::string& name)
{
    Experiment experiment;
    experiment.id = id;
    experiment.name = name;
    experiment.model = "builtin:starter";
    experiment.runs = 4;
    experiment.done = 2;
    experiment.failed = 1;
    return experiment;
}

} // namespace

class ItemModelsTest : public QObject {
    Q_OBJECT

    std::vector<RunColumn> columns_ = allRunColumns({"bits"}, {"file_bytes", "perplexity"});

    QString cell(const RunTableModel& model, int row, RunColumn::Kind kind, const std::string& name = {})
    {
        for (int c = 0; c < model.columnCount(); ++c)
            if (model.columns()[size_t(c)] == RunColumn{kind, name})
                return model.index(row, c).data().toString();
        return u"no such column"_s;
    }

private Q_SLOTS:
    void columnsHaveStableKeys()
    {
        for (const RunColumn& column : columns_) {
            QCOMPARE(RunColumn::fromKey(column.key()), column);
            QVERIFY(!column.title().isEmpty());
        }
        QCOMPARE(QString::fromStdString(RunColumn{RunColumn::Kind::Metric, "perplexity"}.key()),
                 u"metric:perplexity"_s);
    }

    void runsAreFetchedOnlyWhereLookedAt()
    {
        RunTableModel model;
        const QAbstractItemModelTester tester(&model, strict);
        size_t fetched = 0;
        model.setFetch([&](const std::vector<int64_t>& ids) {
            fetched += ids.size();
            return fakeRuns(ids);
        });
        model.setColumns(columns_);
        model.setRows(numbers(1, 100000));
        QCOMPARE(model.rowCount(), 100000);
        fetched = 0;
        QCOMPARE(cell(model, 70000, RunColumn::Kind::Id), u"70001"_s);
        QVERIFY(cell(model, 2, RunColumn::Kind::Metric, "file_bytes").startsWith(u"3"_s));
        QVERIFY(cell(model, 2, RunColumn::Kind::Metric, "perplexity").contains(u"±"_s));
        QVERIFY(fetched <= 2 * RunTableModel::pageSize);
    }

    void rowsThatStayKeepTheirPlace()
    {
        RunTableModel model;
        const QAbstractItemModelTester tester(&model, strict);
        model.setFetch(fakeRuns);
        model.setColumns(columns_);
        model.setRows({1, 2, 3, 4});
        const QPersistentModelIndex three = model.index(2, 0);
        QSignalSpy inserted(&model, &QAbstractItemModel::rowsInserted);
        QSignalSpy reset(&model, &QAbstractItemModel::modelReset);
        model.setRows({1, 2, 10, 11, 3, 4, 12});
        QCOMPARE(inserted.count(), 2);
        QCOMPARE(three.row(), 4);
        model.setRows({12, 4, 3, 11, 10, 2, 1});
        QCOMPARE(three.row(), 2);
        QCOMPARE(three.data(RunTableModel::RunIdRole).toLongLong(), 3);
        QCOMPARE(reset.count(), 0);
        model.setRows({5, 6});
        QCOMPARE(reset.count(), 1);
        QVERIFY(!three.isValid());
        QCOMPARE(model.rowOf(6), 1);
        QCOMPARE(model.rowOf(3), -1);
    }

    void runsThatAreGoneAreEmptyCells()
    {
        RunTableModel model;
        model.setFetch([](const std::vector<int64_t>&) { return std::vector<Run>(); });
        model.setColumns(columns_);
        model.setRows({1, 2});
        QCOMPARE(cell(model, 0, RunColumn::Kind::Recipe), QString());
    }

    void sortingAsksTheStore()
    {
        RunTableModel model;
        model.setColumns(columns_);
        QSignalSpy asked(&model, &RunTableModel::sortRequested);
        for (int c = 0; c < model.columnCount(); ++c) model.sort(c, Qt::DescendingOrder);
        QCOMPARE(asked.count(), 6); // state, id, experiment, recipe, two metrics
        QCOMPARE(asked.last().at(0).toString(), u"perplexity"_s);
        QCOMPARE(asked.last().at(1).toBool(), true);
    }

    void experimentsAreCheckedAndRenamed()
    {
        ExperimentModel model;
        const QAbstractItemModelTester tester(&model, strict);
        model.setExperiments({experimentOf(2, "second"), experimentOf(1, "first")});
        QSignalSpy shown(&model, &ExperimentModel::shownChanged);
        QVERIFY(model.setData(model.index(1), Qt::Checked, Qt::CheckStateRole));
        QCOMPARE(model.shown(), std::set<int64_t>{1});
        QCOMPARE(shown.count(), 1);

        QSignalSpy renamed(&model, &ExperimentModel::renameRequested);
        QVERIFY(model.setData(model.index(0), u"  better name "_s, Qt::EditRole));
        QCOMPARE(renamed.takeFirst(), (QVariantList{qint64(2), u"better name"_s}));
        QVERIFY(!model.setData(model.index(0), u" "_s, Qt::EditRole));
        QVERIFY(!model.setData(model.index(0), u"second"_s, Qt::EditRole));
        QCOMPARE(renamed.count(), 0);

        model.setExperiments({experimentOf(2, "second")}); // the shown one is gone
        QVERIFY(model.shown().empty());
        QVERIFY(model.index(0).data(ExperimentModel::DetailRole).toString().contains(u"1 failed"_s));
    }

    void queueOrdersByUrgency()
    {
        QueueModel model;
        const QAbstractItemModelTester tester(&model, strict);
        std::vector<Run> runs = fakeRuns({1, 2, 3, 4});
        runs[0].state = RunState::Cancelled;
        runs[1].state = RunState::Queued;
        runs[2].state = RunState::Failed;
        runs[2].error = "the model has no tokenizer";
        runs[3].state = RunState::Running;
        model.setRuns(runs);
        QList<int> order;
        for (int row = 0; row < model.rowCount(); ++row) order << int(model.run(row)->id);
        QCOMPARE(order, (QList<int>{4, 2, 3, 1}));
        QCOMPARE(model.index(2, QueueModel::ProgressColumn).data().toString(),
                 u"the model has no tokenizer"_s);

        QSignalSpy changed(&model, &QAbstractItemModel::dataChanged);
        model.setProgress({4, 0.42, "perplexity: window 4 of 10", 12, 75});
        QCOMPARE(changed.count(), 1);
        const QString text = model.index(0, QueueModel::ProgressColumn).data().toString();
        QVERIFY(text.contains(u"42"_s) && text.contains(u"window 4 of 10"_s));
        QVERIFY(text.contains(u"1 min 15 s"_s));
        QCOMPARE(model.index(0, 0).data(QueueModel::FractionRole).toDouble(), 0.42);
        model.clearProgress(4);
        QVERIFY(!model.index(0, 0).data(QueueModel::FractionRole).isValid());
    }

    void runTextsAreComplete()
    {
        Run run = test::runOf({7, "first <light>", "quantization.rtn(bits=4)", 4194304, 7, 0.5});
        run.settings = R"({"bits":4})";
        run.error = "went & failed";
        run.provenance.version = "0.1.0";
        run.provenance.machine = "a small one";
        const QString hover = runHoverText(run);
        QVERIFY(hover.contains(u"first &lt;light&gt;"_s));
        QVERIFY(hover.contains(u"±"_s));
        const QString plain = runPlainText(run);
        for (const QString& part : {u"quantization.rtn(bits=4)"_s, u"first <light>"_s, u"bits"_s,
                                    u"went & failed"_s, u"a small one"_s, u"4 MiB"_s})
            QVERIFY2(plain.contains(part), qPrintable(part + u" in "_s + plain));
    }
};

} // namespace paretoscope

QTEST_MAIN(paretoscope::ItemModelsTest)
#include "item_models_test.moc"
