// Runs that another program measured: done from the start, never queued, replaced when they come again.
#include "tests/core/store/store_fixture.h"

using namespace paretoscope;
using namespace paretoscope::test;

namespace {

Run foreign(const std::string& what, double accuracy)
{
    Run run;
    run.request = requestOf("imported: harness, " + what);
    run.settings = "{\"task\":\"" + what + "\"}";
    run.provenance.origin = "harness 1.0";
    run.measurements = {measurementOf("accuracy", accuracy)};
    run.measurements[0].items = {{"one", 1, 1}, {"two", 0, 1}};
    return run;
}

} // namespace

class StoreImportTest : public QObject {
    Q_OBJECT

private slots:
    void importedRunsAreDone()
    {
        const ScratchStore scratch;
        int64_t experiment = 0;
        {
            const auto store = scratch.open();
            experiment = store->openExperiment("theirs", "builtin:tiny").id;
            const int64_t before = store->changeCounter();
            QCOMPARE(store->importRuns(experiment, {foreign("a", 0.5), foreign("b", 0.25)}).size(), size_t(2));
            QVERIFY(store->changeCounter() > before);
            QVERIFY(!store->takeQueuedRun());
        }
        const auto store = scratch.open(StoreAccess::ReadOnly);
        const std::vector<Run> runs = store->runs();
        QCOMPARE(runs.size(), size_t(2));
        for (const Run& run : runs) {
            QCOMPARE(run.state, RunState::Done);
            QVERIFY(run.foreign() && !run.baseline());
            QCOMPARE(run.provenance.origin, std::string("harness 1.0"));
            QVERIFY(run.finishedAt > 0);
        }
        QCOMPARE(runs[0].settings, std::string("{\"task\":\"a\"}"));
        QCOMPARE(store->items(runs[1].id, "accuracy").size(), size_t(2));
    }

    void importingAgainReplaces()
    {
        const ScratchStore scratch;
        const auto store = scratch.open();
        const int64_t experiment = store->openExperiment("theirs", "builtin:tiny").id;
        const auto first = store->importRuns(experiment, {foreign("a", 0.5)});
        const auto second = store->importRuns(experiment, {foreign("a", 0.75), foreign("b", 0.1)});
        QCOMPARE(second[0], first[0]);
        QCOMPARE(store->countRuns(), int64_t(2));
        QCOMPARE(store->run(first[0]).measurement("accuracy")->value, 0.75);
    }

    // All or nothing: what was measured here is not overwritten.
    void ownRunsStay()
    {
        const ScratchStore scratch;
        const auto store = scratch.open();
        const int64_t experiment = store->openExperiment("ours", "builtin:tiny").id;
        const auto ids = store->addRuns(experiment, {requestOf("imported: harness, a")}, {});
        store->finishRun(ids[0], {}, {measurementOf("accuracy", 1)});
        PARETOSCOPE_EXPECT_ERROR(store->importRuns(experiment, {foreign("b", 0.5), foreign("a", 0.5)}),
                                 "was measured here");
        QCOMPARE(store->countRuns(), int64_t(1));
        QCOMPARE(store->run(ids[0]).measurement("accuracy")->value, 1.0);
    }
};

QTEST_GUILESS_MAIN(StoreImportTest)
#include "store_import_test.moc"
