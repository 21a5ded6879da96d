// The compact store of a model's predictions, against full distributions.
#include "core/base/error.h"
#include "core/base/random.h"
#include "core/evaluation/reference_logits.h"

#include <QTest>

#include <cmath>

using namespace paretoscope;

namespace {

using Logits = std::vector<float>;

double logSumExp(const Logits& logits)
{
    double sum = 0;
    for (const float logit : logits) sum += std::exp(double(logit));
    return std::log(sum);
}

PositionLogits position(const Logits& logits, int32_t target = 0)
{
    return {logits, logSumExp(logits), target};
}

// Σ p ln(p/q), term by term.
double klDivergence(const Logits& p, const Logits& q)
{
    const double normP = logSumExp(p), normQ = logSumExp(q);
    double sum = 0;
    for (size_t v = 0; v < p.size(); ++v) {
        const double logP = double(p[v]) - normP;
        sum += std::exp(logP) * (logP - (double(q[v]) - normQ));
    }
    return sum;
}

ReferenceLogits stored(const ScratchFolder& scratch, const std::vector<Logits>& all, const ReferenceShape& shape)
{
    ReferenceWriter writer(shape, 7);
    for (const Logits& logits : all) writer.add(position(logits));
    writeFileAtomically(scratch.path() / "reference", [&](Sink& sink) { writer.write(sink); });
    return ReferenceLogits::open(scratch.path() / "reference");
}

Logits logarithms(std::initializer_list<double> probabilities)
{
    Logits logits;
    for (const double p : probabilities) logits.push_back(float(std::log(p)));
    return logits;
}

// Distributions shaped like a language model's, some sharp and some flat.
std::vector<Logits> someLogits(int64_t positions, int64_t vocabulary)
{
    Random random(3, "logits");
    std::vector<Logits> all;
    for (int64_t i = 0; i < positions; ++i) {
        Logits logits;
        const double sharpness = 1 + 2 * random.uniform();
        for (int64_t v = 0; v < vocabulary; ++v) logits.push_back(float(sharpness * random.normal()));
        all.push_back(logits);
    }
    return all;
}

Logits disturbed(const Logits& logits, double size, Random& random)
{
    Logits result = logits;
    for (float& logit : result) logit += float(size * random.normal());
    return result;
}

} // namespace

class ReferenceLogitsTest : public QObject {
    Q_OBJECT
private slots:
    void matchesTheCard()
    {
        const ScratchFolder scratch;
        const Logits p = logarithms({.7, .2, .1}), q = logarithms({.6, .3, .1});
        const ReferenceLogits reference = stored(scratch, {p, q}, referenceShape(3));
        const double rounding = 0.41 / 4096; // of log-probabilities, times the largest ln(p/q)
        QVERIFY(std::abs(reference.compare(0, position(q)).klDivergence - 0.026812) < rounding);
        QVERIFY(std::abs(reference.compare(1, position(p)).klDivergence - 0.029149) < rounding);
        QVERIFY(std::abs(reference.compare(0, position(q, 1)).probabilityChange - (.3 - .7)) < 1e-6); // target 0 stored
    }

    void theSameModelIsAtZero()
    {
        const ScratchFolder scratch;
        const std::vector<Logits> all = someLogits(20, 2000);
        const ReferenceLogits reference = stored(scratch, all, referenceShape(2000));
        for (size_t i = 0; i < all.size(); ++i) {
            Logits shifted = all[i];
            for (float& logit : shifted) logit += 2; // adding a constant changes nothing
            const PositionFidelity fidelity = reference.compare(int64_t(i), position(shifted));
            QVERIFY(fidelity.klDivergence >= 0 && fidelity.klDivergence < 1e-6);
            QVERIFY(fidelity.sameTop);
            QVERIFY(std::abs(fidelity.probabilityChange) < 1e-6);
        }
    }

    void meanDivergenceIsWithinOnePercentAtATenthOfTheSize_data()
    {
        QTest::addColumn<double>("disturbance");
        for (const double size : {0.02, 0.1, 0.3, 1.0, 2.0})
            QTest::addRow("%g", size) << size;
    }

    void meanDivergenceIsWithinOnePercentAtATenthOfTheSize()
    {
        QFETCH(double, disturbance);
        constexpr int64_t positions = 1500, vocabulary = 2048;
        const ScratchFolder scratch;
        const std::vector<Logits> all = someLogits(positions, vocabulary);
        const ReferenceLogits reference = stored(scratch, all, referenceShape(vocabulary));
        QVERIFY(reference.shape().bytesPerPosition() * 10 <= vocabulary * 2);
        Random random(11, "disturbance");
        double exact = 0, estimate = 0, variance = 0;
        for (int64_t i = 0; i < positions; ++i) {
            const Logits other = disturbed(all[size_t(i)], disturbance, random);
            const PositionFidelity fidelity = reference.compare(i, position(other));
            exact += klDivergence(all[size_t(i)], other);
            estimate += fidelity.klDivergence;
            variance += fidelity.klVariance;
        }
        const QString seen = QStringLiteral("exact %1, estimated %2, standard error %3")
                                 .arg(exact / positions)
                                 .arg(estimate / positions)
                                 .arg(std::sqrt(variance) / positions);
        QVERIFY2(std::abs(estimate - exact) < 0.01 * exact, qPrintable(seen));
        QVERIFY2(std::abs(estimate - exact) < 4 * std::sqrt(variance) + 1e-6 * positions, qPrintable(seen));
    }

    void whatOnlyTheOtherModelLikesIsNotMissed()
    {
        const ScratchFolder scratch;
        const std::vector<Logits> all = someLogits(200, 2048);
        const ReferenceLogits reference = stored(scratch, all, referenceShape(2048));
        double exact = 0, estimate = 0;
        for (size_t i = 0; i < all.size(); ++i) {
            Logits other = all[i];
            const auto least = std::min_element(other.begin(), other.end());
            *least = float(logSumExp(all[i]) + 2); // most of the mass where the reference has none
            exact += klDivergence(all[i], other);
            estimate += reference.compare(int64_t(i), position(other)).klDivergence;
        }
        QVERIFY(exact / 200 > 1);
        QVERIFY(std::abs(estimate - exact) < 0.01 * exact);
    }

    void sameTopIsThatOfTheTies()
    {
        const ScratchFolder scratch;
        const ReferenceLogits reference = stored(scratch, {{1, 3, 3, 0}}, referenceShape(4));
        QVERIFY(reference.compare(0, position({0, 2, 2, 0})).sameTop); // ties go to the lower number
        QVERIFY(!reference.compare(0, position({0, 2, 2.5f, 0})).sameTop);
    }

    void damagedFilesAreRefused()
    {
        const ScratchFolder scratch;
        stored(scratch, someLogits(3, 100), referenceShape(100));
        const auto file = scratch.path() / "reference";
        const std::string whole = readFile(file);
        for (size_t size = 0; size < whole.size(); size += 7) {
            writeFileAtomically(file, whole.substr(0, size));
            QVERIFY_THROWS_EXCEPTION(Error, ReferenceLogits::open(file));
        }
        for (size_t byte = 0; byte < whole.size(); byte += byte < 60 ? 1 : 13) {
            std::string broken = whole;
            broken[byte] = char(broken[byte] ^ 0x81);
            writeFileAtomically(file, broken);
            QVERIFY_THROWS_EXCEPTION(Error, ReferenceLogits::open(file));
        }
    }
};

QTEST_GUILESS_MAIN(ReferenceLogitsTest)
#include "reference_logits_test.moc"
