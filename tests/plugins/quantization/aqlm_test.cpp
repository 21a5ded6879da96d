// AQLM by the checks of its method card.
#include "core/base/error.h"
#include "core/model/codebook_linear.h"
#include "plugins/quantization/additive_codebooks.h"
#include "plugins/quantization/gptq_solver.h"
#include "plugins/quantization/k_means.h"
#include "plugins/quantization/strategies.h"
#include "sample_problems.h"
#include "tests/test_data.h"

using namespace paretoscope;
using namespace paretoscope::quantization;
using namespace paretoscope::test;

namespace {

CodebookSettings formOf(int64_t books, int bits, int64_t groupSize = 8)
{
    CodebookSettings settings;
    settings.books = books;
    settings.bits = bits;
    settings.groupSize = groupSize;
    return settings;
}

CodebookSolver solverFor(const Problem& problem, const CodebookSettings& settings)
{
    return {*cpuBackend(), problem.weights, problem.rows, problem.columns, &problem.covariance, settings};
}

double lossOfDense(const Problem& problem, const std::vector<float>& dense)
{
    return lossOf(problem, {dense.begin(), dense.end()});
}

} // namespace

class AqlmTest : public QObject {
    Q_OBJECT
private slots:
    void initTestCase() { registerStrategies(StrategyRegistry::instance()); }

    // As many centroids as distinct points leave no error; the error falls with every iteration.
    void kMeansConverges()
    {
        Random random(3);
        std::vector<float> points;
        for (int i = 0; i < 600; ++i) points.push_back(float(random.normal()));
        double before = HUGE_VAL;
        for (const int iterations : {0, 1, 2, 4, 8, 16}) {
            const KMeans found = kMeans(*cpuBackend(), points, 3, {16, iterations, 1});
            QVERIFY(found.error <= before);
            before = found.error;
            double error = 0;
            for (size_t i = 0; i < 200; ++i) {
                double least = HUGE_VAL;
                for (size_t c = 0; c < 16; ++c) {
                    double distance = 0;
                    for (size_t d = 0; d < 3; ++d) distance += std::pow(double(points[i * 3 + d]) - double(found.centroids[c * 3 + d]), 2);
                    least = std::min(least, distance);
                }
                error += least;
            }
            QVERIFY(std::abs(found.error - error) < 1e-4 * error);
        }
        std::vector<float> twice(points.begin(), points.begin() + 48);
        twice.insert(twice.end(), points.begin(), points.begin() + 48);
        QVERIFY(kMeans(*cpuBackend(), twice, 3, {16, 4, 1}).error < 1e-9);
    }

    // The card: no phase increases the loss, and the loss from H is that of the decoded matrix.
    void everyPhaseGains_data()
    {
        QTest::addColumn<int>("books");
        QTest::addColumn<int>("bits");
        QTest::addColumn<int>("beam");
        QTest::newRow("one codebook") << 1 << 6 << 1;
        QTest::newRow("four small ones") << 4 << 4 << 1;
        QTest::newRow("beam of three") << 3 << 4 << 3;
    }
    void everyPhaseGains()
    {
        QFETCH(int, books);
        QFETCH(int, bits);
        QFETCH(int, beam);
        const Problem problem = someProblem(48, 64, 5);
        double mean = 0;
        for (size_t c = 0; c < 64; ++c) mean += problem.covariance[c * 65] / 64;
        CodebookSettings settings = formOf(books, bits);
        settings.beam = beam;
        CodebookSolver solver = solverFor(problem, settings);
        double before = solver.loss();
        const double first = before;
        for (int round = 0; round < 4; ++round)
            for (int phase = 0; phase < 3; ++phase) {
                if (phase == 0) solver.fitCodebooks(8);
                else if (phase == 1) solver.fitScales();
                else solver.searchCodes();
                const double after = solver.loss();
                QVERIFY2(after <= before * (1 + 1e-5), qPrintable(QString("%1, %2: %3 after %4").arg(round).arg(phase).arg(after).arg(before)));
                before = after;
            }
        QVERIFY2(before < 0.7 * first, qPrintable(QString("%1 of %2").arg(before).arg(first)));
        const double exact = lossOfDense(problem, solver.fit().dense()) / 48 / mean;
        QVERIFY2(std::abs(before / exact - 1) < 1e-3, qPrintable(QString::number(before / exact)));
    }

    // One codebook: the search finds for every group the best code there is, by trying all in the whole loss.
    void searchIsExact()
    {
        const Problem problem = someProblem(3, 16, 6);
        CodebookSolver solver = solverFor(problem, formOf(1, 3));
        for (int i = 0; i < 30; ++i) solver.searchCodes();
        const double reached = lossOfDense(problem, solver.fit().dense());
        for (size_t place = 0; place < solver.fit().codes.size(); ++place)
            for (int code = 0; code < 8; ++code) {
                CodebookFit other = solver.fit();
                other.codes[place] = uint8_t(code);
                QVERIFY(lossOfDense(problem, other.dense()) >= reached * (1 - 1e-5));
            }
    }

    // With as many codes as there are groups nothing is lost but what 16 bits round.
    void enoughCodesLoseNothing()
    {
        const Problem problem = someProblem(16, 16, 7);
        CodebookSolver solver = solverFor(problem, formOf(1, 5));
        solver.roundNumbers();
        const CodebookLinear map(solver.fit().stored("test"));
        const std::vector<float> dense = map.toDense();
        for (size_t i = 0; i < dense.size(); ++i)
            QVERIFY(std::abs(dense[i] - problem.weights[i]) <= 0.002f * std::max(1.0f, std::abs(problem.weights[i])));
        QCOMPARE(CodebookFit::of(map.matrix()).dense(), dense);
    }

    // Derivatives by codebooks and scales against differences.
    void gradients()
    {
        const Problem problem = someProblem(6, 16, 8);
        const CodebookFit fit = solverFor(problem, formOf(2, 2, 4)).fit();
        Random random(9);
        std::vector<float> direction;
        for (int i = 0; i < 96; ++i) direction.push_back(float(random.normal()));
        const auto value = [&](const CodebookFit& at) {
            double sum = 0;
            const std::vector<float> dense = at.dense();
            for (size_t i = 0; i < dense.size(); ++i) sum += double(dense[i]) * double(direction[i]);
            return sum;
        };
        const CodebookGradient gradient = gradientOf(fit, direction);
        constexpr float step = 0.125f;
        const auto check = [&](std::vector<float> CodebookFit::* part, const std::vector<float>& expected) {
            for (size_t i = 0; i < (fit.*part).size(); ++i) {
                CodebookFit up = fit, down = fit;
                (up.*part)[i] += step;
                (down.*part)[i] -= step;
                const double slope = (value(up) - value(down)) / (2 * double(step));
                QVERIFY2(std::abs(slope - double(expected[i])) < 1e-3 * (1 + std::abs(slope)), qPrintable(QString::number(i)));
            }
        };
        check(&CodebookFit::codebooks, gradient.codebooks);
        check(&CodebookFit::scales, gradient.scales);
    }

    // The card: at the bits of GPTQ's codes the loss is lower.
    void lessLossThanGptq()
    {
        const Problem problem = someProblem(96, 128, 10);
        GptqSettings gptq;
        gptq.grid = {2, false, false};
        gptq.groupSize = 64;
        const GptqResult solved = solveGptq(*cpuBackend(), problem.weights, 96, 128, problem.covariance, gptq, "test");
        std::vector<double> dense;
        for (size_t i = 0; i < solved.codes.size(); ++i) dense.push_back(dequantize(solved.codes[i], solved.grids[i / 64]));
        CodebookSolver solver = solverFor(problem, formOf(4, 4));
        JobContext job;
        solver.run(job);
        solver.roundNumbers();
        const double ratio = lossOfDense(problem, solver.fit().dense()) / lossOf(problem, dense);
        QVERIFY2(ratio < 0.8, qPrintable(QString::number(ratio)));
    }

    // Bits a weight as the card counts them; tuning brings the model closer; what does not fit is refused.
    void wholeModel()
    {
        StarterModel starter;
        auto model = std::make_shared<Model>(*starter.pipeline.model);
        model->blocks.resize(1);
        model->config.blocks.resize(1);
        starter.pipeline.model = model;
        const auto with = [&](int epochs) {
            return starter.with(fmt::format("quantization.aqlm(codebooks=4,code_bits=4,rounds=1,calibration_samples=16,"
                                            "calibration_length=48,tuning_rate=0.003,tuning_epochs={})", epochs));
        };
        const Pipeline tuned = with(8), plain = with(0);
        forEachLinear(*tuned.model, [&](const LinearId& id, const Linear& linear) {
            QVERIFY2(dynamic_cast<const CodebookLinear*>(linear.weight.get()), id.text().c_str());
            QCOMPARE(linear.weight->storedBytes(),
                     linear.weight->parameters() / 8 * 4 / 2 + 4 * 16 * 8 * 2 + 2 * linear.weight->outputs());
        });
        QCOMPARE(linearFootprint(*tuned.model).bytes, linearFootprint(*plain.model).bytes);
        const double ratio = starter.drift(tuned) / starter.drift(plain);
        QVERIFY2(ratio < 0.98, qPrintable(QString::number(ratio)));
        PARETOSCOPE_EXPECT_ERROR(starter.with("quantization.rtn+quantization.aqlm"), "is already compressed");
        PARETOSCOPE_EXPECT_ERROR(starter.with("quantization.aqlm(calibration_samples=1)+quantization.rtn"), "is already compressed");
    }
};

QTEST_GUILESS_MAIN(AqlmTest)
#include "aqlm_test.moc"
