#include "core/run/worker_process.h"

#include "core/base/error.h"

#include "tests/test_data.h"

#include <csignal>
#include <sys/wait.h>

using namespace paretoscope;

namespace {

int statusOf(WorkerProcess& process)
{
    for (int i = 0; i < 500; ++i) {
        if (const auto status = process.exitStatus()) return *status;
        QTest::qSleep(10);
    }
    return -1;
}

} // namespace

class WorkerProcessTest : public QObject {
    Q_OBJECT

private slots:
    // A write to a worker that has ended is an errno here, as in the scheduler's thread.
    void initTestCase() { std::signal(SIGPIPE, SIG_IGN); }

    void textGoesInAndComesOut()
    {
        WorkerProcess process({"cat"});
        const std::string sent(300000, 'x'); // more than a pipe holds
        std::string input = sent, output;
        bool open = true;
        for (int i = 0; i < 2000 && open; ++i) {
            process.feed(input);
            open = process.readOutput(output);
            if (open) QTest::qSleep(1);
        }
        QCOMPARE(output.size(), sent.size());
        QVERIFY(WIFEXITED(statusOf(process)) && WEXITSTATUS(statusOf(process)) == 0);
    }

    void errorsAreASeparateStream()
    {
        WorkerProcess process({"sh", "-c", "echo out; echo err >&2; exit 7"});
        QCOMPARE(WEXITSTATUS(statusOf(process)), 7);
        std::string output, errors, input = "too late";
        process.readOutput(output);
        process.readErrors(errors);
        process.feed(input);
        QCOMPARE(output, std::string("out\n"));
        QCOMPARE(errors, std::string("err\n"));
    }

    void killEndsItWithItsChildren()
    {
        WorkerProcess process({"sh", "-c", "sleep 60 & echo started; wait"});
        std::string output;
        for (int i = 0; i < 500 && output.find('\n') == std::string::npos; ++i) {
            process.readOutput(output);
            QTest::qSleep(10);
        }
        QCOMPARE(output, std::string("started\n"));
        process.kill();
        QVERIFY(WIFSIGNALED(statusOf(process)));
        QTRY_VERIFY(!process.readOutput(output)); // the child no longer holds the pipe
    }

    void anUnknownProgramIsAnError()
    {
        PARETOSCOPE_EXPECT_ERROR(WorkerProcess({"/nonexistent/worker"}), "/nonexistent/worker");
    }

    void endsAreToldInWords_data()
    {
        QTest::addColumn<int>("status");
        QTest::addColumn<QString>("sentence");
        QTest::newRow("killed") << SIGKILL
                                << "the worker was killed by the system (signal 9), often for lack "
                                   "of memory; it last wrote: two";
        QTest::newRow("crash") << SIGSEGV
                               << "the worker crashed (signal 11: Segmentation fault); it last wrote: two";
        QTest::newRow("signal") << SIGTERM
                                << "the worker was ended by signal 15 (Terminated); it last wrote: two";
        QTest::newRow("exit") << (3 << 8)
                              << "the worker ended without an answer (exit status 3); it last wrote: two";
    }

    void endsAreToldInWords()
    {
        QFETCH(int, status);
        QFETCH(QString, sentence);
        QCOMPARE(QString::fromStdString(describeWorkerEnd(status, "one\n two \n\n")), sentence);
    }

    void lastWordsAreShortAndValid()
    {
        const std::string sentence = describeWorkerEnd(0, std::string(5000, 'x') + "\xff\xc3");
        QVERIFY(sentence.size() < 400);
        QVERIFY(QString::fromStdString(sentence).endsWith(QStringLiteral("xx??")));
        QVERIFY(!QString::fromStdString(describeWorkerEnd(0, "\n")).contains(QStringLiteral("wrote")));
    }
};

QTEST_GUILESS_MAIN(WorkerProcessTest)
#include "worker_process_test.moc"
