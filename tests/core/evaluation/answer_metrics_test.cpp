// Metrics of answers and choices: flips, calibration and F1 against the method cards' numbers.
#include "core/evaluation/metric.h"
#include "tests/core/evaluation/measured_metrics.h"
#include "tests/test_data.h"

#include <array>
#include <cmath>
#include <random>

using namespace paretoscope;

namespace {

Measurement right(const char* metric, const std::vector<int>& scores, const char* prefix = "q")
{
    Measurement result;
    result.metric = metric;
    for (size_t i = 0; i < scores.size(); ++i) result.items.push_back({prefix + std::to_string(i), double(scores[i]), 1});
    return result;
}

const Measurement* change(const std::vector<Measurement>& changes, const std::string& metric)
{
    for (const Measurement& measurement : changes)
        if (measurement.metric == metric) return &measurement;
    return nullptr;
}

double share(const std::vector<Measurement>& run, const std::vector<Measurement>& baseline, const char* metric)
{
    const auto changes = measureChanges(run, baseline);
    const Measurement* found = change(changes, metric);
    return found ? found->value : NAN;
}

// A question whose choices have these probabilities.
ChoiceEvidence::Question question(std::vector<double> probabilities, size_t gold)
{
    ChoiceEvidence::Question result{"q", {}, gold};
    for (const double probability : probabilities) result.choices.push_back({std::log(probability) - 7, 1});
    return result;
}

Evidence choices(std::vector<ChoiceEvidence::Question> questions)
{
    Evidence evidence;
    evidence.choices = ChoiceEvidence{std::move(questions)};
    return evidence;
}

} // namespace

class AnswerMetricsTest : public QObject {
    Q_OBJECT

    // methods/reasoning_eval_vision.md, flips: accuracies are equal, four of ten answers are not.
    const std::vector<int> before_{1, 1, 1, 0, 0, 1, 0, 1, 1, 0}, after_{1, 0, 1, 1, 0, 1, 0, 1, 0, 1};

private slots:
    void flips()
    {
        const std::vector<Measurement> base{right("accuracy", before_)}, run{right("accuracy", after_)};
        QCOMPARE(share(run, base, "flip_rate"), 0.4);
        QCOMPARE(share(run, base, "right_to_wrong_rate"), 0.2);
        QCOMPARE(share(run, base, "wrong_to_right_rate"), 0.2);
        QCOMPARE(share(base, base, "flip_rate"), 0.0);
        const std::vector<Measurement> changes = measureChanges(run, base);
        const Measurement* flipped = change(changes, "flip_rate");
        QCOMPARE(flipped->items.size(), size_t(10));
        QCOMPARE(flipped->items[1].score, 1.0);
        QCOMPARE(flipped->items[0].score, 0.0);
        QVERIFY(std::abs(*flipped->low - 0.16818) < 1e-4); // Wilson 1927 for 4 of 10
        QVERIFY(std::abs(*flipped->high - 0.68733) < 1e-4);
    }

    void flipsOfChoicesAndAnswersTogether()
    {
        const std::vector<Measurement> base{right("accuracy", {1, 1}), right("exact_match", {0, 0}, "a")};
        const std::vector<Measurement> run{right("accuracy", {0, 1}), right("exact_match", {1, 1}, "a")};
        QCOMPARE(share(run, base, "flip_rate"), 0.75);
        QCOMPARE(share(run, base, "wrong_to_right_rate"), 0.5);
    }

    void otherQuestionsDoNotFlip()
    {
        const std::vector<Measurement> base{right("accuracy", {1, 1})};
        QVERIFY(std::isnan(share({right("accuracy", {0, 1}, "other")}, base, "flip_rate")));
        QVERIFY(std::isnan(share({right("accuracy", {0})}, base, "flip_rate")));
        QVERIFY(std::isnan(share({right("perplexity", {0, 1})}, base, "flip_rate")));
        QVERIFY(measureChanges({}, {}).empty());
    }

    // The card's: softmax .7856/.1753/.0391.
    void brier()
    {
        const auto cities = [](size_t gold) {
            return choices({{"one", {{-6.0, 5}, {-7.5, 15}, {-9.0, 6}}, gold}});
        };
        QVERIFY(std::abs(test::valueOf(cities(0), "brier_score") - 0.0782) < 5e-5);
        QVERIFY(std::abs(test::valueOf(cities(1), "brier_score") - 1.2988) < 5e-5);
    }

    // By hand: confidences .9, .8, .7, .6 with one question a bin: (.1 + .8 + .3 + .4) / 4.
    void calibrationError()
    {
        const Evidence evidence = choices({question({.9, .1}, 0), question({.2, .8}, 0), question({.7, .2, .1}, 0),
                                           question({.4, .6}, 1)});
        QVERIFY(std::abs(test::valueOf(evidence, "calibration_error") - 0.4) < 1e-9);
        QVERIFY(std::abs(test::valueOf(choices({question({.75, .25}, 1)}), "calibration_error") - 0.75) < 1e-9);
    }

    // A model that is right as often as it says has no error but chance's, one that boasts has.
    void calibrationOfManyQuestions()
    {
        std::mt19937 random(5);
        std::uniform_real_distribution<double> uniform;
        std::vector<ChoiceEvidence::Question> honest, boasting;
        for (int i = 0; i < 3000; ++i) {
            const double confidence = 0.5 + 0.5 * uniform(random);
            const size_t gold = uniform(random) < confidence ? 0 : 1;
            honest.push_back(question({confidence, 1 - confidence}, gold));
            const double loud = 1 - (1 - confidence) / 4;
            boasting.push_back(question({loud, 1 - loud}, gold));
        }
        const Measurement calm = test::measurement(choices(honest), "calibration_error");
        QVERIFY2(calm.value < 0.035, qPrintable(QString::number(calm.value)));
        // Mean boast: 3/4 of the mean doubt, which is 1/4.
        const Measurement loud = test::measurement(choices(boasting), "calibration_error");
        QVERIFY2(std::abs(loud.value - 0.1875) < 0.02, qPrintable(QString::number(loud.value)));
        QVERIFY(*loud.low < loud.value && loud.value < *loud.high && *loud.high - *loud.low < 0.06);
        QCOMPARE(loud.count, int64_t(3000));
    }

    void answersInSeveralWordings()
    {
        Evidence evidence;
        evidence.answers.emplace();
        const auto add = [&](const std::string& item, double score, const std::string& output, int64_t tokens) {
            evidence.answers->answers.push_back({item, score, 9, tokens, output, {}, {}});
        };
        add("reworded-passage-test-1-1", 1, " Rome", 1); // consistent and right; the plain wording need not be first
        add("reworded-passage-test-1-0", 1, "Rome ", 1);
        add("reworded-passage-test-2-0", 0, "Oslo", 2); // consistent and wrong
        add("reworded-passage-test-2-1", 0, "Oslo", 2);
        add("reworded-table-test-1-0", 1, "ivory", 3); // lost
        add("reworded-table-test-1-1", 0, "indigo", 3);
        add("reworded-table-test-2-0", 0, "red", 5); // gained: no loss
        add("reworded-table-test-2-1", 1, "silver", 7);
        add("passage-test-1", 1, "Rome", 6); // another task's
        QCOMPARE(test::valueOf(evidence, "wording_consistency"), 0.5);
        QCOMPARE(test::valueOf(evidence, "wording_loss"), 0.25);
        QVERIFY(std::abs(test::valueOf(evidence, "answer_tokens") - 30.0 / 9) < 1e-12);
    }

    // All right is not without error: Wilson's deviation sqrt(1 / 4n²) z / (1 + z²/n), which meets that of one wrong.
    void sharesOfAllAndNoneHaveAnError()
    {
        Evidence evidence;
        evidence.answers.emplace();
        for (int i = 0; i < 50; ++i) evidence.answers->answers.push_back({"q-" + std::to_string(i), 1, 1, 1, "", {}, {}});
        const double z = 1.959963984540054;
        QVERIFY(std::abs(*test::measurement(evidence, "exact_match").standardError - z / 100 / (1 + z * z / 50)) < 1e-9);
        evidence.answers->answers[0].score = 0;
        QVERIFY(std::abs(*test::measurement(evidence, "exact_match").standardError - std::sqrt(0.02 * 0.98 / 50)) < 1e-12);
    }

    void overlapAndLenientAnswers()
    {
        Evidence evidence;
        evidence.answers = AnswerEvidence{{{"question-1", 0, 5, 2, "x", 1.0, std::nullopt}, {"question-2", 1, 5, 2, "y", {}, 0.5},
                                           {"passage-test-00001", 1, 5, 2, "z", {}, {}}}};
        QCOMPARE(test::valueOf(evidence, "lenient_exact_match"), 1.0);
        QCOMPARE(test::measurement(evidence, "lenient_exact_match").count, int64_t(1));
        QCOMPARE(test::valueOf(evidence, "f1"), 0.5);
        QCOMPARE(test::valueOf(evidence, "exact_match"), 2.0 / 3);
    }
};

QTEST_GUILESS_MAIN(AnswerMetricsTest)
#include "answer_metrics_test.moc"
