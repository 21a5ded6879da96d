// Training plans: what they say, what they refuse, and what the sequences made from them weigh.
#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/json.h"
#include "core/training/training_plan.h"
#include "tests/test_data.h"

using namespace paretoscope;

namespace {

Json smallPlan()
{
    return Json::parse(R"({
        "name": "small", "seed": 3,
        "model": {"hidden": 32, "blocks": 2, "heads": 2, "kv_heads": 1, "feed_forward": 48, "context": 256, "tied": false},
        "optimizer": {"learning_rate": 0.003, "warmup": 2},
        "stages": [
            {"name": "one", "steps": 3, "tokens": 300, "mix": [{"kind": "pairs", "facts": [2, 4], "questions": 4}]},
            {"name": "two", "steps": 2, "tokens": 400, "mix": [
                {"kind": "passage", "share": 1, "facts": 3, "text_weight": 0.25},
                {"kind": "story", "share": 0}]}]})");
}

TrainingPlan planOf(const Json& json)
{
    return trainingPlanFromJson(json, "plan.json");
}

} // namespace

class TrainingPlanTest : public QObject {
    Q_OBJECT

private slots:
    void readsWhatItSays()
    {
        const TrainingPlan plan = planOf(smallPlan());
        QCOMPARE(plan.steps(), 5);
        QCOMPARE(plan.stages[0].shares[0].easy.facts, 2);
        QCOMPARE(plan.stages[0].shares[0].hard.facts, 4);
        QCOMPARE(plan.stages[1].shares[0].textWeight, 0.25);
        QCOMPARE(plan.settings.schedule.steps, 5);
        Json other = smallPlan();
        other["stages"][0]["steps"] = 4;
        QVERIFY(planOf(other).fingerprint != plan.fingerprint);
    }

    void refusesByName_data()
    {
        QTest::addColumn<QString>("pointer");
        QTest::addColumn<QString>("value");
        QTest::addColumn<QString>("message");
        QTest::newRow("kind") << "/stages/0/mix/0/kind" << "\"pears\"" << "pairs";
        QTest::newRow("steps") << "/stages/1/steps" << "0" << "'steps'";
        QTest::newRow("range") << "/stages/0/mix/0/facts" << "[4, 2]" << "'facts'";
        QTest::newRow("mix") << "/stages/0/mix" << "[]" << "'mix'";
        QTest::newRow("shares") << "/stages/0/mix/0/share" << "0" << "'mix'";
        QTest::newRow("rate") << "/optimizer/learning_rate" << "7" << "'learning_rate'";
        QTest::newRow("hidden") << "/model/hidden" << "\"big\"" << "'hidden'";
        QTest::newRow("stages") << "/stages" << "[]" << "'stages'";
    }

    void refusesByName()
    {
        QFETCH(QString, pointer);
        QFETCH(QString, value);
        QFETCH(QString, message);
        Json json = smallPlan();
        json[Json::json_pointer(pointer.toStdString())] = Json::parse(value.toStdString());
        try {
            planOf(json);
            QFAIL("a bad plan was taken");
        } catch (const Error& error) {
            QVERIFY2(QString::fromUtf8(error.what()).contains(message), error.what());
        }
    }

    void answersWeighOneAndTextLess()
    {
        const ScratchFolder scratch;
        JobContext job;
        const TrainingPlan plan = planOf(smallPlan());
        const ModelPtr model = newPlannedModel(plan, scratch.path() / "small", job);
        QCOMPARE(countParameters(*model).total, plan.shape.parameters());
        const Tokenizer& tokenizer = *model->tokenizer;
        const WorldItem item = worldItem(worldKind("passage"), WorldSplit::Train, 1, 5, {3, 0, 2, 0});
        const TrainingSequence sequence = worldSequence(item, tokenizer, 0.25);
        QCOMPARE(sequence.weights.size() + 1, sequence.tokens.size());
        QCOMPARE(tokenizer.decode(sequence.tokens), worldItemText(item));
        std::string answers;
        for (size_t i = 0; i < sequence.weights.size(); ++i) {
            QVERIFY(sequence.weights[i] == 1.0f || sequence.weights[i] == 0.25f);
            if (sequence.weights[i] == 1.0f) answers += tokenizer.decode({sequence.tokens[i + 1]});
        }
        std::string expected;
        for (const WorldQuestion& question : item.questions) expected += question.answer.substr(0, question.answer.size() - 1);
        QCOMPARE(answers, expected);
    }

    void stagesFollowOneAnotherAndRepeatToTheSameTokens()
    {
        const ScratchFolder scratch;
        JobContext job;
        const TrainingPlan plan = planOf(smallPlan());
        const ModelPtr model = newPlannedModel(plan, scratch.path() / "small", job);
        const auto data = plannedData(plan, model->tokenizer), again = plannedData(plan, model->tokenizer);
        for (int64_t step = 0; step < plan.steps(); ++step) {
            const auto batch = data->batch(step), same = again->batch(step);
            QVERIFY(!batch.empty());
            int64_t tokens = 0;
            for (size_t i = 0; i < batch.size(); ++i) {
                QCOMPARE(batch[i].tokens, same[i].tokens);
                tokens += int64_t(batch[i].tokens.size());
                const std::string text = model->tokenizer->decode(batch[i].tokens);
                QVERIFY2(text.starts_with(step < 3 ? "Pairs:" : "Passage:"), text.c_str());
            }
            QVERIFY(tokens >= (step < 3 ? 300 : 400));
        }
        QVERIFY(data->batch(0)[0].tokens != data->batch(1)[0].tokens);
    }
};

QTEST_GUILESS_MAIN(TrainingPlanTest)
#include "training_plan_test.moc"
