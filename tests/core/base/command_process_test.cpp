// Programs of other people: their words, their ends, and that nothing of them stays behind.
#include "core/base/command_process.h"
#include "core/base/error.h"
#include "core/base/file.h"
#include "tests/test_data.h"

#include <chrono>
#include <csignal>
#include <fstream>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

using namespace paretoscope;

namespace {

CommandRequest shell(const std::string& script)
{
    return {{"/bin/sh", "-c", script}, {}, 0};
}

// Of a process whose number the script wrote; -1 while there is none.
pid_t processIn(const std::filesystem::path& file)
{
    pid_t process = -1;
    std::ifstream(file) >> process;
    return process;
}

bool lives(pid_t process)
{
    std::ifstream stat("/proc/" + std::to_string(process) + "/stat");
    std::string number, name, state;
    stat >> number >> name >> state;
    return stat && state != "Z" && state != "X";
}

// A script that starts a child which would live on, and says its number.
std::string withChild(const std::filesystem::path& file)
{
    return "sleep 600 & echo $! > '" + file.string() + "'; wait";
}

} // namespace

class CommandProcessTest : public QObject {
    Q_OBJECT

private slots:
    void argumentsArriveAsTheyAre()
    {
        JobContext job;
        const CommandOutcome outcome = runCommand({{"/usr/bin/printf", "%s|", "a b", "$(id)", "; rm", "*", ""}, {}, 0}, job, "");
        QCOMPARE(outcome.output, std::string("a b|$(id)|; rm|*||"));
        QCOMPARE(outcome.exitStatus, 0);
    }

    void exitStatusErrorsAndFolderAreTold()
    {
        JobContext job;
        const ScratchFolder folder;
        CommandRequest request = shell("pwd; echo why >&2; exit 3");
        request.folder = folder.path();
        const CommandOutcome outcome = runCommand(request, job, "");
        QCOMPARE(outcome.exitStatus, 3);
        QCOMPARE(outcome.errors, std::string("why\n"));
        QCOMPARE(outcome.output, std::filesystem::canonical(folder.path()).string() + "\n");
    }

    void inputIsEmpty()
    {
        JobContext job;
        QCOMPARE(runCommand({{"cat"}, {}, 0}, job, "").output, std::string());
    }

    void largeOutputArrivesWholeAndTooLargeIsRefused()
    {
        JobContext job;
        CommandRequest request = shell("head -c 3000000 /dev/zero");
        QCOMPARE(runCommand(request, job, "").output.size(), size_t{3000000});
        request.mostOutput = 1000000;
        PARETOSCOPE_EXPECT_ERROR(runCommand(request, job, ""), "wrote more than");
    }

    void whatCannotBeStartedIsNamed()
    {
        JobContext job;
        PARETOSCOPE_EXPECT_ERROR(runCommand({{"/nowhere/tool"}, {}, 0}, job, ""), "cannot start '/nowhere/tool'");
        PARETOSCOPE_EXPECT_ERROR(runCommand({{"/bin/true"}, "/nowhere", 0}, job, ""), "cannot start '/bin/true'");
        PARETOSCOPE_EXPECT_ERROR(runCommand({{""}, {}, 0}, job, ""), "names no program");
    }

    void aSignalIsToldAsOne()
    {
        JobContext job;
        PARETOSCOPE_EXPECT_ERROR(runCommand(shell("kill -SEGV $$"), job, ""), "signal 11");
    }

    void timeoutKillsTheWholeGroup()
    {
        JobContext job;
        const ScratchFolder folder;
        const auto file = folder.path() / "pid";
        CommandRequest request = shell(withChild(file));
        request.timeoutSeconds = 0.3;
        PARETOSCOPE_EXPECT_ERROR(runCommand(request, job, ""), "took longer than");
        QTRY_VERIFY(!lives(processIn(file)));
    }

    void cancelKillsTheWholeGroup()
    {
        JobContext job;
        const ScratchFolder folder;
        const auto file = folder.path() / "pid";
        std::thread canceller([&] {
            while (processIn(file) < 0) std::this_thread::sleep_for(std::chrono::milliseconds(5));
            job.cancel();
        });
        bool cancelled = false;
        try {
            runCommand(shell(withChild(file)), job, "");
        } catch (const Error& error) {
            cancelled = error.code() == ErrorCode::Cancelled;
        }
        canceller.join();
        QVERIFY(cancelled);
        QTRY_VERIFY(!lives(processIn(file)));
    }

    // A cancelled run is a killed worker, which cannot clean up.
    void theGroupEndsWithTheProcessThatStartedIt()
    {
        const ScratchFolder folder;
        const auto file = folder.path() / "pid";
        const pid_t worker = ::fork();
        if (worker == 0) {
            JobContext job;
            try {
                runCommand(shell(withChild(file)), job, "");
            } catch (...) {
            }
            ::_exit(0);
        }
        QTRY_VERIFY(processIn(file) > 0);
        QVERIFY(lives(processIn(file)));
        ::kill(worker, SIGKILL);
        QCOMPARE(::waitpid(worker, nullptr, 0), worker);
        QTRY_VERIFY(!lives(processIn(file)));
    }

    void whatAProgramLeavesBehindGoesToo()
    {
        JobContext job;
        const ScratchFolder folder;
        const auto file = folder.path() / "pid";
        runCommand(shell("sleep 600 >/dev/null 2>&1 & echo $! > '" + file.string() + "'"), job, "");
        QTRY_VERIFY(!lives(processIn(file)));
    }
};

QTEST_GUILESS_MAIN(CommandProcessTest)
#include "command_process_test.moc"
