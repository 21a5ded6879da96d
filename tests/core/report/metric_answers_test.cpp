// "Is A better than B?" in one sentence that names the test.
#include "core/report/comparison.h"
#include "tests/test_data.h"

#include <cmath>

using namespace paretoscope;

namespace {

// `onlyOne` questions that this run alone answers, out of 100; the other's come after.
Run answering(int64_t id, int from, int to, int64_t bytes = 1000)
{
    Run run;
    run.id = id;
    run.state = RunState::Done;
    run.request.recipe = "r" + std::to_string(id);
    Measurement right;
    right.metric = "exact_match";
    for (int i = 0; i < 100; ++i)
        right.items.push_back({"q-" + std::to_string(i), i >= from && i < to ? 1.0 : 0.0, 1});
    right.value = (to - from) / 100.0;
    right.standardError = 0.04;
    Measurement size;
    size.metric = "file_bytes";
    size.value = double(bytes);
    run.measurements = {right, size};
    return run;
}

ComparedMetric compared(const Run& a, const Run& b, const char* metric = "exact_match")
{
    return compareMetric(a, b, *a.measurement(metric), *b.measurement(metric), 0);
}

void verifyHas(const std::string& text, const std::string& part)
{
    QVERIFY2(text.find(part) != std::string::npos, (part + " is not in: " + text).c_str());
}

} // namespace

class MetricAnswersTest : public QObject {
    Q_OBJECT

private slots:
    void aDifferenceBeyondTheNoise()
    {
        // 15 only B, 5 only A: exact McNemar p .04139.
        const ComparedMetric d = compared(answering(1, 15, 90), answering(2, 0, 85));
        const Answer answer = isBetter(d, "run 1", "run 2");
        QVERIFY(answer.kind == Answer::Kind::Worse);
        verifyHas(answer.sentence, "No: run 1 is worse than run 2 in Right answers by −10.0 points");
        verifyHas(answer.sentence, "[−18.4, −1.2]");
        verifyHas(answer.sentence, "exact McNemar test on 100 shared questions");
        verifyHas(answer.sentence, "p = 0.041");
        QVERIFY(isBetter(compared(answering(2, 0, 85), answering(1, 15, 90)), "a", "b").kind ==
                Answer::Kind::Better);
    }

    // A divergence from the uncompressed model is 0 for that model: no percentage is told of it.
    void nothingIsAPercentageOfZero()
    {
        const auto diverging = [](int64_t id, double mean) {
            Run run = answering(id, 0, 0);
            Measurement divergence;
            divergence.metric = "kl_divergence";
            divergence.value = mean;
            for (int i = 0; i < 8; ++i) divergence.items.push_back({"window-" + std::to_string(i), mean * (1 + 0.1 * i), 256});
            run.measurements.push_back(divergence);
            return run;
        };
        const ComparedMetric d = compared(diverging(1, 0.165), diverging(2, 8e-9), "kl_divergence");
        QVERIFY(!hasPercentage(d));
        QVERIFY(!isWithinMargin(d, 2, "a", "b"));
        QVERIFY(!itemsNeeded(d, 2));
        QVERIFY(isBetter(d, "a", "b").kind == Answer::Kind::Worse);
        QVERIFY(hasPercentage(compared(diverging(1, 0.165), diverging(2, 0.01), "kl_divergence")));
        QVERIFY(hasPercentage(compared(answering(1, 0, 5), answering(2, 0, 0)))); // shares: points
    }

    void correctedForManyTestsItIsNotShown()
    {
        std::vector<ComparedMetric> tests(3, compared(answering(1, 15, 90), answering(2, 0, 85)));
        tests[1].pValue = 0.9;
        tests[2].pValue = std::nullopt;
        const int64_t family =
            adjustTogether(std::vector<ComparedMetric*>{&tests[0], &tests[1], &tests[2]});
        QCOMPARE(family, int64_t(2));
        QCOMPARE(*tests[0].adjustedP, 2 * *tests[0].pValue);
        QVERIFY(!tests[2].adjustedP);
        const Answer answer = isBetter(tests[0], "A", "B", family);
        QVERIFY(answer.kind == Answer::Kind::NotShown);
        verifyHas(answer.sentence, "Not shown: ");
        verifyHas(answer.sentence, "after Holm's correction for 2 tests");
        verifyHas(answer.sentence, "alone it would be shown (p = 0.041), but among 2 tests it may be chance");
    }

    void bytesNeedNoTest()
    {
        const Answer answer =
            isBetter(compared(answering(1, 0, 1, 1024), answering(2, 0, 1, 2048), "file_bytes"), "A", "B");
        QVERIFY(answer.kind == Answer::Kind::Exact);
        verifyHas(answer.sentence, "A is better than B in File size");
    }

    void nonInferiorityLooksAtTheWorstEnd()
    {
        const ComparedMetric d = compared(answering(1, 15, 90), answering(2, 0, 85));
        // Agresti-Min at 90 %: cells 5.5 and 15.5 of 102
        const double worst = 100 * (10 / 102.0 + 1.644854 * std::sqrt(21 - 100 / 102.0) / 102);
        const MarginAnswer strict = *isWithinMargin(d, worst - 0.01, "A", "B");
        QVERIFY(std::abs(strict.worst - worst) < 0.001);
        QVERIFY(!strict.nonInferior);
        verifyHas(strict.sentence, "Not shown that A is no more than");
        const MarginAnswer mild = *isWithinMargin(d, worst + 0.01, "A", "B");
        QVERIFY(mild.nonInferior);
        QVERIFY(mild.equivalent); // the gain ends below zero
        verifyHas(mild.sentence, "Yes: A is no more than");
        verifyHas(mild.sentence, "at worst it is 17.02 points worse");
        // B against A is a gain: no margin is too small, and it is not equivalent.
        const MarginAnswer gain =
            *isWithinMargin(compared(answering(2, 0, 85), answering(1, 15, 90)), 0.1, "B", "A");
        QVERIFY(gain.nonInferior && !gain.equivalent);
        verifyHas(gain.sentence, "points better");
        QVERIFY(!isWithinMargin(compared(answering(1, 0, 1), answering(2, 0, 1), "file_bytes"), 1, "A", "B"));
    }

    void howManyQuestionsWouldTell()
    {
        const ItemsNeeded needed =
            *itemsNeeded(compared(answering(1, 15, 90), answering(2, 0, 85)), 2);
        // 20 % disagreement, effect 10 points: (1.959964 + .841621)² (.2 - .01) / .01
        QCOMPARE(needed.toDetect, int64_t(std::ceil(7.848879 * 0.19 / 0.01)));
        verifyHas(needed.sentence, fmt::format("about {} questions are needed (100 were shared)", needed.forInterval));
    }

    void otherTextsDoNotPair()
    {
        Run a = answering(1, 0, 50);
        Run b = answering(2, 0, 70);
        a.provenance.dataFingerprint = "x";
        b.provenance.dataFingerprint = "y";
        a.request.tasks = {{"world_retrieval", R"({"items":60})", ""}};
        b.request.tasks = {{"world_retrieval", R"({"items":30})", ""}};
        QVERIFY(whyNotSameItems(a, b, "exact_match").empty()); // only how many
        for (Run* run : {&a, &b})
            for (Measurement& m : run->measurements)
                if (m.metric == "exact_match") m.metric = "perplexity";
        a.request.tasks = {{"perplexity", "{}", "/a.txt"}};
        b.request.tasks = {{"perplexity", "{}", "/b.txt"}};
        const ComparedMetric d = compared(a, b, "perplexity");
        QVERIFY(!d.paired);
        QCOMPARE(d.items, int64_t(0));
        QVERIFY(d.test == ComparedMetric::Test::Normal);
        verifyHas(isBetter(d, "A", "B").sentence, "not paired because the texts differ");
        b.request.tasks = {{"perplexity", R"({"window":64})", "/a.txt"}};
        verifyHas(whyNotSameItems(a, b, "perplexity"), "settings of 'perplexity' differ");
    }

    void fewerSharedItemsThanAll()
    {
        Run a = answering(1, 0, 50);
        Run b = answering(2, 0, 70);
        b.measurements[0].items.resize(60); // 60 of 60 right
        const ComparedMetric d = compared(a, b);
        QCOMPARE(d.items, int64_t(60));
        QCOMPARE(d.valueB, 1.0);
        QVERIFY(std::abs(d.valueA - 50.0 / 60) < 1e-12);
        QVERIFY(std::abs(d.difference + 10.0 / 60) < 1e-12);
    }
};

QTEST_GUILESS_MAIN(MetricAnswersTest)
#include "metric_answers_test.moc"
