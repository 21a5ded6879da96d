// The queue: order, cancelling, abandoned runs, several processes at once.
#include "core/store/process_identity.h"
#include "tests/core/store/store_fixture.h"

#include <set>
#include <sys/wait.h>
#include <unistd.h>

using namespace paretoscope;
using namespace paretoscope::test;

namespace {

// Runs `work` in a child process; its exit status is what `work` returns.
pid_t inChild(const std::function<int()>& work)
{
    const pid_t pid = ::fork();
    if (pid != 0) return pid;
    int status = 99;
    try {
        status = work();
    } catch (...) {
    }
    ::_exit(status);
}

int exitStatus(pid_t pid)
{
    int status = 0;
    ::waitpid(pid, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

std::vector<RunRequest> manyRequests(uint64_t count)
{
    std::vector<RunRequest> requests;
    for (uint64_t seed = 1; seed <= count; ++seed)
        requests.push_back(requestOf("a", seed));
    return requests;
}

} // namespace

class StoreQueueTest : public QObject {
    Q_OBJECT
private slots:
    void takesInOrderAndOnce()
    {
        const ScratchStore scratch;
        const auto store = scratch.open();
        const int64_t one = store->openExperiment("one", "m").id;
        const int64_t two = store->openExperiment("two", "m").id;
        const auto a = store->addRuns(one, {requestOf("none"), requestOf("a")}, {});
        const auto b = store->addRuns(two, {requestOf("none")}, {});
        QCOMPARE(store->takeQueuedRun({two})->id, b[0]);
        QCOMPARE(store->takeQueuedRun()->id, a[0]);
        const std::optional<Run> last = store->takeQueuedRun();
        QCOMPARE(last->id, a[1]);
        QVERIFY(last->state == RunState::Running);
        QVERIFY(last->startedAt > 0);
        QVERIFY(!store->takeQueuedRun());
        store->queueRunAgain(a[1]);
        QCOMPARE(store->takeQueuedRun()->id, a[1]);
    }

    void archivedExperimentsWait()
    {
        const ScratchStore scratch;
        const auto store = scratch.open();
        const int64_t id = store->openExperiment("one", "m").id;
        store->addRuns(id, {requestOf("none")}, {});
        store->setExperimentArchived(id, true);
        QVERIFY(!store->takeQueuedRun());
        QVERIFY(store->takeQueuedRun({id}));
    }

    void whatWasCancelledStaysCancelled()
    {
        const ScratchStore scratch;
        const auto store = scratch.open();
        const int64_t id = store->openExperiment("one", "m").id;
        const int64_t run = store->addRuns(id, {requestOf("a")}, {}).at(0);
        store->takeQueuedRun();
        store->cancelRun(run);
        store->finishRun(run, {}, {measurementOf("perplexity", 1)});
        store->failRun(run, ErrorCode::Io, "late");
        QVERIFY(store->run(run).state == RunState::Cancelled);
        QVERIFY(store->run(run).measurements.empty());
        PARETOSCOPE_EXPECT_ERROR(store->finishRun(99, {}, {}), "99");
        PARETOSCOPE_EXPECT_ERROR(store->queueRunAgain(99), "99");
    }

    void theFirstResultStays()
    {
        const ScratchStore scratch;
        const auto store = scratch.open();
        const int64_t id = store->openExperiment("one", "m").id;
        const int64_t run = store->addRuns(id, {requestOf("a")}, {}).at(0);
        store->finishRun(run, {}, {measurementOf("perplexity", 1)});
        store->finishRun(run, {}, {measurementOf("perplexity", 2)});
        QVERIFY(store->run(run).measurement("perplexity")->value == 1);
        store->cancelRun(run);
        QVERIFY(store->run(run).state == RunState::Done);
        store->queueRunAgain(run);
        QVERIFY(store->run(run).measurements.empty());
        QVERIFY(store->run(run).finishedAt == 0);
    }

    void identityTellsProcessesApart()
    {
        const std::string mine = thisProcessIdentity();
        QVERIFY(processIsAlive(mine));
        const std::string before = mine.substr(0, mine.rfind('/'));
        QVERIFY(!processIsAlive(before + "/1")); // same pid, other start: a reused pid
        QVERIFY(!processIsAlive("other-boot" + mine.substr(mine.find('/'))));
        QVERIFY(!processIsAlive(""));
        QVERIFY(!processIsAlive("a/b/c/d"));
        int pipeEnds[2];
        QVERIFY(::pipe(pipeEnds) == 0);
        const pid_t child = inChild([&] {
            const std::string identity = thisProcessIdentity();
            return ::write(pipeEnds[1], identity.data(), identity.size()) > 0 ? ::pause() : 1;
        });
        char text[200];
        const ssize_t length = ::read(pipeEnds[0], text, sizeof text);
        QVERIFY(length > 0);
        const std::string theirs(text, size_t(length));
        QVERIFY(theirs != mine);
        QVERIFY(processIsAlive(theirs));
        ::kill(child, SIGKILL);
        siginfo_t info;
        ::waitid(P_PID, id_t(child), &info, WEXITED | WNOWAIT);
        QVERIFY(!processIsAlive(theirs)); // a zombie does no work
        exitStatus(child);
        QVERIFY(!processIsAlive(theirs));
    }

    void onlyAbandonedRunsAreQueuedAgain()
    {
        const ScratchStore scratch;
        const auto store = scratch.open();
        const int64_t id = store->openExperiment("e", "m").id;
        store->addRuns(id, manyRequests(3), {});
        const int64_t mine = store->takeQueuedRun()->id;
        QCOMPARE(exitStatus(inChild([&] { return scratch.open()->takeQueuedRun() ? 0 : 1; })), 0);
        RunQuery running;
        running.states = {RunState::Running};
        QCOMPARE(store->countRuns(running), int64_t(2));
        QCOMPARE(store->requeueAbandonedRuns(), int64_t(1));
        QCOMPARE(store->requeueAbandonedRuns(), int64_t(0));
        QVERIFY(store->run(mine).state == RunState::Running);
        QCOMPARE(store->countRuns(running), int64_t(1));
    }

    void processesNeverTakeTheSameRun()
    {
        const ScratchStore scratch;
        const auto store = scratch.open();
        const int64_t id = store->openExperiment("e", "m").id;
        store->addRuns(id, manyRequests(60), {});
        std::vector<pid_t> children;
        for (int child = 0; child < 4; ++child)
            children.push_back(inChild([&] {
                const auto own = scratch.open();
                while (const auto run = own->takeQueuedRun())
                    own->finishRun(run->id, {}, {measurementOf("pid", ::getpid())});
                return 0;
            }));
        for (const pid_t child : children)
            QCOMPARE(exitStatus(child), 0);
        RunQuery done;
        done.states = {RunState::Done};
        QCOMPARE(store->countRuns(done), int64_t(60));
        // finishRun keeps the first result only, so a run done twice would raise the counter twice:
        // 1 experiment, 1 addRuns, 60 taken, 60 finished.
        QCOMPARE(store->changeCounter(), int64_t(122));
    }

    void processesCreateOneStoreTogether()
    {
        const ScratchStore scratch;
        std::vector<pid_t> children;
        for (int child = 0; child < 6; ++child)
            children.push_back(inChild([&] {
                const auto own = scratch.open();
                const int64_t id = own->openExperiment("shared", "m").id;
                return int(own->addRuns(id, manyRequests(5), {}).size()) == 5 ? 0 : 1;
            }));
        for (const pid_t child : children)
            QCOMPARE(exitStatus(child), 0);
        const auto store = scratch.open();
        QCOMPARE(store->experiments().size(), size_t(1));
        QCOMPARE(store->countRuns(), int64_t(5));
    }

    void readsOfOneInstantDoNotSeeLaterWrites()
    {
        const ScratchStore scratch;
        const auto writer = scratch.open();
        const int64_t one = writer->openExperiment("one", "m").id;
        writer->addRuns(one, {requestOf("none")}, {});
        const auto reader = scratch.open();
        reader->readConsistently([&] {
            QCOMPARE(reader->countRuns(), 1);
            writer->addRuns(one, {requestOf("a")}, {});
            QCOMPARE(reader->runs().size(), size_t(1));
        });
        QCOMPARE(reader->countRuns(), 2);
    }

    void typicalSecondsAreAMedian()
    {
        const ScratchStore scratch;
        const auto store = scratch.open();
        QVERIFY(!store->typicalRunSeconds("m"));
        const int64_t id = store->openExperiment("e", "m").id;
        store->addRuns(id, manyRequests(3), {});
        finishAll(*store, [](const Run&) { return 1.0; });
        const std::optional<double> seconds = store->typicalRunSeconds("m");
        QVERIFY(seconds && *seconds >= 0 && *seconds < 60);
        QVERIFY(!store->typicalRunSeconds("other"));
    }
};

QTEST_GUILESS_MAIN(StoreQueueTest)
#include "store_queue_test.moc"
