#include "core/run/worker_protocol.h"

#include "core/base/json.h"
#include "core/base/version.h"
#include "core/run/time_left.h"

#include "tests/test_data.h"

#include <algorithm>
#include <cmath>
#include <new>
#include <sstream>

using namespace paretoscope;

namespace {

RunRequest sampleRequest()
{
    RunRequest request;
    request.model = "/models/tiny \"quoted\"\n";
    request.recipe = "quantization.rtn(bits=4)";
    request.tasks = {{"perplexity", R"({"windows":3})", "/texts/a.txt"}};
    request.seed = 18446744073709551615ull;
    request.threads = 3;
    request.calibrationFile = "/texts/b.txt";
    return request;
}

// Everything a worker says to `input` when `work` does its runs, a line each.
std::vector<WorkerMessage> conversation(const std::string& input, const RunFunction& work)
{
    std::istringstream in(input);
    std::ostringstream out;
    serveWorker(in, out, work);
    std::vector<WorkerMessage> messages;
    std::istringstream lines(out.str());
    for (std::string line; std::getline(lines, line);) messages.push_back(parseMessageLine(line));
    return messages;
}

RunOutcome nothing(const RunRequest&, JobContext&, const RaceNews&)
{
    return {};
}

} // namespace

class WorkerProtocolTest : public QObject {
    Q_OBJECT

private slots:
    void aRequestComesThrough()
    {
        const std::string line = requestLine(7, sampleRequest());
        QCOMPARE(std::count(line.begin(), line.end(), '\n'), 1);
        const WorkerRequest request = parseRequestLine(line.substr(0, line.size() - 1));
        QCOMPARE(request.run, int64_t{7});
        QVERIFY(request.request == sampleRequest());
    }

    void anOutcomeComesThrough()
    {
        WorkerDone done{3, {}};
        done.outcome.provenance.modelFingerprint = "abc";
        done.outcome.provenance.notes = {"no fast kernel"};
        done.outcome.measurements = {{"perplexity", 0.1, 0.01, 0.08, 0.12, 1, {{"window-0000", 0.1, 64}}},
                                     {"accuracy", std::nan(""), {}, {}, {}, 0, {}}};
        const auto parsed = std::get<WorkerDone>(parseMessageLine(messageLine(done)));
        QCOMPARE(parsed.run, int64_t{3});
        QCOMPARE(parsed.outcome.provenance.modelFingerprint, std::string("abc"));
        QCOMPARE(parsed.outcome.provenance.notes, done.outcome.provenance.notes);
        QCOMPARE(parsed.outcome.measurements.size(), size_t{2});
        const Measurement& first = parsed.outcome.measurements[0];
        QVERIFY(first.value == 0.1 && first.standardError == 0.01 && first.high == 0.12);
        QCOMPARE(first.items.size(), size_t{1});
        QVERIFY(first.items[0].item == "window-0000" && first.items[0].weight == 64);
        QVERIFY(std::isnan(parsed.outcome.measurements[1].value));
        QVERIFY(!parsed.outcome.measurements[1].standardError);
    }

    void theDocumentedShapesAreSpoken()
    {
        const Json ready = parseJson(messageLine(WorkerReady{"0.1.0"}), "line");
        QVERIFY(ready == Json({{"ready", true}, {"version", "0.1.0"}}));
        const Json progress = parseJson(messageLine(WorkerProgress{7, 0.5, "half"}), "line");
        QVERIFY(progress == Json({{"run", 7}, {"progress", 0.5}, {"stage", "half"}}));
        const Json failed = parseJson(messageLine(WorkerFailed{7, ErrorCode::BadFile, "bad"}), "line");
        QVERIFY(failed == Json({{"run", 7}, {"failed", true}, {"code", "bad_file"}, {"error", "bad"}}));
    }

    void theNewsOfARaceComesThrough()
    {
        const Json item = parseJson(messageLine(WorkerItem{7, {"passage-test-00042", 1, 1}}), "line");
        QVERIFY(item == Json({{"run", 7}, {"item", {"passage-test-00042", 1.0}}}));
        const auto back = std::get<WorkerItem>(parseMessageLine(item.dump()));
        QVERIFY(back.run == 7 && back.item.item == "passage-test-00042" && back.item.score == 1);
        Measurement size;
        size.metric = "file_bytes";
        size.value = 1048576;
        const auto costs = std::get<WorkerCosts>(parseMessageLine(messageLine(WorkerCosts{7, {size}})));
        QCOMPARE(costs.costs.size(), size_t{1});
        QVERIFY(costs.costs[0].metric == "file_bytes" && costs.costs[0].value == 1048576);
    }

    void brokenTextTravels()
    {
        const auto failed = std::get<WorkerFailed>(
            parseMessageLine(messageLine(WorkerFailed{1, ErrorCode::Io, "file '\xff\xfe'"})));
        QVERIFY(failed.error.rfind("file '", 0) == 0);
    }

    void nonsenseIsRefused_data()
    {
        QTest::addColumn<QByteArray>("line");
        QTest::newRow("text") << QByteArray("loading model");
        QTest::newRow("empty") << QByteArray("");
        QTest::newRow("list") << QByteArray("[1]");
        QTest::newRow("unknown") << QByteArray(R"({"run":1})");
        QTest::newRow("no run") << QByteArray(R"({"progress":0.5})");
        QTest::newRow("run text") << QByteArray(R"({"run":"1","progress":0.5})");
        QTest::newRow("costs") << QByteArray(R"({"run":1,"costs":{"file_bytes":"many"}})");
        QTest::newRow("item") << QByteArray(R"({"run":1,"item":["name"]})");
        QTest::newRow("measurements")
            << QByteArray(R"({"run":1,"done":true,"provenance":{},"measurements":3})");
    }

    void nonsenseIsRefused()
    {
        QFETCH(QByteArray, line);
        PARETOSCOPE_EXPECT_ERROR(parseMessageLine(line.toStdString()), "");
    }

    void aWorkerServesUntilItsInputEnds()
    {
        std::vector<std::string> seen;
        const auto messages = conversation(
            requestLine(1, sampleRequest()) + "\n" + requestLine(2, sampleRequest()),
            [&](const RunRequest& request, JobContext&, const RaceNews&) {
                seen.push_back(request.recipe);
                return RunOutcome{};
            });
        QCOMPARE(seen.size(), size_t{2});
        QCOMPARE(messages.size(), size_t{3});
        QCOMPARE(std::get<WorkerReady>(messages[0]).version, std::string(version()));
        QCOMPARE(std::get<WorkerDone>(messages[1]).run, int64_t{1});
        QCOMPARE(std::get<WorkerDone>(messages[2]).run, int64_t{2});
    }

    void everyExceptionIsAnAnswer()
    {
        int call = 0;
        const auto work = [&](const RunRequest&, JobContext&, const RaceNews&) -> RunOutcome {
            ++call;
            if (call == 1) fail(ErrorCode::NotFound, "no such model");
            if (call == 2) throw std::bad_alloc();
            throw std::runtime_error("odd");
        };
        const std::string line = requestLine(4, sampleRequest());
        const auto messages = conversation(line + line + line, work);
        QCOMPARE(messages.size(), size_t{4});
        QCOMPARE(std::get<WorkerFailed>(messages[1]).code, ErrorCode::NotFound);
        QCOMPARE(std::get<WorkerFailed>(messages[1]).error, std::string("no such model"));
        QCOMPARE(std::get<WorkerFailed>(messages[2]).code, ErrorCode::OutOfMemory);
        QCOMPARE(std::get<WorkerFailed>(messages[3]).error, std::string("odd"));
    }

    void aLineThatIsNoRequestIsAnswered()
    {
        const auto messages = conversation("what?\n" + requestLine(5, sampleRequest()), nothing);
        QCOMPARE(messages.size(), size_t{3});
        QCOMPARE(std::get<WorkerFailed>(messages[1]).run, int64_t{0});
        QCOMPARE(std::get<WorkerDone>(messages[2]).run, int64_t{5});
    }

    void progressIsThrottled()
    {
        const auto work = [](const RunRequest&, JobContext& job, const RaceNews&) {
            for (int i = 0; i < 10000; ++i) job.report(i / 10000.0, "step");
            return RunOutcome{};
        };
        const auto messages = conversation(requestLine(1, sampleRequest()), work);
        // ready, the first report, at most a few more on a slow machine, done
        QVERIFY(messages.size() >= 3 && messages.size() < 1000);
        QCOMPARE(std::get<WorkerProgress>(messages[1]).fraction, 0.0);
    }

    void timeLeftBlendsHistoryWithTheRun()
    {
        QCOMPARE(secondsLeft(0, 3, std::nullopt), -1.0);
        QCOMPARE(secondsLeft(0, 4, 10.0), 6.0);  // only history
        QCOMPARE(secondsLeft(0, 40, 10.0), 0.0); // longer than ever
        QCOMPARE(secondsLeft(0.25, 5, std::nullopt), 15.0);
        QCOMPARE(secondsLeft(0.5, 10, 1000.0), 10.0); // from half way on, only itself
        QCOMPARE(secondsLeft(0.25, 5, 10.0), 0.5 * 15 + 0.5 * 5);
        QCOMPARE(secondsLeft(1, 10, 10.0), 0.0);
    }
};

QTEST_GUILESS_MAIN(WorkerProtocolTest)
#include "worker_protocol_test.moc"
