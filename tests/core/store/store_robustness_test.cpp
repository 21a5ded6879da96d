// Files that are not ours, broken or from other versions; kills, full disks.
#include "tests/core/store/store_fixture.h"

#include <QDir>
#include <QTemporaryDir>

#include <csignal>
#include <fstream>
#include <sqlite3.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace paretoscope;
using namespace paretoscope::test;

namespace {

// A plain connection beside the store's own, to break things and to look at them.
class Raw {
public:
    explicit Raw(const std::filesystem::path& path) { sqlite3_open(path.c_str(), &handle_); }
    ~Raw() { sqlite3_close(handle_); }
    void run(const std::string& script)
    {
        char* error = nullptr;
        const int code = sqlite3_exec(handle_, script.c_str(), nullptr, nullptr, &error);
        if (code != SQLITE_OK) qFatal("%s", error);
    }
    std::string value(const char* sql)
    {
        sqlite3_stmt* statement = nullptr;
        sqlite3_prepare_v2(handle_, sql, -1, &statement, nullptr);
        std::string result;
        if (sqlite3_step(statement) == SQLITE_ROW && sqlite3_column_text(statement, 0))
            result = reinterpret_cast<const char*>(sqlite3_column_text(statement, 0));
        sqlite3_finalize(statement);
        return result;
    }

private:
    sqlite3* handle_ = nullptr;
};

void writeBytes(const std::filesystem::path& path, const std::string& bytes)
{
    std::ofstream(path, std::ios::binary) << bytes;
}

ErrorCode codeOf(const std::function<void()>& work)
{
    try {
        work();
    } catch (const Error& error) {
        return error.code();
    }
    return ErrorCode::Internal;
}

int64_t filledStore(const ScratchStore& scratch, uint64_t runs)
{
    const auto store = scratch.open();
    const int64_t id = store->openExperiment("e", "m").id;
    std::vector<RunRequest> requests;
    for (uint64_t seed = 1; seed <= runs; ++seed)
        requests.push_back(requestOf("a", seed));
    store->addRuns(id, requests, {});
    while (const auto run = store->takeQueuedRun())
        store->finishRun(run->id, {}, {perplexityWithItems(50)});
    return id;
}

// Adds and finishes runs until it is killed; tells the parent the id of every finished one.
[[noreturn]] void writeForever(const ScratchStore& scratch, int64_t experiment, uint64_t seed,
                               int report)
try {
    const auto store = scratch.open();
    for (;; ++seed) {
        store->addRuns(experiment, {requestOf("b", seed)}, {});
        const int64_t id = store->takeQueuedRun().value().id;
        store->finishRun(id, {}, {perplexityWithItems(500)});
        if (::write(report, &id, sizeof id) < 0) ::_exit(1);
    }
} catch (...) {
    ::_exit(1);
}

} // namespace

class StoreRobustnessTest : public QObject {
    Q_OBJECT
private slots:
    void refusesWhatIsNotAStore()
    {
        const ScratchStore scratch;
        writeBytes(scratch.path(), std::string(5000, 'x'));
        PARETOSCOPE_EXPECT_ERROR(scratch.open(), "is not a Paretoscope store");
        PARETOSCOPE_EXPECT_ERROR(scratch.open(StoreAccess::ReadOnly), "is not a Paretoscope store");
        QVERIFY(codeOf([&] { scratch.open(); }) == ErrorCode::BadFile);
        QCOMPARE(readFile(scratch.path()), std::string(5000, 'x'));
    }

    void namesThatMeanSomethingToSqliteAreFiles()
    {
        const QTemporaryDir folder;
        const QString before = QDir::currentPath();
        QVERIFY(QDir::setCurrent(folder.path()));
        for (const char* name : {":memory:", "file:runs.sqlite?mode=memory"}) {
            Store::open(name)->openExperiment("kept", "m");
            QVERIFY(Store::open(name)->experimentByName("kept"));
            QVERIFY2(std::filesystem::exists(name), name);
        }
        QDir::setCurrent(before);
    }

    void refusesAnotherProgramsDatabaseAndLeavesItAlone()
    {
        const ScratchStore scratch;
        Raw(scratch.path())
            .run("CREATE TABLE songs (id INTEGER, title TEXT); "
                 "INSERT INTO songs VALUES (1, 'a');");
        const std::string before = readFile(scratch.path());
        PARETOSCOPE_EXPECT_ERROR(scratch.open(), "another program's database");
        PARETOSCOPE_EXPECT_ERROR(scratch.open(StoreAccess::ReadOnly), "another program's database");
        QCOMPARE(readFile(scratch.path()), before);
        Raw(scratch.path()).run("PRAGMA user_version = 1");
        PARETOSCOPE_EXPECT_ERROR(scratch.open(), "another program's database");
    }

    void refusesANewerVersionInWords()
    {
        const ScratchStore scratch;
        filledStore(scratch, 1);
        Raw(scratch.path()).run("PRAGMA user_version = 999");
        PARETOSCOPE_EXPECT_ERROR(scratch.open(), "newer version");
        PARETOSCOPE_EXPECT_ERROR(scratch.open(StoreAccess::ReadOnly), "newer version");
        QCOMPARE(Raw(scratch.path()).value("PRAGMA user_version").c_str(), "999");
    }

    void refusesMissingTables()
    {
        const ScratchStore scratch;
        Raw(scratch.path())
            .run("CREATE TABLE run (id INTEGER); PRAGMA user_version = 1; "
                 "PRAGMA application_id = 0x50415245;");
        PARETOSCOPE_EXPECT_ERROR(scratch.open()->runs(), "tables");
        QVERIFY(codeOf([&] { scratch.open()->experiments(); }) == ErrorCode::BadFile);
    }

    void noticesATruncatedStore()
    {
        const ScratchStore scratch;
        filledStore(scratch, 40);
        const std::string whole = readFile(scratch.path());
        QVERIFY(whole.size() > 20 * 4096);
        for (const size_t size :
             {whole.size() / 2, whole.size() - 4096, size_t(4096), size_t(4000)}) {
            writeBytes(scratch.path(), whole.substr(0, size));
            QVERIFY(codeOf([&] { scratch.open()->runs(); }) == ErrorCode::BadFile);
            QVERIFY(codeOf([&] { scratch.open(StoreAccess::ReadOnly)->runs(); }) ==
                    ErrorCode::BadFile);
        }
    }

    void survivesGarbageAnywhere()
    {
        const ScratchStore scratch;
        const int64_t experiment = filledStore(scratch, 30);
        const std::string whole = readFile(scratch.path());
        for (size_t page = 0; page < whole.size() / 4096; ++page) {
            std::string broken = whole;
            broken.replace(page * 4096 + (page == 0 ? 100 : 0), 2000, 2000, char(0xa5));
            writeBytes(scratch.path(), broken);
            // Either the damage is noticed in words or what was asked for lies elsewhere.
            try {
                const auto store = scratch.open();
                store->runs();
                store->run(3);
                store->addRuns(experiment, {requestOf("c")}, {});
            } catch (const Error& error) {
                QVERIFY2(error.code() == ErrorCode::BadFile || error.code() == ErrorCode::NotFound,
                         error.what());
            }
            std::filesystem::remove(scratch.path().string() + "-wal");
            std::filesystem::remove(scratch.path().string() + "-shm");
        }
    }

    void refusesDamagedValues()
    {
        const ScratchStore scratch;
        filledStore(scratch, 1);
        const auto breaksWith = [&](const char* sql) {
            Raw(scratch.path()).run(sql);
            return codeOf([&] { scratch.open()->run(1); });
        };
        const std::string whole = readFile(scratch.path());
        for (const char* sql :
             {"UPDATE item_score SET scores = x'00'", "UPDATE item_list SET items = '[1]'",
              "UPDATE item_list SET items = '{'", "UPDATE item_score SET weights = x''",
              "UPDATE run_record SET request = '[]'", "UPDATE run_record SET request = '{'",
              "UPDATE run_record SET provenance = '7'"}) {
            QVERIFY2(breaksWith(sql) == ErrorCode::BadFile, sql);
            writeBytes(scratch.path(), whole);
        }
        QVERIFY(scratch.open()->run(1).state == RunState::Done);
    }

    void opensWhatIsNotThereOnlyForWriting()
    {
        const ScratchStore scratch;
        QVERIFY(codeOf([&] { scratch.open(StoreAccess::ReadOnly); }) == ErrorCode::NotFound);
        QVERIFY(!std::filesystem::exists(scratch.path()));
        PARETOSCOPE_EXPECT_ERROR(Store::open(scratch.path().parent_path()), "folder");
        QVERIFY(codeOf([&] { Store::open(scratch.path() / "no" / "folder"); }) !=
                ErrorCode::Internal);
        writeBytes(scratch.path(), "");
        QVERIFY(codeOf([&] { scratch.open(StoreAccess::ReadOnly); }) == ErrorCode::BadFile);
        QVERIFY(scratch.open()->runs().empty());
    }

    void opensTheStoredOldFormats_data()
    {
        QTest::addColumn<int>("version");
        for (int version = 1; version <= Store::schemaVersion; ++version)
            QTest::addRow("v%d", version) << version;
    }

    // Every released format has a dump in fixtures/ that is never edited.
    void opensTheStoredOldFormats()
    {
        QFETCH(int, version);
        const ScratchStore scratch;
        const std::filesystem::path dump = std::filesystem::path(PARETOSCOPE_SOURCE_DIR) /
                                           "tests/core/store/fixtures" /
                                           ("v" + std::to_string(version) + ".sql");
        Raw(scratch.path()).run(readFile(dump));
        const auto store = scratch.open();
        QCOMPARE(Raw(scratch.path()).value("PRAGMA user_version"),
                 std::to_string(Store::schemaVersion));
        QCOMPARE(Raw(scratch.path()).value("PRAGMA integrity_check").c_str(), "ok");
        const Experiment e = store->experiments().at(0);
        QCOMPARE(e.name.c_str(), "first light");
        QVERIFY(e.tags == (std::vector<std::string>{"paper", "4-bit"}));
        QCOMPARE(e.runs, int64_t(3));
        const Run run = store->run(2);
        QVERIFY(run.state == RunState::Done);
        QCOMPARE(run.request.recipe.c_str(), "quantization.rtn(bits=4)");
        QCOMPARE(run.request.seed, uint64_t(7));
        QCOMPARE(run.provenance.backendDetail.c_str(), "Haswell, AVX2");
        const Measurement* perplexity = run.measurement("perplexity");
        QVERIFY(perplexity && perplexity->value == 9.5 && *perplexity->low == 9.25);
        verifySameItems(perplexity->items, {{"window-0000", 1.5, 128}, {"window-0001", 2.25, 64}});
        QVERIFY(store->run(3).errorCode == ErrorCode::OutOfMemory);
        // The upgraded file has the same tables as a new one.
        const ScratchStore fresh;
        fresh.open();
        const char* tables = "SELECT group_concat(sql, ';') FROM (SELECT sql FROM sqlite_schema "
                             "WHERE sql IS NOT NULL ORDER BY type, name)";
        QCOMPARE(Raw(scratch.path()).value(tables), Raw(fresh.path()).value(tables));
    }

    void killsLoseAtMostTheRunInFlight()
    {
        const ScratchStore scratch;
        const int64_t experiment = filledStore(scratch, 5);
        for (int round = 0; round < 8; ++round) {
            int report[2];
            QVERIFY(::pipe(report) == 0);
            const pid_t child = ::fork();
            if (child == 0) {
                ::close(report[0]);
                writeForever(scratch, experiment, uint64_t(round + 1) * 100'000, report[1]);
            }
            ::close(report[1]);
            std::vector<int64_t> finished;
            int64_t id = 0;
            while (finished.size() < size_t(3 + round) &&
                   ::read(report[0], &id, sizeof id) == sizeof id)
                finished.push_back(id);
            ::usleep(useconds_t(300 * round)); // somewhere within a transaction
            ::kill(child, SIGKILL);
            ::waitpid(child, nullptr, 0);
            while (::read(report[0], &id, sizeof id) == sizeof id)
                finished.push_back(id);
            ::close(report[0]);
            QVERIFY(finished.size() >= size_t(3 + round));

            const auto store = scratch.open();
            QCOMPARE(Raw(scratch.path()).value("PRAGMA integrity_check").c_str(), "ok");
            QCOMPARE(Raw(scratch.path()).value("PRAGMA foreign_key_check").c_str(), "");
            for (const int64_t run : finished) {
                QVERIFY(store->run(run).state == RunState::Done);
                QCOMPARE(store->items(run, "perplexity").size(), size_t(500));
            }
            QVERIFY(store->requeueAbandonedRuns() <= 1);
            while (const auto left = store->takeQueuedRun())
                store->finishRun(left->id, {}, {});
        }
    }

    void aFullDiskIsSaidAndLosesNothing()
    {
        const ScratchStore scratch;
        const int64_t experiment = filledStore(scratch, 3);
        const pid_t child = ::fork();
        if (child == 0) {
            ::signal(SIGXFSZ, SIG_IGN);
            const rlimit limit{400'000, 400'000};
            ::setrlimit(RLIMIT_FSIZE, &limit);
            const ErrorCode code = codeOf([&] {
                const auto store = scratch.open();
                for (uint64_t seed = 100; seed < 400; ++seed) {
                    const auto id = store->addRuns(experiment, {requestOf("b", seed)}, {}).at(0);
                    store->finishRun(id, {}, {perplexityWithItems(1000)});
                }
            });
            ::_exit(int(code));
        }
        int status = 0;
        ::waitpid(child, &status, 0);
        QVERIFY(WIFEXITED(status));
        QCOMPARE(ErrorCode(WEXITSTATUS(status)), ErrorCode::DiskFull);
        const auto store = scratch.open();
        QCOMPARE(Raw(scratch.path()).value("PRAGMA integrity_check").c_str(), "ok");
        for (const Run& run : store->runs())
            QVERIFY(run.state != RunState::Done || !store->items(run.id, "perplexity").empty());
        QVERIFY(store->countRuns() >= 3);
    }

    void twoProcessesWriteAtOnce()
    {
        const ScratchStore scratch;
        const int64_t experiment = filledStore(scratch, 1);
        std::vector<pid_t> children;
        for (int writer = 0; writer < 2; ++writer) {
            const pid_t child = ::fork();
            if (child == 0) {
                const ErrorCode code = codeOf([&] {
                    const auto store = scratch.open();
                    for (uint64_t i = 0; i < 60; ++i) {
                        const RunRequest request = requestOf("w", uint64_t(writer) * 1000 + i);
                        const auto id = store->addRuns(experiment, {request}, {}).at(0);
                        store->finishRun(id, {}, {perplexityWithItems(20)});
                    }
                });
                ::_exit(code == ErrorCode::Internal ? 0 : 1); // Internal: nothing was thrown
            }
            children.push_back(child);
        }
        for (const pid_t child : children) {
            int status = 0;
            ::waitpid(child, &status, 0);
            QVERIFY(WIFEXITED(status) && WEXITSTATUS(status) == 0);
        }
        RunQuery done;
        done.states = {RunState::Done};
        QCOMPARE(scratch.open()->countRuns(done), int64_t(121));
    }
};

QTEST_GUILESS_MAIN(StoreRobustnessTest)
#include "store_robustness_test.moc"
