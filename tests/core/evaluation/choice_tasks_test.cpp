// Multiple choice: metrics against the method card's numbers, scores against whole texts read plainly.
#include "core/base/error.h"
#include "core/base/json.h"
#include "core/data/world/world.h"
#include "core/evaluation/metric.h"
#include "core/evaluation/task.h"
#include "core/evaluation/tasks/choice_questions.h"
#include "core/inference/session.h"
#include "core/model/open_model.h"
#include "tests/core/evaluation/measured_metrics.h"
#include "tests/test_data.h"

#include <cmath>
#include <set>

using namespace paretoscope;

namespace {

// methods/reasoning_eval_vision.md, mc-loglik: "Paris", "London, England", "Zürich".
Evidence cities(size_t right)
{
    Evidence evidence;
    evidence.choices = ChoiceEvidence{{{"one", {{-6.0, 5}, {-7.5, 15}, {-9.0, 6}}, right}}};
    return evidence;
}

Pipeline pipelineOf(const char* model)
{
    Pipeline pipeline;
    pipeline.model = openModel(model);
    return pipeline;
}

Evidence asked(const char* model, const Json& settings)
{
    const Task& task = taskById("world_choice");
    const Pipeline pipeline = pipelineOf(model);
    JobContext job;
    Evidence evidence;
    const std::string noText;
    task.run({pipeline, cpuBackend(), completeSettings(task.parameters, settings, "test"), noText, "", 1, job}, evidence);
    return evidence;
}

// Sum of log p of what follows the context's tokens, each prefix read by a new session.
double plainly(const Pipeline& pipeline, const std::string& context, const std::string& choice)
{
    const Tokenizer& tokenizer = *pipeline.model->tokenizer;
    const std::vector<int32_t> all = tokenizer.encode(context + " " + choice, true);
    double sum = 0;
    for (size_t t = tokenizer.encode(context, true).size(); t < all.size(); ++t) {
        Session session(pipeline.model, cpuBackend());
        const ConstMatrixView logits = session.forward(std::span(all).first(t));
        double normalizer = 0;
        for (const float logit : logits.rowSpan(0)) normalizer += std::exp(double(logit));
        sum += double(logits.rowSpan(0)[size_t(all[t])]) - std::log(normalizer);
    }
    return sum;
}

} // namespace

class ChoiceTasksTest : public QObject {
    Q_OBJECT

private slots:
    void initTestCase()
    {
        setBuiltinModelFolders({std::filesystem::path(PARETOSCOPE_BINARY_DIR) / "share/paretoscope/models"});
    }

    void cardsNumbers()
    {
        QCOMPARE(test::valueOf(cities(0), "accuracy"), 1.0);
        QCOMPARE(test::valueOf(cities(1), "accuracy"), 0.0);
        QCOMPARE(test::valueOf(cities(0), "accuracy_norm"), 0.0);
        QCOMPARE(test::valueOf(cities(1), "accuracy_norm"), 1.0);
        QVERIFY(std::abs(std::exp(-test::valueOf(cities(0), "choice_nll")) - 0.7856) < 5e-5);
        QVERIFY(std::abs(std::exp(-test::valueOf(cities(2), "choice_nll")) - 0.0391) < 5e-5);
    }

    void ofEqualChoicesTheFirstCounts()
    {
        Evidence evidence;
        evidence.choices = ChoiceEvidence{{{"a", {{-2, 3}, {-2, 3}}, 0}, {"b", {{-2, 3}, {-2, 3}}, 1}}};
        QCOMPARE(test::valueOf(evidence, "accuracy"), 0.5);
    }

    // exp(-4000) is no double; its softmax is one all the same.
    void hopelessChoicesHaveAProbability()
    {
        Evidence evidence;
        evidence.choices = ChoiceEvidence{{{"a", {{-4000, 3}, {-4000 + std::log(3.0), 3}}, 0}}};
        QVERIFY(std::abs(test::valueOf(evidence, "choice_nll") - std::log(4.0)) < 1e-9);
    }

    void scoresAreThoseOfWholeTexts_data()
    {
        QTest::addColumn<QString>("model");
        QTest::newRow("world") << "builtin:base";
        QTest::newRow("English") << "builtin:starter";
    }
    void scoresAreThoseOfWholeTexts()
    {
        QFETCH(QString, model);
        const Pipeline pipeline = pipelineOf(model.toUtf8().constData());
        const WorldKind& kind = worldKind("passage");
        JobContext job;
        const std::string noText;
        for (uint64_t index = 0; index < 3; ++index) {
            const WorldItem item = worldItem(kind, WorldSplit::Test, 9, index, kind.level);
            const std::vector<std::string> choices{"Rome", "the old green lamp", "Rome and Oslo", "red"};
            const Settings none = completeSettings({}, Json::object(), "test");
            const auto scored = tasks::scoreChoices({pipeline, cpuBackend(), none, noText, "", 1, job},
                                                    {"item", item.prompt(), choices, 2});
            QCOMPARE(scored.right, size_t(2));
            for (size_t i = 0; i < choices.size(); ++i) {
                const double expected = plainly(pipeline, item.prompt(), choices[i]);
                QVERIFY2(std::abs(scored.choices[i].logLikelihood - expected) < 1e-3, choices[i].c_str());
                QCOMPARE(scored.choices[i].characters, int64_t(choices[i].size()));
            }
        }
    }

    // A character is one however many bytes it has, and a text beyond the context loses its beginning.
    void lengths()
    {
        const Pipeline pipeline = pipelineOf("builtin:starter");
        JobContext job;
        const std::string noText;
        const Settings none = completeSettings({}, Json::object(), "test");
        std::string context;
        for (int i = 0; i < 1500; ++i) context += " and so on";
        const auto scored = tasks::scoreChoices({pipeline, cpuBackend(), none, noText, "", 1, job},
                                                {"item", context, {"Zürich", "Rome"}, 0});
        QCOMPARE(scored.choices[0].characters, int64_t(6));
        QVERIFY(std::isfinite(scored.choices[0].logLikelihood) && scored.choices[0].logLikelihood < 0);
    }

    // docs/world.md: the built-in model knows its facts by heart; a model of English text guesses.
    void builtInModelChoosesWell()
    {
        const Evidence evidence = asked("builtin:base", {{"items", 25}});
        QCOMPARE(evidence.choices->questions.size(), size_t(100));
        std::set<std::string> items;
        std::set<size_t> places;
        double knowledge = 0;
        for (const auto& question : evidence.choices->questions) {
            items.insert(question.item);
            places.insert(question.right);
            QCOMPARE(question.choices.size(), size_t(4));
        }
        QCOMPARE(items.size(), size_t(100));
        QCOMPARE(places.size(), size_t(4));
        for (const ItemScore& item : test::measurement(evidence, "accuracy").items)
            if (item.item.starts_with("choice-knowledge")) knowledge += item.score;
        QVERIFY(knowledge >= 24);
        QVERIFY(test::valueOf(evidence, "accuracy") > 0.75);
        QVERIFY(test::valueOf(asked("builtin:starter", {{"items", 25}}), "accuracy") < 0.6);
    }
};

QTEST_GUILESS_MAIN(ChoiceTasksTest)
#include "choice_tasks_test.moc"
