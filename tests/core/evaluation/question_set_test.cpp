// Question files: published shapes are read and judged by their own rules, bad ones are refused in a
// sentence that names the place.
#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/random.h"
#include "core/evaluation/questions/answer_text.h"
#include "core/evaluation/questions/question_set.h"
#include "tests/test_data.h"

#include <cmath>

using namespace paretoscope;

namespace {

QuestionSet read(const std::string& text)
{
    return readQuestions(text, "test.jsonl");
}

Question only(const std::string& text)
{
    return read(text).questions.at(0);
}

Judgement judged(const Question& question, const std::string& output)
{
    return question.shape->judge(question, output);
}

} // namespace

class QuestionSetTest : public QObject {
    Q_OBJECT

private slots:
    // Values that the SQuAD v1.1 evaluation script gives, by its definition.
    void normalizesAsSquadDoes()
    {
        QCOMPARE(normalizedAnswer("The  Cat, sat on a Mat!"), std::string("cat sat on mat"));
        QCOMPARE(normalizedAnswer("ÉCOLE d'été"), std::string("école dété"));
        QCOMPARE(normalizedAnswer("An A the"), std::string());
        QCOMPARE(normalizedAnswer("theatre"), std::string("theatre"));
        QCOMPARE(wordOverlap("the cat sat", "a cat sat down"), 0.8); // 2 of 2 and 2 of 3
        QCOMPARE(wordOverlap("cat cat", "cat"), 2.0 / 3);            // a word counts as often as it is there
        QCOMPARE(wordOverlap("dog", "cat"), 0.0);
        QCOMPARE(wordOverlap("", "cat"), 0.0);
    }

    void findsNumbers()
    {
        QCOMPARE(lastNumber("so 3 + 4 = $1,024.50."), std::string("$1,024.50."));
        QCOMPARE(lastNumber("he owes \u22125 dollars..."), std::string("-5"));
        QCOMPARE(lastNumber("none"), std::string());
        QCOMPARE(leadingNumber(" 18 eggs"), std::string("18"));
        QCOMPARE(leadingNumber("about 18"), std::string());
        QCOMPARE(normalizedNumber("$1,024."), std::string("1024"));
        QCOMPARE(normalizedNumber(" -007 "), std::string("-7"));
        QCOMPARE(normalizedNumber("0"), std::string("0"));
        QCOMPARE(normalizedNumber("0.5"), std::string("0.5"));
    }

    void gradeSchoolMathematics()
    {
        const Question question = only(R"({"question": "How many?", "answer": "9 * 2 = <<9*2=18>>18\n#### 1,018"})");
        QCOMPARE(question.prompt, std::string("Question: How many?\nAnswer:"));
        QCOMPARE(question.answers, std::vector<std::string>{"1018"});
        QVERIFY(judged(question, " 9 * 2\n#### 1018").right);
        QVERIFY(judged(question, "#### $1,018.").right);
        QVERIFY(!judged(question, "#### 1019\n#### 1018").right); // the first counts
        QVERIFY(!judged(question, "The answer is 1018").right);
        QVERIFY(*judged(question, "The answer is 1018").lenient);
        QVERIFY(!*judged(question, "1018 or rather 5").lenient);
        QVERIFY(!judged(question, "").right && !*judged(question, "").lenient);
    }

    void publishedGradeSchoolMathematics()
    {
        const auto file = test::dataFolder() / "gsm8k.test.jsonl";
        PARETOSCOPE_REQUIRE(file);
        const QuestionSet set = readQuestions(readFile(file), "gsm8k.test.jsonl");
        QCOMPARE(set.questions.size(), size_t(1319));
        QVERIFY(set.notes.empty());
        QCOMPARE(set.questions[0].answers[0], std::string("18"));
        QCOMPARE(set.questions[2].answers[0], std::string("70000"));
        for (const Question& question : set.questions) {
            QCOMPARE(question.shape->id, std::string("gsm8k"));
            QVERIFY(judged(question, question.solution).right);
        }
    }

    void bigBenchHard()
    {
        const QuestionSet set = read("{\n  \"canary\": \"x\",\n  \"examples\": [\n    {\"input\": \"Which?\\n(A) one\\n(B) two\", "
                                     "\"target\": \"(B)\"},\n    {\"input\": \"not ( True ) is\", \"target\": \"False\"}\n  ]\n}\n");
        QCOMPARE(set.questions.size(), size_t(2));
        const Question& letter = set.questions[0];
        QCOMPARE(letter.prompt, std::string("Q: Which?\n(A) one\n(B) two\nA:"));
        QVERIFY(judged(letter, " (B)").right);
        QVERIFY(judged(letter, " One is not it. So the answer is (B).").right);
        QVERIFY(!judged(letter, " I think (A) or (B)").right);
        QVERIFY(*judged(letter, " I think (A) or (B)").lenient);
        QVERIFY(!*judged(letter, " (B) or (A)").lenient);
        QVERIFY(judged(set.questions[1], " False").right);
        QVERIFY(!judged(set.questions[1], " false").right);
        QVERIFY(*judged(set.questions[1], " false").lenient);
        QCOMPARE(read(R"({"examples": [{"input": "a", "target": "b"}]})").questions.size(), size_t(1)); // on one line
        QCOMPARE(only(R"({"input": "a", "target": "b"})").shape->id, std::string("bbh")); // as JSON lines
    }

    void answersInWords()
    {
        const Question question = only(R"({"context": "Ada lives in Rome.", "question": "Where?", )"
                                       R"("answers": {"text": ["Rome", "the city of Rome"], "answer_start": [13, 0]}})");
        QCOMPARE(question.prompt, std::string("Ada lives in Rome.\nQuestion: Where?\nAnswer:"));
        QVERIFY(judged(question, " rome.\nQuestion: next").right);
        QVERIFY(judged(question, " City of Rome").right);
        QVERIFY(!judged(question, " In Rome").right);
        QCOMPARE(*judged(question, " In Rome").overlap, 2.0 / 3);
        QVERIFY(!judged(question, " In Rome").lenient);
        QCOMPARE(only(R"({"question": "6 * 7?", "answer": 42})").answers[0], std::string("42"));
    }

    void choicesInTheirPublishedForms_data()
    {
        QTest::addColumn<QByteArray>("line");
        QTest::addColumn<int>("right");
        QTest::newRow("MMLU") << QByteArray(R"({"question": "q", "choices": ["x", "y", "z"], "answer": 2})") << 2;
        QTest::newRow("letter") << QByteArray(R"({"question": "q", "choices": ["x", "y"], "answer": "B"})") << 1;
        QTest::newRow("text") << QByteArray(R"({"question": "q", "choices": ["x", "y"], "answer": "y"})") << 1;
        QTest::newRow("ARC") << QByteArray(
            R"({"question": "q", "choices": {"text": ["x", "y"], "label": ["1", "2"]}, "answerKey": "2"})") << 1;
        QTest::newRow("HellaSwag") << QByteArray(R"({"ctx": "She", "endings": ["runs", "sits"], "label": "1"})") << 1;
        QTest::newRow("numbers as choices") << QByteArray(R"({"question": "q", "choices": [1, 0], "answer": "0"})") << 1;
        QTest::newRow("index of numbers") << QByteArray(R"({"question": "q", "choices": [1, 0], "answer": 0})") << 0;
    }
    void choicesInTheirPublishedForms()
    {
        QFETCH(QByteArray, line);
        QFETCH(int, right);
        const Question question = only(line.toStdString());
        QCOMPARE(question.right, size_t(right));
        QVERIFY(question.choices.size() >= 2);
        QVERIFY(!question.prompt.ends_with(' '));
    }

    void equalChoicesAreLeftOut()
    {
        const QuestionSet set = read(R"({"question": "q", "choices": ["x", "x "], "answer": 0}
{"question": "q", "choices": ["x", "y"], "answer": 0})");
        QCOMPARE(set.questions.size(), size_t(1));
        QCOMPARE(set.notes.size(), size_t(1));
        QVERIFY(set.notes[0].starts_with("test.jsonl: line 1: "));
    }

    void examplesComeFirstAndAreNotAsked()
    {
        std::string text;
        for (int i = 0; i < 5; ++i)
            text += fmt::format("{{\"question\": \"q{}\", \"answer\": \"a{}\"}}\n", i, i);
        const QuestionSet set = read(text);
        const std::vector<Question> asked = questionsToAsk(set, 2, 2, "test.jsonl");
        QCOMPARE(asked.size(), size_t(2));
        QCOMPARE(asked[0].prompt, std::string("Question: q0\nAnswer: a0\n\nQuestion: q1\nAnswer: a1\n\nQuestion: q2\nAnswer:"));
        QCOMPARE(questionsToAsk(set, 0, 0, "t").size(), size_t(5));
        PARETOSCOPE_EXPECT_ERROR(questionsToAsk(set, 5, 0, "test.jsonl"), "test.jsonl: 5 examples leave no question");
        // Equal names are equal questions: other examples make another one.
        QVERIFY(questionId(asked[0]) != questionId(set.questions[2]));
        QCOMPARE(questionId(asked[0]), questionId(questionsToAsk(read(text), 2, 1, "other.jsonl")[0]));
        QVERIFY(questionId(asked[0]).starts_with("question-00003-"));
    }

    void whatIsWrongIsSaidInASentence_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QString>("part");
        const QByteArray good = R"({"question": "q", "answer": "a"})";
        QTest::newRow("empty") << QByteArray("\n \n") << "test.jsonl: there is no question in it";
        QTest::newRow("no JSON") << good + "\n\n{\"question\": " << "test.jsonl: line 3";
        QTest::newRow("first line") << "{\"question\"\n" + good << "test.jsonl: line 1";
        QTest::newRow("no object") << good + "\n[1]" << "test.jsonl: line 2: a question must be a JSON object";
        QTest::newRow("nothing known") << QByteArray(R"({"prompt": "q"})") << "test.jsonl: line 1: no question is recognized";
        QTest::newRow("no answer") << QByteArray(R"({"question": "q", "choices": ["a", "b"]})") << "line 1: 'answer' is missing";
        QTest::newRow("far answer") << QByteArray(R"({"question": "q", "choices": ["a", "b"], "answer": 2})") << "none of the 2 choices";
        QTest::newRow("negative") << QByteArray(R"({"question": "q", "choices": ["a", "b"], "answer": -1})") << "none of the 2 choices";
        QTest::newRow("one choice") << QByteArray(R"({"question": "q", "choices": ["a"], "answer": 0})") << "'choices' must be a list of 2";
        QTest::newRow("empty choice") << QByteArray(R"({"question": "q", "choices": ["a", " "], "answer": 0})") << "'choices' is empty";
        QTest::newRow("list answer") << QByteArray(R"({"question": "q", "answers": []})") << "'answer' is an empty list";
        QTest::newRow("object answer") << QByteArray(R"({"question": "q", "answer": {"a": 1}})") << "'text' is missing";
        QTest::newRow("question") << QByteArray(R"({"question": ["q"], "answer": "a"})") << "'question' must be a text";
        QTest::newRow("gsm8k") << QByteArray(R"({"question": "q", "answer": "a ####"})") << "no number after";
        QTest::newRow("examples") << QByteArray(R"({"examples": 3})") << "'examples' must be a list";
        QTest::newRow("example") << QByteArray("{\"examples\":\n[{\"input\": \"a\"}]}") << "test.jsonl: example 1";
        QTest::newRow("bytes") << QByteArray("{\"question\": \"\xff\", \"answer\": \"a\"}") << "test.jsonl: line 1";
    }
    void whatIsWrongIsSaidInASentence()
    {
        QFETCH(QByteArray, text);
        QFETCH(QString, part);
        try {
            read(text.toStdString());
            QFAIL("no error was thrown");
        } catch (const Error& error) {
            const QString sentence = QString::fromUtf8(error.what());
            QVERIFY2(sentence.contains(part), error.what());
            QVERIFY2(sentence.startsWith(QStringLiteral("test.jsonl")), error.what());
            QVERIFY(!sentence.contains(u'\n'));
        }
    }

    // Whatever bytes a file has, it is read or refused with an Error.
    void damagedFilesAreReadOrRefused()
    {
        const std::string good = "{\"question\": \"q\", \"choices\": [\"a\", \"b\"], \"answer\": 1}\n"
                                 "{\"examples\": [{\"input\": \"a\", \"target\": \"(A)\"}]}\n"
                                 "{\"question\": \"q\", \"answer\": \"3\\n#### 4\"}\n";
        Random random(3, "damage");
        for (int i = 0; i < 3000; ++i) {
            std::string text = good;
            for (int k = 0; k < 3; ++k) text[size_t(random.below(text.size()))] = char(random.below(256));
            text.resize(size_t(random.below(text.size() + 1)));
            try {
                for (const Question& question : read(text).questions)
                    if (question.choices.empty()) judged(question, text);
            } catch (const Error& error) {
                QVERIFY2(error.code() == ErrorCode::BadFile, error.what());
            }
        }
    }
};

QTEST_GUILESS_MAIN(QuestionSetTest)
#include "question_set_test.moc"
