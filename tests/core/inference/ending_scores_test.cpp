// Endings of one text against whole texts read one by one.
#include "core/base/error.h"
#include "core/inference/ending_scores.h"
#include "core/model/open_model.h"
#include "tests/test_data.h"

#include <cmath>

using namespace paretoscope;

namespace {

// log-softmax in double of the logits of the whole text, read in one pass by a session of its own.
std::vector<double> plainly(const ModelPtr& model, const TextEnding& ending)
{
    Session session(model, cpuBackend());
    const ConstMatrixView logits = session.forward(ending.tokens, LogitRows::All);
    std::vector<double> scores;
    for (size_t t = ending.tokens.size() - ending.scored; t < ending.tokens.size(); ++t) {
        const std::span<const float> row = logits.rowSpan(int64_t(t) - 1);
        double sum = 0;
        for (const float logit : row) sum += std::exp(double(logit));
        scores.push_back(double(row[size_t(ending.tokens[t])]) - std::log(sum));
    }
    return scores;
}

// Keeps every slot, and counts the steps it sees.
struct Witness : AttentionPolicy {
    std::string name() const override { return "witness"; }
    std::unique_ptr<AttentionPolicy> clone() const override { return std::make_unique<Witness>(); }
    void commit(KvCache&, const StepInfo& step) override { prefills += step.firstPosition == 0; }
    static inline int prefills = 0;
};

} // namespace

class EndingScoresTest : public QObject {
    Q_OBJECT

    const ModelPtr model_ = openModel(PARETOSCOPE_SOURCE_DIR "/resources/models/starter");

    void compare(const std::vector<TextEnding>& endings, const SessionOptions& options = {})
    {
        const auto scores = scoreEndings(model_, cpuBackend(), options, endings);
        QCOMPARE(scores.size(), endings.size());
        for (size_t i = 0; i < endings.size(); ++i) {
            const std::vector<double> expected = plainly(model_, endings[i]);
            QCOMPARE(scores[i].size(), expected.size());
            for (size_t t = 0; t < expected.size(); ++t)
                QVERIFY2(std::abs(double(scores[i][t]) - expected[t]) < 2e-4, qPrintable(QString::number(expected[t])));
        }
    }

private slots:
    void endingsOfOneText()
    {
        compare({{{1, 20, 300, 41, 5, 77}, 1},           // one token
                 {{1, 20, 300, 41, 5, 78, 9, 400}, 3},   // several
                 {{1, 20, 300, 41, 5, 78, 9}, 2},        // the beginning of another
                 {{1, 20, 300, 41, 5, 77}, 1}});         // the same again
    }

    // The tokens before the ending may differ: a tokenizer joins across the border.
    void bordersThatDiffer()
    {
        compare({{{1, 20, 300, 41, 7, 8}, 1}, {{1, 20, 300, 42, 9}, 1}, {{1, 20, 300, 41, 7, 3}, 2}});
        compare({{{5, 20, 300}, 1}, {{6, 20, 300}, 2}}); // nothing shared
    }

    void longTexts()
    {
        std::vector<int32_t> text;
        for (int i = 0; i < 700; ++i) text.push_back(1 + (i * 37) % 2000);
        std::vector<TextEnding> endings(2, {text, 2});
        endings[0].tokens.insert(endings[0].tokens.end(), {12, 13});
        endings[1].tokens.insert(endings[1].tokens.end(), {14, 15});
        compare(endings);
    }

    void aPolicySeesEveryTextFromItsStart()
    {
        Witness::prefills = 0;
        compare({{{1, 20, 300, 41, 5, 77}, 1}, {{1, 20, 300, 41, 5, 78}, 1}}, {std::make_shared<Witness>(), nullptr, 512});
        QCOMPARE(Witness::prefills, 2);
    }

    void nonsenseIsRefused()
    {
        const auto score = [&](TextEnding ending) { scoreEndings(model_, cpuBackend(), {}, {&ending, 1}); };
        PARETOSCOPE_EXPECT_ERROR(score({{1, 2}, 2}), "before it");
        PARETOSCOPE_EXPECT_ERROR(score({{1, 2}, 0}), "needs a token");
        PARETOSCOPE_EXPECT_ERROR(score({{1, 99999}, 1}), "outside the vocabulary");
        QVERIFY(scoreEndings(model_, cpuBackend(), {}, {}).empty());
    }
};

QTEST_GUILESS_MAIN(EndingScoresTest)
#include "ending_scores_test.moc"
