// A run that races measures what it measures without: the items come in another order and nothing else changes.
#include "core/base/error.h"
#include "core/model/open_model.h"
#include "core/run/run_executor.h"
#include "tests/test_data.h"

#include <set>

using namespace paretoscope;

class RaceOrderTest : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() { setBuiltinModelFolders({std::filesystem::path(PARETOSCOPE_BINARY_DIR) / "share/paretoscope/models"}); }

    void resultsAreTheSameBitForBit()
    {
        RunRequest request;
        request.model = "builtin:base";
        request.recipe = "none";
        request.threads = 1;
        request.tasks = {{"world_retrieval", R"({"items":6})", ""}, {"world_knowledge", R"({"items":8})", ""},
                         {"world_choice", R"({"items":4})", ""}};
        JobContext plainJob, racingJob;
        const RunOutcome plain = executeRun(request, plainJob);
        request.race = "exact_match";
        std::vector<std::string> order;
        std::vector<Measurement> costs;
        RaceNews news{[&](const std::vector<Measurement>& told) { costs = told; },
                      [&](const ItemScore& item) { order.push_back(item.item); }};
        const RunOutcome racing = executeRun(request, racingJob, {}, news);
        QCOMPARE(costs.size(), raceCosts().size());
        compareBitForBit(plain, racing);
        // Every question once, in an order that mixes the tasks.
        QCOMPARE(order.size(), size_t(6 * 4 + 8));
        QCOMPARE(std::set<std::string>(order.begin(), order.end()).size(), order.size());
        std::vector<std::string> asked;
        for (const Measurement& m : plain.measurements)
            if (m.metric == "exact_match")
                for (const ItemScore& item : m.items) asked.push_back(item.item);
        QVERIFY(order != asked);
        const auto knowledge = [](const std::string& item) { return item.starts_with("knowledge"); };
        QVERIFY(std::any_of(order.begin(), order.begin() + 20, knowledge));
        QVERIFY(!std::all_of(order.end() - 8, order.end(), knowledge));
    }

    void whatCannotDecideIsRefused()
    {
        const std::vector<TaskRequest> tasks{{"world_retrieval", "{}", ""}};
        checkRace("exact_match", tasks);
        PARETOSCOPE_EXPECT_ERROR(checkRace("perplexity", tasks), "shares of right answers");
        PARETOSCOPE_EXPECT_ERROR(checkRace("accuracy", tasks), "no task of the experiment");
        PARETOSCOPE_EXPECT_ERROR(checkRace("exact_matches", tasks), "exact_match");
    }

private:
    static void compareBitForBit(const RunOutcome& a, const RunOutcome& b)
    {
        QCOMPARE(a.measurements.size(), b.measurements.size());
        QCOMPARE(a.provenance.notes, b.provenance.notes);
        int compared = 0;
        for (size_t i = 0; i < a.measurements.size(); ++i) {
            const Measurement &x = a.measurements[i], &y = b.measurements[i];
            QCOMPARE(x.metric, y.metric);
            if (x.items.empty()) continue; // sizes and what was timed
            ++compared;
            QVERIFY(x.value == y.value && x.low == y.low && x.high == y.high && x.count == y.count);
            QCOMPARE(x.items.size(), y.items.size());
            for (size_t k = 0; k < x.items.size(); ++k)
                QVERIFY(x.items[k].item == y.items[k].item && x.items[k].score == y.items[k].score);
        }
        QVERIFY(compared >= 5);
    }
};

QTEST_GUILESS_MAIN(RaceOrderTest)
#include "race_order_test.moc"
