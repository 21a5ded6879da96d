#include "tests/core/store/store_fixture.h"

using namespace paretoscope;
using namespace paretoscope::test;

namespace {

std::vector<std::string> recipesOf(const std::vector<Run>& runs)
{
    std::vector<std::string> recipes;
    for (const Run& run : runs)
        recipes.push_back(run.request.recipe);
    return recipes;
}

using Texts = std::vector<std::string>;

} // namespace

class StoreTest : public QObject {
    Q_OBJECT
private slots:
    void experimentsKeepWhatIsSet()
    {
        const ScratchStore scratch;
        {
            const auto store = scratch.open();
            const Experiment made = store->openExperiment("first light", "builtin:tiny");
            QCOMPARE(store->openExperiment("first light", "builtin:tiny").id, made.id);
            store->setExperimentNote(made.id, "note with 'quotes'");
            store->setExperimentTags(made.id, {"paper", "ünïcode"});
            store->renameExperiment(made.id, "second; DROP TABLE run; --");
        }
        const auto store = scratch.open(StoreAccess::ReadOnly);
        const Experiment read = store->experiments().at(0);
        QCOMPARE(read.name.c_str(), "second; DROP TABLE run; --");
        QCOMPARE(read.model.c_str(), "builtin:tiny");
        QCOMPARE(read.note.c_str(), "note with 'quotes'");
        QVERIFY(read.tags == (Texts{"paper", "ünïcode"}));
        QVERIFY(std::abs(read.createdAt - double(QDateTime::currentSecsSinceEpoch())) < 60);
        QVERIFY(store->experimentByName(read.name));
        QVERIFY(!store->experimentByName("first light"));
    }

    void experimentErrorsSayWhat()
    {
        const ScratchStore scratch;
        const auto store = scratch.open();
        const Experiment a = store->openExperiment("a", "builtin:tiny");
        store->openExperiment("b", "builtin:tiny");
        PARETOSCOPE_EXPECT_ERROR(store->openExperiment("a", "builtin:other"), "builtin:other");
        PARETOSCOPE_EXPECT_ERROR(store->openExperiment("", "m"), "name");
        PARETOSCOPE_EXPECT_ERROR(store->renameExperiment(a.id, "b"), "already");
        PARETOSCOPE_EXPECT_ERROR(store->experimentById(77), "77");
        PARETOSCOPE_EXPECT_ERROR(store->setExperimentNote(77, "x"), "77");
        store->renameExperiment(a.id, "a"); // its own name is not taken by another
    }

    void archivedExperimentsAreHidden()
    {
        const ScratchStore scratch;
        const auto store = scratch.open();
        const Experiment a = store->openExperiment("a", "m");
        const Experiment b = store->openExperiment("b", "m");
        store->addRuns(a.id, {requestOf("none")}, {});
        store->addRuns(b.id, {requestOf("none")}, {});
        store->setExperimentArchived(a.id, true);
        QCOMPARE(store->experiments().size(), size_t(1));
        QCOMPARE(store->experiments(true).size(), size_t(2));
        QCOMPARE(store->experiments(true).at(0).id, b.id); // newest first
        QCOMPARE(store->runs().size(), size_t(1));
        RunQuery named;
        named.experiments = {a.id};
        QCOMPARE(store->runs(named).size(), size_t(1));
    }

    void addingTwiceKeepsOne()
    {
        const ScratchStore scratch;
        const auto store = scratch.open();
        const int64_t experiment = store->openExperiment("e", "m").id;
        const auto first = store->addRuns(experiment, {requestOf("none"), requestOf("a")}, {});
        const auto second = store->addRuns(
            experiment, {requestOf("b"), requestOf("a"), requestOf("a", 2), requestOf("b")},
            {"{}", "{}", "{}", "{\"bits\":4}"});
        QCOMPARE(second.size(), size_t(4));
        QCOMPARE(second[1], first[1]);
        QVERIFY(second[2] != first[1]); // another seed is another run
        QCOMPARE(second[3], second[0]);
        RunRequest threads = requestOf("a");
        threads.threads = 7;
        RunRequest backend = requestOf("a");
        backend.backend = "cuda";
        RunRequest task = requestOf("a");
        task.tasks[0].settings = "{\"window\":128}";
        RunRequest sameTask = requestOf("a");
        sameTask.tasks[0].settings = "{ \"window\" : 256 }";
        const auto third = store->addRuns(experiment, {threads, backend, task, sameTask}, {});
        QCOMPARE(third[0], first[1]);
        QVERIFY(third[1] != first[1]);
        QVERIFY(third[2] != first[1] && third[2] != third[1]);
        QCOMPARE(third[3], first[1]);
        QCOMPARE(store->countRuns(), int64_t(6));
        const std::vector<Run> runs = store->runs();
        QCOMPARE(runs[0].order, int64_t(0));
        QVERIFY(runs[0].baseline());
        QCOMPARE(runs[1].order, int64_t(1));
        QCOMPARE(runs[5].order, int64_t(5));
    }

    void failedRunsAreTriedAgainWhenAsked()
    {
        const ScratchStore scratch;
        const auto store = scratch.open();
        const int64_t experiment = store->openExperiment("e", "m").id;
        const int64_t id = store->addRuns(experiment, {requestOf("a")}, {}).at(0);
        store->failRun(id, ErrorCode::OutOfMemory, "no memory");
        store->addRuns(experiment, {requestOf("a")}, {}, false);
        QVERIFY(store->run(id).state == RunState::Failed);
        QVERIFY(store->run(id).errorCode == ErrorCode::OutOfMemory);
        QCOMPARE(store->run(id).error.c_str(), "no memory");
        store->addRuns(experiment, {requestOf("a")}, {});
        QVERIFY(store->run(id).state == RunState::Queued);
        QVERIFY(store->run(id).error.empty());
    }

    void measurementsComeBackExactly()
    {
        const ScratchStore scratch;
        const auto store = scratch.open();
        const int64_t experiment = store->openExperiment("e", "m").id;
        const int64_t id = store->addRuns(experiment, {requestOf("a")}, {"{\"bits\":3}"}).at(0);
        store->takeQueuedRun();
        Provenance provenance{
            "0.1.0", 0xffffffffffffffffu, 2, "cpu", "avx2", "m1", "d1", "r1", "box", {}, {"note"}};
        Measurement infinite =
            measurementOf("nll_per_token", std::numeric_limits<double>::infinity());
        Measurement unknown = measurementOf("accuracy", std::nan(""));
        Measurement size = measurementOf("file_bytes", 9007199254740993.0);
        const Measurement items = perplexityWithItems(10000);
        store->finishRun(id, provenance, {items, infinite, unknown, size});

        const Run run = scratch.open(StoreAccess::ReadOnly)->run(id);
        QVERIFY(run.state == RunState::Done);
        QVERIFY(run.request == requestOf("a"));
        QCOMPARE(run.settings.c_str(), "{\"bits\":3}");
        QVERIFY(run.startedAt >= run.createdAt && run.finishedAt >= run.startedAt);
        QCOMPARE(run.provenance.seed, uint64_t(0xffffffffffffffffu));
        QCOMPARE(run.provenance.notes.at(0).c_str(), "note");
        QCOMPARE(run.provenance.recipeFingerprint.c_str(), "r1");
        const Measurement* read = run.measurement("perplexity");
        QVERIFY(read && read->value == 9.25 && *read->standardError == 0.125 && *read->low == 9.0 &&
                *read->high == 9.5 && read->count == 10000);
        verifySameItems(read->items, items.items);
        verifySameItems(store->items(id, "perplexity"), items.items);
        QVERIFY(std::isinf(run.measurement("nll_per_token")->value));
        QVERIFY(std::isnan(run.measurement("accuracy")->value));
        QVERIFY(!run.measurement("accuracy")->standardError);
        QVERIFY(run.measurement("file_bytes")->value == 9007199254740993.0);
        QVERIFY(store->items(id, "file_bytes").empty());
        QVERIFY(store->items(id, "no such metric").empty());
        QVERIFY(store->runs().at(0).measurement("perplexity")->items.empty());
        QVERIFY(!run.measurement("none"));
    }

    void runsOnTheSameDataShareTheirItemNames()
    {
        const ScratchStore scratch;
        const auto store = scratch.open();
        const int64_t experiment = store->openExperiment("e", "m").id;
        std::vector<RunRequest> requests;
        for (uint64_t seed = 0; seed < 20; ++seed)
            requests.push_back(requestOf("a", seed));
        const std::vector<int64_t> ids = store->addRuns(experiment, requests, {});
        for (const int64_t id : ids)
            store->finishRun(id, {}, {perplexityWithItems(10000)});
        // 20 runs of 10000 float64 scores and weights are 3.2 MB; names are kept once (0.15 MB).
        const auto bytes = std::filesystem::file_size(scratch.path()) +
                           std::filesystem::file_size(scratch.path().string() + "-wal");
        QVERIFY2(bytes < 12'000'000, std::to_string(bytes).c_str());
    }

    void listsSortedFilteredAndPaged()
    {
        const ScratchStore scratch;
        const auto store = scratch.open();
        const int64_t one = store->openExperiment("zeta", "m").id;
        const int64_t two = store->openExperiment("alpha", "m").id;
        store->addRuns(
            one, {requestOf("none"), requestOf("rtn(bits=4)"), requestOf("GPTQ(bits=3)")}, {});
        store->addRuns(two, {requestOf("none"), requestOf("snapkv")}, {});
        const std::vector<double> values{5, 9, 7, 4, 8};
        finishAll(*store, [&](const Run& run) { return values[size_t(run.id - 1)]; });
        const int64_t failed = store->addRuns(two, {requestOf("broken")}, {}).at(0);
        store->failRun(failed, ErrorCode::Io, "No Such Device");

        const auto list = [&](RunQuery query) { return recipesOf(store->runs(query)); };
        RunQuery query;
        query.sortBy = "perplexity";
        QVERIFY(list(query) ==
                (Texts{"none", "none", "GPTQ(bits=3)", "snapkv", "rtn(bits=4)", "broken"}));
        query.descending = true;
        QVERIFY(list(query) ==
                (Texts{"rtn(bits=4)", "snapkv", "GPTQ(bits=3)", "none", "none", "broken"}));
        query.offset = 1;
        query.limit = 2;
        QVERIFY(list(query) == (Texts{"snapkv", "GPTQ(bits=3)"}));
        QCOMPARE(store->countRuns(query), int64_t(6));
        RunQuery byExperiment;
        byExperiment.sortBy = "experiment";
        QVERIFY(list(byExperiment) ==
                (Texts{"none", "snapkv", "broken", "none", "rtn(bits=4)", "GPTQ(bits=3)"}));
        RunQuery byRecipe;
        byRecipe.sortBy = "recipe";
        byRecipe.descending = true;
        QCOMPARE(list(byRecipe).front().c_str(), "snapkv");
        RunQuery byState;
        byState.sortBy = "state";
        QCOMPARE(list(byState).back().c_str(), "broken");
        RunQuery some;
        some.experiments = {one};
        some.text = "gptq";
        QVERIFY(list(some) == (Texts{"GPTQ(bits=3)"}));
        some.experiments = {one, two};
        some.text = "such device";
        QVERIFY(list(some) == (Texts{"broken"}));
        some.text = "ZETA";
        QCOMPARE(store->countRuns(some), int64_t(3));
        some.text = "%";
        QCOMPARE(store->countRuns(some), int64_t(0));
        RunQuery states;
        states.states = {RunState::Failed, RunState::Queued};
        QVERIFY(list(states) == (Texts{"broken"}));
        RunQuery hostile;
        hostile.sortBy = "id; DROP TABLE run";
        QCOMPARE(store->runs(hostile).size(), size_t(6));
    }

    void namesOfMetricsAndSettings()
    {
        const ScratchStore scratch;
        const auto store = scratch.open();
        const int64_t one = store->openExperiment("one", "m").id;
        const int64_t two = store->openExperiment("two", "m").id;
        const auto a = store->addRuns(one, {requestOf("a")}, {"{\"bits\":4,\"group_size\":64}"});
        const auto b = store->addRuns(two, {requestOf("b")}, {"{\"budget\":1}"});
        store->finishRun(a[0], {},
                         {measurementOf("perplexity", 1), measurementOf("file_bytes", 1)});
        store->finishRun(b[0], {}, {measurementOf("accuracy", 1), measurementOf("file_bytes", 1)});
        QVERIFY(store->metricNames() == (Texts{"perplexity", "file_bytes", "accuracy"}));
        QVERIFY(store->settingNames() == (Texts{"bits", "budget", "group_size"}));
        RunQuery query;
        query.experiments = {two};
        QVERIFY(store->metricNames(query) == (Texts{"file_bytes", "accuracy"}));
        QVERIFY(store->settingNames(query) == (Texts{"budget"}));
    }

    void countsOfAnExperiment()
    {
        const ScratchStore scratch;
        const auto store = scratch.open();
        const int64_t id = store->openExperiment("e", "m").id;
        const auto runs = store->addRuns(
            id, {requestOf("none"), requestOf("a"), requestOf("b"), requestOf("c")}, {});
        store->finishRun(runs[0], {}, {});
        store->failRun(runs[1], ErrorCode::Io, "x");
        const Experiment e = store->experimentById(id);
        QCOMPARE(e.runs, int64_t(4));
        QCOMPARE(e.done, int64_t(1));
        QCOMPARE(e.failed, int64_t(1));
        QCOMPARE(e.queued, int64_t(2));
    }

    void viewSettingsStay()
    {
        const ScratchStore scratch;
        scratch.open()->setSetting("axes", "a");
        const auto store = scratch.open();
        store->setSetting("axes", "b");
        QCOMPARE(store->setting("axes")->c_str(), "b");
        QVERIFY(!store->setting("other"));
    }

    void everyChangeIsNoticedByOthers()
    {
        const ScratchStore scratch;
        const auto writer = scratch.open();
        const auto reader = scratch.open(StoreAccess::ReadOnly);
        int64_t last = reader->changeCounter();
        const auto grew = [&] {
            const int64_t now = reader->changeCounter();
            const bool more = now > last;
            last = now;
            return more;
        };
        const int64_t id = writer->openExperiment("e", "m").id;
        QVERIFY(grew());
        QVERIFY(!grew());
        const auto runs = writer->addRuns(id, {requestOf("a"), requestOf("b"), requestOf("c")}, {});
        QVERIFY(grew());
        writer->takeQueuedRun();
        QVERIFY(grew());
        writer->finishRun(runs[0], {}, {});
        QVERIFY(grew());
        writer->failRun(runs[1], ErrorCode::Io, "x");
        QVERIFY(grew());
        writer->cancelRun(runs[2]);
        QVERIFY(grew());
        writer->setExperimentNote(id, "n");
        QVERIFY(grew());
        PARETOSCOPE_EXPECT_ERROR(reader->setExperimentNote(id, "x"), "read-only");
    }
};

QTEST_GUILESS_MAIN(StoreTest)
#include "store_test.moc"
