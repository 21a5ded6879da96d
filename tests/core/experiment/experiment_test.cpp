#include "core/experiment/experiment.h"

#include "core/base/json.h"
#include "tests/test_data.h"

#include <cmath>
#include <limits>

using namespace paretoscope;

namespace {

Measurement throughText(const Measurement& m)
{
    return measurementFromJson(parseJson(toJson(m).dump(), "test"), "test");
}

} // namespace

class ExperimentTest : public QObject {
    Q_OBJECT
private slots:
    void statesHaveNames()
    {
        for (const RunState state : {RunState::Queued, RunState::Running, RunState::Done,
                                     RunState::Failed, RunState::Cancelled})
            QVERIFY(runStateFromName(runStateName(state)) == state);
        QCOMPARE(runStateName(RunState::Cancelled), "cancelled");
        PARETOSCOPE_EXPECT_ERROR(runStateFromName("finished"), "finished");
    }

    void requestsKeepEverything()
    {
        RunRequest request;
        request.model = "/models/a b";
        request.recipe = "quantization.rtn(bits=4)";
        request.tasks = {{"perplexity", "{\"window\":256}", "/t.txt"}, {"speed", "{}", ""}};
        request.seed = 0xfedcba9876543210u;
        request.threads = 3;
        request.backend = "cuda";
        request.calibrationFile = "/c.txt";
        const Json json = parseJson(toJson(request).dump(), "test");
        QVERIFY(runRequestFromJson(json, "test") == request);
    }

    void requestsHaveDefaults()
    {
        const Json json = parseJson(R"({"model":"m","recipe":"none","tasks":["perplexity"]})", "t");
        const RunRequest request = runRequestFromJson(json, "t");
        QCOMPARE(request.seed, uint64_t(1));
        QCOMPARE(request.threads, 0);
        QCOMPARE(request.backend.c_str(), "cpu");
        QVERIFY(request.tasks == (std::vector<TaskRequest>{{"perplexity", "{}", ""}}));
    }

    void badRequestsAreRefused_data()
    {
        QTest::addColumn<QString>("json");
        QTest::addColumn<QString>("part");
        QTest::newRow("no model") << R"({"recipe":"none"})"
                                  << "model";
        QTest::newRow("list") << "[]"
                              << "object";
        QTest::newRow("seed") << R"({"model":"m","recipe":"n","seed":-1})"
                              << "seed";
        QTest::newRow("fraction") << R"({"model":"m","recipe":"n","seed":1.5})"
                                  << "seed";
        QTest::newRow("threads") << R"({"model":"m","recipe":"n","threads":99999})"
                                 << "threads";
        QTest::newRow("tasks") << R"({"model":"m","recipe":"n","tasks":{}})"
                               << "tasks";
        QTest::newRow("task") << R"({"model":"m","recipe":"n","tasks":[7]})"
                              << "object";
        QTest::newRow("settings")
            << R"({"model":"m","recipe":"n","tasks":[{"task":"t","settings":3}]})"
            << "settings";
    }

    void badRequestsAreRefused()
    {
        QFETCH(QString, json);
        QFETCH(QString, part);
        try {
            runRequestFromJson(parseJson(json.toStdString(), "t"), "line 3");
            QFAIL("accepted");
        } catch (const Error& error) {
            QVERIFY(error.code() == ErrorCode::BadFile);
            QVERIFY2(QString::fromUtf8(error.what()).contains(part), error.what());
            QVERIFY2(QString::fromUtf8(error.what()).contains("line 3"), error.what());
        }
    }

    void measurementsKeepEveryNumber()
    {
        Measurement m;
        m.metric = "perplexity";
        m.value = 0.1 + 0.2;
        m.standardError = 5e-324;
        m.low = -std::numeric_limits<double>::infinity();
        m.high = std::numeric_limits<double>::infinity();
        m.count = 3;
        m.items = {{"a", 1.0 / 3, 1}, {"ü\n\"", std::nan(""), 2.5}, {"", -0.0, 0}};
        const Measurement read = throughText(m);
        QVERIFY(read.value == m.value && read.standardError == m.standardError &&
                read.low == m.low && read.high == m.high && read.count == 3);
        QCOMPARE(read.items.size(), size_t(3));
        QVERIFY(read.items[0].score == 1.0 / 3 && read.items[0].weight == 1);
        QVERIFY(read.items[1].item == m.items[1].item && std::isnan(read.items[1].score));
        QVERIFY(read.items[1].weight == 2.5 && read.items[2].weight == 0);
        Measurement bare;
        bare.metric = "file_bytes";
        bare.value = std::nan("");
        QVERIFY(std::isnan(throughText(bare).value));
        QVERIFY(!throughText(bare).low && throughText(bare).items.empty());
    }

    void badMeasurementsAreRefused()
    {
        const auto read = [](const char* json) {
            return measurementFromJson(parseJson(json, "t"), "line 3");
        };
        PARETOSCOPE_EXPECT_ERROR(read(R"({"value":1})"), "metric");
        PARETOSCOPE_EXPECT_ERROR(read(R"({"metric":"m"})"), "value");
        PARETOSCOPE_EXPECT_ERROR(read(R"({"metric":"m","value":"big"})"), "not a number");
        PARETOSCOPE_EXPECT_ERROR(read(R"({"metric":"m","value":1,"items":[["a"]]})"), "item");
        PARETOSCOPE_EXPECT_ERROR(read(R"({"metric":"m","value":1,"items":[[1,2]]})"), "item");
        PARETOSCOPE_EXPECT_ERROR(read(R"({"metric":"m","value":1,"count":-4})"), "count");
    }

    void provenanceKeepsEverything()
    {
        const Provenance p{"0.1.0", ~uint64_t{0}, 2,   "cpu", "Haswell",
                           "m",     "d",          "r", "box", "harness", {"a", "b"}};
        const Provenance q = provenanceFromJson(parseJson(toJson(p).dump(), "t"), "t");
        QVERIFY(toJson(q) == toJson(p));
        QCOMPARE(q.seed, ~uint64_t{0});
        QVERIFY(q.notes == (std::vector<std::string>{"a", "b"}));
        QVERIFY(!q.earlyStop);
        Provenance stopped;
        stopped.earlyStop = EarlyStop{"exact_match", 40, 300, 7, 0.25, 0.99, 12.5};
        QVERIFY(provenanceFromJson(parseJson(toJson(stopped).dump(), "t"), "t").earlyStop == stopped.earlyStop);
        QCOMPARE(stopped.earlyStop->text().c_str(), "stopped early after 40 of 300 items: dominated by run 7");
    }

    void plansStartWithTheBaselineAndRepeatNothing()
    {
        ExperimentPlan plan;
        plan.model = "m";
        plan.recipes = {"a", "none", "b", "a"};
        plan.seed = 5;
        plan.tasks = {{"perplexity", "{}", "t"}};
        plan.race = "exact_match";
        const std::vector<RunRequest> requests = plan.requests();
        QCOMPARE(requests.size(), size_t(3));
        QVERIFY(requests[0].race.empty() && requests[1].race == "exact_match"); // the baseline is always measured in full
        QCOMPARE(requests[0].recipe.c_str(), "none");
        QCOMPARE(requests[1].recipe.c_str(), "a");
        QCOMPARE(requests[2].recipe.c_str(), "b");
        for (const RunRequest& request : requests)
            QVERIFY(request.seed == 5 && request.tasks == plan.tasks && request.model == "m");
    }
};

QTEST_GUILESS_MAIN(ExperimentTest)
#include "experiment_test.moc"
