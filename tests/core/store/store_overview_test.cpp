// Bulk reading gives what reading run by run gives.
#include "tests/core/store/store_fixture.h"

#include <set>

using namespace paretoscope;
using namespace paretoscope::test;

class StoreOverviewTest : public QObject {
    Q_OBJECT
    ScratchStore scratch_;
    std::unique_ptr<Store> store_;

private Q_SLOTS:
    void initTestCase()
    {
        store_ = scratch_.open();
        const Experiment first = store_->openExperiment("first", "builtin:tiny");
        const Experiment second = store_->openExperiment("second", "builtin:tiny");
        store_->addRuns(first.id,
                        {requestOf("none"), requestOf("a.b(bits=2)"), requestOf("a.b(bits=3)")},
                        {"{}", R"({"bits":2,"group":32})", R"({"bits":3,"group":32})"});
        store_->addRuns(second.id, {requestOf("none"), requestOf("c.d(share=0.5)")},
                        {"{}", R"({"share":0.5})"});
        finishAll(*store_, [](const Run& run) { return run.id == 5 ? 1e9 : 10.0 - double(run.id); });
        store_->queueRunAgain(2);
    }

    void idsFollowTheQuery()
    {
        RunQuery query;
        query.sortBy = "perplexity";
        std::vector<int64_t> ids;
        for (const Run& run : store_->runs(query)) ids.push_back(run.id);
        QCOMPARE(store_->runIds(query), ids);
        QCOMPARE(ids.size(), size_t(5));
    }

    void runsByIdSkipsUnknownOnes()
    {
        const std::vector<Run> runs = store_->runsById({4, 999, 1});
        QCOMPARE(runs.size(), size_t(2));
        QCOMPARE(runs[0].id, int64_t(4));
        QCOMPARE(QString::fromStdString(runs[0].request.recipe), QStringLiteral("none"));
        QCOMPARE(runs[1].id, int64_t(1));
        QVERIFY(runs[1].measurement("perplexity"));
    }

    void pointsHaveWhatWasAskedFor()
    {
        const std::vector<Run> points = store_->runPoints({}, {"perplexity", "file_bytes"});
        const std::vector<Run> runs = store_->runs();
        QCOMPARE(points.size(), runs.size());
        for (size_t i = 0; i < runs.size(); ++i) {
            QCOMPARE(points[i].id, runs[i].id);
            QCOMPARE(points[i].experimentId, runs[i].experimentId);
            QCOMPARE(points[i].experiment, runs[i].experiment);
            QCOMPARE(points[i].order, runs[i].order);
            QCOMPARE(points[i].request.recipe, runs[i].request.recipe);
            QCOMPARE(points[i].state, runs[i].state);
            QCOMPARE(points[i].measurements.size(), runs[i].measurements.size());
            if (!runs[i].measurements.empty())
                QCOMPARE(points[i].measurements[0].value, runs[i].measurements[0].value);
        }
        for (const Run& point : store_->runPoints({}, {"file_bytes"})) QVERIFY(point.measurements.empty());
    }

    void whatDiffers()
    {
        RunQuery first;
        first.experiments = {1};
        QCOMPARE(store_->differingSettings(first), std::vector<std::string>{"bits"});
        QCOMPARE(store_->differingSettings(), (std::vector<std::string>{"bits", "group", "share"}));
        QCOMPARE(store_->differingMetrics(), std::vector<std::string>{"perplexity"});
        RunQuery one = first;
        one.text = "bits=3";
        QVERIFY(store_->differingMetrics(one).empty());
    }

    void states()
    {
        const std::map<RunState, int64_t> counts = store_->countByState();
        QCOMPARE(counts.at(RunState::Done), int64_t(4));
        QCOMPARE(counts.at(RunState::Queued), int64_t(1));
        QVERIFY(!counts.contains(RunState::Failed));
    }
};

QTEST_GUILESS_MAIN(StoreOverviewTest)
#include "store_overview_test.moc"
