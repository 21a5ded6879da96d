// Two runs against each other in words, against closed forms.
#include "tests/test_data.h"
#include "widgets/models/metric_change.h"

#include <QtTest>

#include <span>

using namespace Qt::StringLiterals;

namespace paretoscope {

namespace {

Measurement rightOrWrong(const std::vector<int>& scores)
{
    Measurement m;
    m.metric = "exact_match";
    for (size_t i = 0; i < scores.size(); ++i) {
        m.items.push_back({"question-" + std::to_string(i), double(scores[i]), 1});
        m.value += double(scores[i]) / double(scores.size());
    }
    m.count = int64_t(scores.size());
    return m;
}

Measurement plain(const char* metric, double value)
{
    Measurement m;
    m.metric = metric;
    m.value = value;
    return m;
}

Run runOf(int64_t id, std::vector<Measurement> measurements)
{
    Run run;
    run.id = id;
    run.state = RunState::Done;
    run.measurements = std::move(measurements);
    return run;
}

std::vector<MetricChange> changesOf(const Run& a, const Run& b)
{
    return metricChanges(a, b, compareRuns(std::span(&a, 1), std::span(&b, 1), {}));
}

const std::vector<int> twoRight{1, 1, 0, 0, 0, 0, 0, 0, 0, 0};

} // namespace

class MetricChangeTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    // Eight gained, none lost: p = 2 / 2^8.
    void aClearGainIsSaid()
    {
        const Run a = runOf(1, {plain("file_bytes", 1000), rightOrWrong(twoRight)});
        const Run b = runOf(2, {plain("file_bytes", 450), rightOrWrong(std::vector<int>(10, 1))});
        const auto changes = changesOf(a, b);
        QCOMPARE(changes.size(), size_t(2));
        QCOMPARE(changes[0].verdict, Verdict::Better); // fewer bytes, exactly
        QCOMPARE(changes[1].verdict, Verdict::Better);
        QVERIFY(std::abs(*changes[1].p - 2.0 / 256) < 1e-12);
        QVERIFY(std::abs(changes[1].change - 0.8) < 1e-12);
        const QString sentence = comparisonSentence(changes, "exact_match", "file_bytes").replace(QChar::Nbsp, u' ');
        QVERIFY2(sentence.startsWith(u"B is better: right answers 80 pp higher (95%: "_s), qPrintable(sentence));
        QVERIFY2(sentence.contains(u"p = 0.0078, over 10 shared items. B's file size is 45% of A's."_s),
                 qPrintable(sentence));
        // The other way round it is a loss of the same size.
        const auto back = changesOf(b, a);
        QCOMPARE(back[1].verdict, Verdict::Worse);
        QVERIFY(std::abs(*back[1].low + *changes[1].high) < 1e-12);
    }

    // Two gained, one lost: p = 1.
    void noiseIsNoGain()
    {
        const Run a = runOf(1, {rightOrWrong(twoRight)});
        const Run b = runOf(2, {rightOrWrong({0, 1, 1, 1, 0, 0, 0, 0, 0, 0})});
        const auto changes = changesOf(a, b);
        QCOMPARE(changes[0].verdict, Verdict::WithinNoise);
        QCOMPARE(*changes[0].p, 1.0);
        QVERIFY(comparisonSentence(changes, "exact_match", "").startsWith(u"No difference beyond the noise"_s));
    }

    void whatWasTimedOnceHasNoVerdict()
    {
        const Run a = runOf(1, {plain("compress_seconds", 3), plain("weight_bytes", 7)});
        const Run b = runOf(2, {plain("compress_seconds", 2), plain("weight_bytes", 7), plain("perplexity", 5)});
        const auto changes = changesOf(a, b);
        QCOMPARE(changes.size(), size_t(3));
        QCOMPARE(changes[0].verdict, Verdict::NoiseUnknown);
        QCOMPARE(changes[1].verdict, Verdict::Same);
        QCOMPARE(changes[2].verdict, Verdict::OnlyOne);
        QVERIFY(!changes[2].a && changes[2].b);
    }

    void itemsPairByName()
    {
        Measurement a = rightOrWrong({1, 0, 1}), b = rightOrWrong({0, 1, 1});
        std::swap(b.items[0], b.items[2]);
        b.items.push_back({"other", 1, 1});
        const auto items = comparedItems(a, b);
        QCOMPARE(items.size(), size_t(3));
        QCOMPARE(items[0].item, std::string("question-0"));
        QCOMPARE(items[0].a, 1.0);
        QCOMPARE(items[0].b, 0.0);
    }

    // Six gained, one lost of ten: p = 2 (1 + 7) / 2^7.
    void flipsAreCountedAndTested()
    {
        const auto items =
            comparedItems(rightOrWrong({1, 1, 1, 0, 0, 0, 0, 0, 0, 0}), rightOrWrong({0, 1, 1, 1, 1, 1, 1, 1, 1, 0}));
        const auto flips = itemFlips(items);
        QVERIFY(flips.has_value());
        QCOMPARE(flips->gained, int64_t(6));
        QCOMPARE(flips->lost, int64_t(1));
        QVERIFY(std::abs(flips->p - 0.125) < 1e-12);
        QVERIFY(!itemFlips({{"window", 0.5, 1, 1}}));
        QVERIFY(!itemFlips({}));
    }

    void changesHaveTheirSignAndUnit()
    {
        const MetricInfo share = findMetric("exact_match")->info, bytes = findMetric("file_bytes")->info;
        QCOMPARE(formatChange(share, 0.05).replace(QChar::Nbsp, u' '), u"+5 pp"_s);
        QCOMPARE(formatChange(bytes, -2097152).replace(QChar::Nbsp, u' '), u"−2 MiB"_s);
        QCOMPARE(formatProbability(0.00001), u"< 0.0001"_s);
        QCOMPARE(formatProbability(0.0312), u"0.031"_s);
    }
};

} // namespace paretoscope

QTEST_MAIN(paretoscope::MetricChangeTest)
#include "metric_change_test.moc"
