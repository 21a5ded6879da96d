// Questions of a file, asked of a pipeline that answers what it was told to.
#include "core/base/error.h"
#include "core/base/json.h"
#include "core/evaluation/task.h"
#include "core/model/open_model.h"
#include "tests/core/evaluation/measured_metrics.h"
#include "tests/test_data.h"

#include <mutex>

using namespace paretoscope;

namespace {

// Says the number of the question it is asked last, "q7" -> "7", and remembers the prompts.
class Echo : public DecodeDriver {
public:
    explicit Echo(std::vector<std::string>& prompts) : prompts_(prompts) {}
    std::string name() const override { return "echo"; }
    Generation generate(Session& session, const std::vector<int32_t>& prompt, const GenerationSettings& settings,
                        JobContext&) const override
    {
        const std::string text = session.model().tokenizer->decode(prompt);
        prompts_.push_back(text);
        stops_ = settings.stopWords;
        Generation result;
        result.promptTokens = int64_t(prompt.size());
        const size_t at = text.rfind('q') + 1;
        result.text = " the " + text.substr(at, text.find_first_not_of("0123456789", at) - at);
        result.tokens = {1, 2, 3};
        return result;
    }
    const std::vector<std::string>& stops() const { return stops_; }

private:
    std::vector<std::string>& prompts_;
    mutable std::vector<std::string> stops_;
};

} // namespace

class QuestionsTaskTest : public QObject {
    Q_OBJECT

    std::vector<std::string> prompts_;

    Evidence asked(const std::string& text, const Json& settings)
    {
        const Task& task = taskById("questions");
        Pipeline pipeline;
        pipeline.model = openModel(PARETOSCOPE_SOURCE_DIR "/resources/models/starter");
        pipeline.driver = std::make_shared<Echo>(prompts_);
        prompts_.clear();
        JobContext job;
        Evidence evidence;
        task.run({pipeline, cpuBackend(), completeSettings(task.parameters, settings, "test"), text, "f.jsonl", 1, job}, evidence);
        return evidence;
    }

private slots:
    void answersAreJudged()
    {
        const std::string text = "{\"question\": \"q1\", \"answer\": \"1\"}\n{\"question\": \"q2\", \"answer\": \"3\"}\n"
                                 "{\"question\": \"q3\", \"answer\": [\"30\", \"The 3\"]}\n{\"question\": \"q4\", \"answer\": \"4 cats\"}\n";
        const Evidence evidence = asked(text, Json::object());
        QCOMPARE(test::valueOf(evidence, "exact_match"), 0.5);
        QCOMPARE(test::valueOf(evidence, "f1"), (1 + 0 + 1 + 2.0 / 3) / 4);
        QVERIFY(!evidence.choices);
        QCOMPARE(prompts_.size(), size_t(4));
        QCOMPARE(asked(text, {{"items", 2}}).answers->answers.size(), size_t(2));
    }

    void examplesAreShown()
    {
        const std::string text = "{\"question\": \"q1\", \"answer\": \"1\"}\n{\"question\": \"q2\", \"answer\": \"2\"}\n";
        QCOMPARE(test::valueOf(asked(text, {{"shots", 1}}), "exact_match"), 1.0);
        QCOMPARE(prompts_.size(), size_t(1));
        QVERIFY(prompts_[0].find("Question: q1\nAnswer: 1\n\nQuestion: q2\nAnswer:") != std::string::npos);
        PARETOSCOPE_EXPECT_ERROR(asked(text, {{"shots", 2}}), "f.jsonl: 2 examples leave no question");
        PARETOSCOPE_EXPECT_ERROR(asked("nonsense", Json::object()), "f.jsonl: line 1");
    }

    void choicesAndAnswersInOneFile()
    {
        const Evidence evidence = asked("{\"question\": \"q1\", \"choices\": [\"one\", \"two\"], \"answer\": 0}\n"
                                        "{\"question\": \"q2\", \"answer\": \"2\"}\n", Json::object());
        QCOMPARE(evidence.choices->questions.size(), size_t(1));
        QCOMPARE(evidence.answers->answers.size(), size_t(1));
    }

    void whatWentAsideIsNoted()
    {
        std::string longQuestion = "{\"question\": \"";
        for (int i = 0; i < 6000; ++i) longQuestion += "word ";
        const Evidence evidence = asked(longQuestion + "q9\", \"answer\": \"9\"}\n{\"question\": \"q2\", \"answer\": \"2\"}\n"
                                        "{\"question\": \"q\", \"choices\": [\"a\", \"a\"], \"answer\": 0}\n",
                                        {{"max_tokens", 3}});
        QCOMPARE(test::valueOf(evidence, "exact_match"), 0.5); // too long is wrong
        QCOMPARE(evidence.notes.size(), size_t(3));
        QVERIFY(evidence.notes[0].find("line 3") != std::string::npos);
        QVERIFY(evidence.notes[1].find("1 of 2 questions are longer than the context") != std::string::npos);
        QVERIFY(evidence.notes[2].find("1 of 2 answers were cut off") != std::string::npos);
    }
};

QTEST_GUILESS_MAIN(QuestionsTaskTest)
#include "questions_task_test.moc"
