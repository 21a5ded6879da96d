// The tasks of the synthetic world, asked of a pipeline that reads passages perfectly and nothing else.
#include "core/base/error.h"
#include "core/base/json.h"
#include "core/evaluation/metric.h"
#include "core/evaluation/task.h"
#include "core/model/open_model.h"
#include "tests/core/data/world_solver.h"
#include "tests/test_data.h"

#include <cmath>
#include <set>

using namespace paretoscope;

namespace {

class PassageReader : public DecodeDriver {
public:
    std::string name() const override { return "passage reader"; }
    Generation generate(Session& session, const std::vector<int32_t>& prompt, const GenerationSettings&,
                        JobContext&) const override
    {
        const QString text = QString::fromStdString(session.model().tokenizer->decode(prompt));
        Generation result;
        result.promptTokens = int64_t(prompt.size());
        result.tokens = {1, 2};
        if (text.startsWith(QLatin1String("Passage:")))
            result.text = " " + test::fromPassage(text.section(u'\n', 0, 0), text.section(u'\n', 1)).toStdString();
        return result;
    }
};

std::vector<Measurement> measured(const char* id, const Json& settings, const char* model = "builtin:starter")
{
    const Task& task = taskById(id);
    Pipeline pipeline;
    pipeline.model = openModel(model);
    if (model == std::string("builtin:starter")) pipeline.driver = std::make_shared<PassageReader>();
    JobContext job;
    Evidence evidence;
    const std::string noText;
    task.run({pipeline, cpuBackend(), completeSettings(task.parameters, settings, "test"), noText, "", 1, job}, evidence);
    return measureAll(evidence);
}

const Measurement* find(const std::vector<Measurement>& all, const std::string& metric)
{
    for (const Measurement& measurement : all)
        if (measurement.metric == metric) return &measurement;
    return nullptr;
}

} // namespace

class WorldTasksTest : public QObject {
    Q_OBJECT

private slots:
    void initTestCase()
    {
        setBuiltinModelFolders({std::filesystem::path(PARETOSCOPE_BINARY_DIR) / "share/paretoscope/models"});
    }

    // Passages and joined facts can be read, tables and programs are not: half of the questions.
    void rightAnswersAreCounted()
    {
        const auto all = measured("world_retrieval", {{"items", 20}});
        for (const char* metric : {"exact_match", "retrieval_exact_match"}) {
            const Measurement* share = find(all, metric);
            QVERIFY2(share, metric);
            QCOMPARE(share->value, 0.5);
            QCOMPARE(share->count, 80);
            // Wilson 1927 for 40 of 80 at 95 %: 0.5 ± 0.10694 (z = 1.95996).
            QVERIFY(std::abs(*share->low - 0.39306) < 1e-4);
            QVERIFY(std::abs(*share->high - 0.60694) < 1e-4);
            std::set<std::string> items;
            for (const ItemScore& item : share->items) items.insert(item.item);
            QCOMPARE(items.size(), size_t(80));
            QVERIFY(items.contains("passage-test-00000"));
        }
        QVERIFY(!find(all, "knowledge_exact_match")); // nothing was asked
    }

    void nothingIsAskedTwice()
    {
        const auto all = measured("world_knowledge", {{"items", 400}});
        const Measurement* share = find(all, "knowledge_exact_match");
        QVERIFY(share);
        QVERIFY(share->count <= 192); // there are no more facts
        QVERIFY(share->count > 180);
        QCOMPARE(share->value, 0.0);
    }

    // What docs/world.md says of the model that the program brings along, with room for few questions.
    void builtInModelKnowsItsWorld()
    {
        const auto share = [](const char* task, const Json& settings) { return find(measured(task, settings, "builtin:base"), "exact_match")->value; };
        QVERIFY(share("world_knowledge", {{"items", 40}}) >= 0.95);
        QVERIFY(share("world_reasoning", {{"items", 12}}) >= 0.9);
        QVERIFY(share("world_direct", {{"items", 12}}) <= 0.3);
        QVERIFY(share("world_needle", {{"items", 4}}) >= 0.75);
        QVERIFY(share("world_trust", {{"items", 20}}) >= 0.7);
    }

    // A reader that finds what the text says answers alike in any wording; it cannot read tables and says the same of all.
    void otherWordingsKeepTheAnswer()
    {
        const auto all = measured("world_rewording", {{"items", 20}});
        QCOMPARE(find(all, "wording_consistency")->count, int64_t(60));
        QCOMPARE(find(all, "wording_consistency")->value, 1.0);
        QCOMPARE(find(all, "wording_loss")->value, 0.0);
        QVERIFY(*find(all, "wording_loss")->standardError > 0.01); // of 60 questions, none lost: not without error
        QVERIFY(std::abs(find(all, "exact_match")->value - 2.0 / 3) < 1e-12);
        QCOMPARE(find(all, "exact_match")->count, int64_t(240));
    }

    void needlesLieInAsMuchTextAsAsked()
    {
        for (const char* task : {"world_needle", "world_reasoning", "world_direct", "world_trust", "world_rules"})
            QVERIFY2(find(measured(task, {{"items", 2}}), "exact_match"), task);
        PARETOSCOPE_EXPECT_ERROR(measured("world_needle", {{"fillers", -1}}), "fillers");
    }
};

QTEST_GUILESS_MAIN(WorldTasksTest)
#include "world_tasks_test.moc"
