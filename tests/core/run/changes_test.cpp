// What changed against the baseline is measured whichever of the two runs is done last.
#include "core/run/changes.h"
#include "tests/core/store/store_fixture.h"

using namespace paretoscope;
using namespace paretoscope::test;

namespace {

Measurement rightAnswers(const std::vector<int>& scores)
{
    Measurement result = measurementOf("accuracy", 0.5);
    for (size_t i = 0; i < scores.size(); ++i) result.items.push_back({"q" + std::to_string(i), double(scores[i]), 1});
    return result;
}

} // namespace

class ChangesTest : public QObject {
    Q_OBJECT

    std::unique_ptr<ScratchStore> scratch_;
    std::unique_ptr<Store> store_;
    std::vector<int64_t> ids_;

    void add(const std::vector<RunRequest>& requests)
    {
        ids_ = store_->addRuns(store_->openExperiment("e", "builtin:tiny").id, requests, {});
    }

    void finish(int64_t id, const std::vector<int>& scores)
    {
        store_->finishRun(id, {}, {rightAnswers(scores)});
        measureChangesOf(*store_, id);
    }

    double flips(int64_t id) const
    {
        const Measurement* found = nullptr;
        const Run run = store_->run(id);
        found = run.measurement("flip_rate");
        return found ? found->value : NAN;
    }

private slots:
    void init()
    {
        scratch_ = std::make_unique<ScratchStore>();
        store_ = scratch_->open();
    }
    void cleanup() { store_.reset(); }

    void inEitherOrder()
    {
        add({requestOf("none"), requestOf("a"), requestOf("b")});
        finish(ids_[1], {1, 1, 0, 0});
        QVERIFY(std::isnan(flips(ids_[1]))); // nothing to compare with yet
        finish(ids_[0], {1, 0, 1, 0});
        QCOMPARE(flips(ids_[1]), 0.5);
        QCOMPARE(flips(ids_[0]), 0.0);
        finish(ids_[2], {1, 0, 1, 1});
        QCOMPARE(flips(ids_[2]), 0.25);
        const Run run = store_->run(ids_[1]);
        QCOMPARE(run.measurement("right_to_wrong_rate")->value, 0.25);
        QCOMPARE(run.measurement("accuracy")->value, 0.5); // what was measured stays
        QCOMPARE(run.measurement("flip_rate")->items.size(), size_t(4));
    }

    void onlyOfTheSameQuestions()
    {
        RunRequest otherTask = requestOf("a");
        otherTask.tasks[0].settings = "{\"window\":64}";
        add({requestOf("none"), otherTask, requestOf("a", 2), requestOf("c")});
        finish(ids_[0], {1, 0});
        finish(ids_[1], {0, 0});
        finish(ids_[2], {0, 0});
        finish(ids_[3], {0});
        for (const size_t i : {1, 2, 3}) QVERIFY(std::isnan(flips(ids_[i])));
    }

    void unfinishedAndUnscoredRunsStayAsTheyAre()
    {
        add({requestOf("none"), requestOf("a")});
        measureChangesOf(*store_, ids_[0]);
        measureChangesOf(*store_, 99); // there is none: logged
        QCOMPARE(store_->run(ids_[0]).state, RunState::Queued);
        store_->addMeasurements(ids_[0], {measurementOf("flip_rate", 1)});
        QVERIFY(store_->run(ids_[0]).measurements.empty());
        store_->finishRun(ids_[0], {}, {perplexityWithItems(3)});
        measureChangesOf(*store_, ids_[0]);
        QCOMPARE(store_->run(ids_[0]).measurements.size(), size_t(1));
    }
};

QTEST_GUILESS_MAIN(ChangesTest)
#include "changes_test.moc"
