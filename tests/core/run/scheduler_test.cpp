#include "core/run/scheduler.h"

#include "core/base/error.h"
#include "core/store/store.h"

#include "tests/test_data.h"

#include <QElapsedTimer>
#include <QProcess>
#include <QTemporaryDir>

#include <algorithm>
#include <fstream>
#include <mutex>

using namespace paretoscope;

namespace {

// Events in the order they came; filled by the scheduler's thread.
class Journal {
public:
    void add(const SchedulerEvent& event)
    {
        const std::lock_guard lock(mutex_);
        events_.push_back(event);
    }
    int count(SchedulerEvent::Kind kind) const
    {
        const std::lock_guard lock(mutex_);
        return int(std::count_if(events_.begin(), events_.end(),
                                 [&](const SchedulerEvent& event) { return event.kind == kind; }));
    }
    std::vector<SchedulerEvent> events() const
    {
        const std::lock_guard lock(mutex_);
        return events_;
    }

private:
    mutable std::mutex mutex_;
    std::vector<SchedulerEvent> events_;
};

bool processLives(int64_t process)
{
    std::ifstream file("/proc/" + std::to_string(process) + "/stat");
    std::string pid, name, state;
    return bool(file >> pid >> name >> state) && state != "Z" && state != "X";
}

} // namespace

class SchedulerTest : public QObject {
    Q_OBJECT

private slots:
    void init()
    {
        folder_ = std::make_unique<QTemporaryDir>();
        path_ = folder_->filePath(QStringLiteral("store.sqlite")).toStdString();
        notes_ = folder_->filePath(QStringLiteral("notes")).toStdString();
        qputenv("FAKE_WORKER_NOTES", notes_.c_str());
        qunsetenv("FAKE_WORKER_DEAF");
        store_ = Store::open(path_);
    }

    void cleanup() { store_.reset(); }

    void worksOffTheQueue()
    {
        const auto ids = queue({"none", "finish", "flood"});
        const auto journal = runAll();
        for (const int64_t id : ids) {
            const Run run = store_->run(id);
            QVERIFY2(run.state == RunState::Done, run.error.c_str());
            QCOMPARE(run.provenance.version, std::string("test"));
            QCOMPARE(run.measurements.size(), size_t{1});
            QCOMPARE(run.measurements[0].value, 12.5);
            QCOMPARE(run.measurements[0].items.size(), size_t{2});
        }
        QCOMPARE(journal->count(SchedulerEvent::Kind::Started), 3);
        QCOMPARE(journal->count(SchedulerEvent::Kind::Finished), 3);
        QCOMPARE(journal->count(SchedulerEvent::Kind::Idle), 1);
        QVERIFY(journal->count(SchedulerEvent::Kind::Progress) >= 1);
    }

    void everyRunHasAProcessOfItsOwn()
    {
        queue({"none", "finish", "slow"});
        runAll();
        std::vector<int64_t> processes;
        for (const auto& [recipe, process] : notes()) processes.push_back(process);
        QCOMPARE(processes.size(), size_t{3});
        std::sort(processes.begin(), processes.end());
        QVERIFY(std::unique(processes.begin(), processes.end()) == processes.end());
    }

    void aBadRunCostsOneRun_data()
    {
        QTest::addColumn<QString>("sentence");
        QTest::newRow("fail") << "this model cannot be halved";
        QTest::newRow("crash") << "the worker crashed (signal 11: Segmentation fault); it last wrote: "
                                  "about to read address 0";
        QTest::newRow("killed") << "the worker was killed by the system (signal 9), often for lack of memory";
        QTest::newRow("exit3") << "the worker ended without an answer (exit status 3)";
        QTest::newRow("garbage") << "the worker wrote something that is no answer";
    }

    void aBadRunCostsOneRun()
    {
        QFETCH(QString, sentence);
        const auto ids = queue({QTest::currentDataTag(), "finish"});
        const auto journal = runAll();
        const Run bad = store_->run(ids[0]);
        QCOMPARE(bad.state, RunState::Failed);
        QVERIFY2(QString::fromStdString(bad.error).startsWith(sentence), bad.error.c_str());
        QCOMPARE(bad.errorCode == ErrorCode::Unsupported, sentence.contains(QStringLiteral("halved")));
        QCOMPARE(store_->run(ids[1]).state, RunState::Done);
        QCOMPARE(journal->count(SchedulerEvent::Kind::Failed), 1);
    }

    void aWorkerThatNeverReadsIsAFailure()
    {
        qputenv("FAKE_WORKER_DEAF", "1");
        const auto ids = queue({"finish"});
        runAll();
        QCOMPARE(store_->run(ids[0]).error,
                 std::string("the worker ended without an answer (exit status 4)"));
    }

    void aHangingRunIsCancelledWithinASecond()
    {
        const auto ids = queue({"hang", "finish"});
        Journal journal;
        Scheduler scheduler(options(), [&](const SchedulerEvent& event) { journal.add(event); });
        scheduler.start();
        QTRY_COMPARE(notes().size(), size_t{1});
        QElapsedTimer timer;
        timer.start();
        scheduler.cancelRun(ids[0]);
        QTRY_COMPARE(store_->run(ids[0]).state, RunState::Cancelled);
        QVERIFY2(timer.elapsed() < 1000, "cancelling took longer than a second");
        scheduler.waitUntilEmpty();
        QVERIFY(!processLives(notes()[0].second));
        QCOMPARE(store_->run(ids[1]).state, RunState::Done);
        QCOMPARE(journal.count(SchedulerEvent::Kind::Cancelled), 1);
    }

    void anotherProcessMayCancel()
    {
        const auto ids = queue({"hang"});
        Scheduler scheduler(options(), {});
        scheduler.start();
        QTRY_COMPARE(notes().size(), size_t{1});
        store_->cancelRun(ids[0]); // as a second window on the same store does
        scheduler.waitUntilEmpty();
        QVERIFY(!processLives(notes()[0].second));
        QCOMPARE(store_->run(ids[0]).state, RunState::Cancelled);
    }

    void cancelTakesARunFromTheQueue()
    {
        const auto ids = queue({"hang", "finish"});
        Scheduler scheduler(options(), {});
        scheduler.start();
        QTRY_COMPARE(notes().size(), size_t{1});
        scheduler.cancelRun(123456); // does not exist: no harm
        scheduler.cancelRun(ids[1]);
        QTRY_COMPARE(store_->run(ids[1]).state, RunState::Cancelled);
        QCOMPARE(store_->run(ids[0]).state, RunState::Running);
        scheduler.stop();
        QCOMPARE(notes().size(), size_t{1});
    }

    void stoppingPutsRunsBack()
    {
        const auto ids = queue({"hang", "finish"});
        {
            Scheduler scheduler(options(), {});
            scheduler.start();
            QTRY_COMPARE(notes().size(), size_t{1});
        }
        QCOMPARE(store_->run(ids[0]).state, RunState::Queued);
        QCOMPARE(store_->run(ids[1]).state, RunState::Queued);
        QVERIFY(!processLives(notes()[0].second));
    }

    void jobsRunAtOnce()
    {
        queue({"hang", "slow", "finish"});
        SchedulerOptions twoJobs = options();
        twoJobs.jobs = 2;
        Scheduler scheduler(twoJobs, {});
        scheduler.start();
        // The hanging run keeps one slot; the other does the rest.
        QTRY_COMPARE(doneCount(), int64_t{2});
    }

    void pausedStartsNothing()
    {
        const auto ids = queue({"finish"});
        Scheduler scheduler(options(), {});
        scheduler.pause(true);
        scheduler.start();
        QVERIFY(scheduler.paused());
        QTest::qWait(300);
        QVERIFY(notes().empty());
        scheduler.pause(false);
        QTRY_COMPARE(store_->run(ids[0]).state, RunState::Done);
    }

    void laterRunsAreTakenUp()
    {
        SchedulerOptions waiting = options();
        waiting.stopWhenEmpty = false;
        Journal journal;
        Scheduler scheduler(waiting, [&](const SchedulerEvent& event) { journal.add(event); });
        scheduler.start();
        QTRY_COMPARE(journal.count(SchedulerEvent::Kind::Idle), 1);
        const auto ids = queue({"finish"});
        scheduler.wake();
        scheduler.waitUntilEmpty();
        QCOMPARE(store_->run(ids[0]).state, RunState::Done);
        const auto more = queue({"slow"}); // without wake: as from another process
        QTRY_COMPARE(store_->run(more[0]).state, RunState::Done);
    }

    void onlyTheGivenExperimentsAreRun()
    {
        const auto first = queue({"finish"}, "one");
        const auto second = queue({"finish"}, "two");
        SchedulerOptions one = options();
        one.experiments = {store_->experimentByName("one")->id};
        Scheduler scheduler(one, {});
        scheduler.start();
        scheduler.waitUntilEmpty();
        scheduler.stop();
        QCOMPARE(store_->run(first[0]).state, RunState::Done);
        QCOMPARE(store_->run(second[0]).state, RunState::Queued);
    }

    void aMissingWorkerProgramFailsNoRun()
    {
        const auto ids = queue({"finish"});
        SchedulerOptions broken = options();
        broken.workerCommand = {"/nonexistent/worker"};
        Journal journal;
        Scheduler scheduler(broken, [&](const SchedulerEvent& event) { journal.add(event); });
        scheduler.start();
        scheduler.waitUntilEmpty();
        scheduler.stop();
        QCOMPARE(journal.count(SchedulerEvent::Kind::Error), 1);
        QVERIFY(journal.events().back().text.find("/nonexistent/worker") != std::string::npos);
        QCOMPARE(store_->run(ids[0]).state, RunState::Queued);
    }

    void aStoreThatIsNoneIsAnError()
    {
        SchedulerOptions broken = options();
        broken.store = folder_->filePath(QStringLiteral("text")).toStdString();
        std::ofstream(broken.store) << "not a database at all, only some text of a certain length";
        Journal journal;
        Scheduler scheduler(broken, [&](const SchedulerEvent& event) { journal.add(event); });
        scheduler.start();
        scheduler.waitUntilEmpty();
        QCOMPARE(journal.count(SchedulerEvent::Kind::Error), 1);
    }

    void aKilledSchedulerLosesOnlyTheRunInFlight()
    {
        const auto ids = queue({"finish", "hang", "slow"});
        QProcess process;
        process.start(QStringLiteral(SCHEDULER_PROCESS),
                      {QString::fromStdString(path_), QStringLiteral(FAKE_WORKER)});
        QVERIFY(process.waitForStarted());
        QTRY_COMPARE(notes().size(), size_t{2}); // the hanging one has begun
        const int64_t worker = notes()[1].second;
        process.kill();
        QVERIFY(process.waitForFinished());
        QTRY_VERIFY(!processLives(worker)); // it ends with its scheduler
        QCOMPARE(store_->run(ids[0]).state, RunState::Done);
        QCOMPARE(store_->run(ids[1]).state, RunState::Running);

        Scheduler scheduler(options(), {});
        scheduler.start();
        QTRY_COMPARE(notes().size(), size_t{3}); // the lost run again, not the finished one
        QCOMPARE(notes()[2].first, std::string("hang"));
        scheduler.cancelRun(ids[1]);
        scheduler.waitUntilEmpty();
        QCOMPARE(store_->run(ids[2]).state, RunState::Done);
        QCOMPARE(notes().size(), size_t{4});
    }

    // The seed tells the fake worker what to cost: with 2 a wrong run is smaller than a right one.
    void aRaceStopsWhatIsCertainlyDominated()
    {
        const auto ids = queueRace({"right", "wrong"}, 1);
        const auto journal = runAll();
        QCOMPARE(store_->run(ids[0]).state, RunState::Done);
        QCOMPARE(store_->run(ids[0]).measurement("exact_match")->items.size(), size_t{200});
        const Run stopped = store_->run(ids[1]);
        QVERIFY(stopped.stoppedEarly());
        QVERIFY(stopped.measurements.empty());
        QVERIFY(stopped.provenance.earlyStop.has_value());
        const EarlyStop& stop = *stopped.provenance.earlyStop;
        QVERIFY(stop.itemsSeen >= 3 && stop.itemsSeen < 30);
        QCOMPARE(stop.items, int64_t{200});
        QCOMPARE(stop.dominatedBy, ids[0]);
        QCOMPARE(stop.difference, 1.0);
        QCOMPARE(QString::fromStdString(stopped.error), QStringLiteral("stopped early after %1 of 200 items: dominated by run %2")
                                                            .arg(stop.itemsSeen).arg(ids[0]));
        const auto events = journal->events();
        QVERIFY(std::any_of(events.begin(), events.end(), [&](const SchedulerEvent& event) {
            return event.kind == SchedulerEvent::Kind::Cancelled && event.text == stopped.error;
        }));
        // Asked again in a race it stays as it is; asked in full it is measured.
        queueRace({"right", "wrong"}, 1);
        QVERIFY(store_->run(ids[1]).stoppedEarly());
        queue({"wrong"}, "race");
        runAll();
        QCOMPARE(store_->run(ids[1]).state, RunState::Done);
        QCOMPARE(store_->run(ids[1]).measurement("exact_match")->items.size(), size_t{200});
    }

    void aRaceLeavesWhatCostsLess()
    {
        const auto ids = queueRace({"right", "wrong"}, 2);
        runAll();
        for (const int64_t id : ids) QCOMPARE(store_->run(id).state, RunState::Done);
    }

    void withoutARaceNothingStops()
    {
        const auto ids = queue({"right", "wrong"});
        runAll();
        for (const int64_t id : ids) QCOMPARE(store_->run(id).state, RunState::Done);
    }

private:
    std::vector<int64_t> queueRace(const std::vector<std::string>& recipes, uint64_t seed)
    {
        std::vector<RunRequest> requests;
        for (const std::string& recipe : recipes) {
            RunRequest request;
            request.model = "/models/fake";
            request.recipe = recipe;
            request.seed = seed;
            request.race = "exact_match";
            requests.push_back(request);
        }
        return store_->addRuns(store_->openExperiment("race", "/models/fake").id, requests, {});
    }

    std::vector<int64_t> queue(const std::vector<std::string>& recipes, const std::string& name = "test")
    {
        std::vector<RunRequest> requests;
        for (const std::string& recipe : recipes) {
            RunRequest request;
            request.model = "/models/fake";
            request.recipe = recipe;
            requests.push_back(request);
        }
        const Experiment experiment = store_->openExperiment(name, "/models/fake");
        return store_->addRuns(experiment.id, requests, std::vector<std::string>(recipes.size(), "{}"));
    }

    SchedulerOptions options() const
    {
        SchedulerOptions options;
        options.store = path_;
        options.workerCommand = {FAKE_WORKER};
        options.stopWhenEmpty = true;
        return options;
    }

    std::unique_ptr<Journal> runAll() const
    {
        auto journal = std::make_unique<Journal>();
        Scheduler scheduler(options(), [&](const SchedulerEvent& event) { journal->add(event); });
        scheduler.start();
        scheduler.waitUntilEmpty();
        scheduler.stop();
        return journal;
    }

    int64_t doneCount() const
    {
        RunQuery query;
        query.states = {RunState::Done};
        return store_->countRuns(query);
    }

    // Recipe and process of every worker started, in order.
    std::vector<std::pair<std::string, int64_t>> notes() const
    {
        std::vector<std::pair<std::string, int64_t>> result;
        std::ifstream file(notes_);
        std::string recipe;
        for (int64_t process; file >> recipe >> process;) result.emplace_back(recipe, process);
        return result;
    }

    std::unique_ptr<QTemporaryDir> folder_;
    std::string path_;
    std::string notes_;
    std::unique_ptr<Store> store_;
};

QTEST_GUILESS_MAIN(SchedulerTest)
#include "scheduler_test.moc"
