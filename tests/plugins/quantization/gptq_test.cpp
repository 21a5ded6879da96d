// GPTQ against the reference outputs, the checks of its card and brute force.
#include "core/backend/linear_algebra.h"
#include "core/base/error.h"
#include "core/strategy/strategy.h"
#include "golden_cases.h"
#include "plugins/quantization/gptq_solver.h"
#include "plugins/quantization/strategies.h"
#include "sample_problems.h"

#include <cmath>
#include <utility>

using namespace paretoscope;
using namespace paretoscope::quantization;
using namespace paretoscope::test;

namespace {

// ŵ of a result in the original order of columns.
std::vector<double> dequantized(const GptqResult& result, int64_t rows, int64_t columns, int64_t groupSize)
{
    std::vector<double> dense(size_t(rows * columns));
    for (int64_t r = 0; r < rows; ++r)
        for (int64_t i = 0; i < columns; ++i) {
            const AffineGrid& grid = result.grids[size_t(r * (columns / groupSize) + i / groupSize)];
            const int64_t column = result.order.empty() ? i : result.order[size_t(i)];
            dense[size_t(r * columns + column)] = dequantize(result.codes[size_t(r * columns + i)], grid);
        }
    return dense;
}

GptqResult solved(const Problem& problem, const GptqSettings& settings)
{
    return solveGptq(*cpuBackend(), problem.weights, problem.rows, problem.columns, problem.covariance, settings, "test");
}

} // namespace

class GptqTest : public QObject {
    Q_OBJECT
private slots:
    void initTestCase() { registerStrategies(StrategyRegistry::instance()); }

    void referenceOutputs_data() { addGoldenCases("gptq"); }
    void referenceOutputs()
    {
        PARETOSCOPE_GOLDEN_CASE("gptq");
        const Json& given = golden.settings();
        const int64_t n = golden.columns;
        const Problem problem{golden.rows, n, golden.weights, golden.covariance()};
        GptqSettings settings;
        const auto wished = given.at("groupsize").get<int64_t>();
        settings.grid = {given.at("bits").get<int>(), given.at("sym").get<bool>(), given.value("mse", false)};
        settings.groupSize = wished < 0 ? n : wished;
        settings.actOrder = given.at("actorder").get<bool>();
        settings.staticGroups = given.at("static_groups").get<bool>();
        settings.damping = given.at("percdamp").get<double>();
        settings.blockColumns = given.at("blocksize").get<int64_t>();
        settings.roundScales = false;
        const GptqResult result = solved(problem, settings);
        const Tensor expectedCodes = golden.expected("codes");
        const auto codes = expectedCodes.view<uint8_t>();
        size_t equal = 0;
        for (int64_t r = 0; r < problem.rows; ++r)
            for (int64_t i = 0; i < n; ++i) {
                const int64_t column = result.order.empty() ? i : result.order[size_t(i)];
                equal += result.codes[size_t(r * n + i)] == codes[size_t(r * n + column)];
            }
        const QString share = QStringLiteral("%1 of %2 codes").arg(equal).arg(codes.size());
        // Symmetric grids have exact ties at the largest weight; see the reference's README.
        if (settings.grid.symmetric) QVERIFY2(double(equal) >= 0.97 * double(codes.size()), qPrintable(share));
        else QVERIFY2(equal == codes.size(), qPrintable(share));
        const double ratio = golden.errorOf(dequantized(result, problem.rows, n, settings.groupSize)) / golden.outputError();
        QVERIFY2(std::abs(ratio - 1) < 0.02, qPrintable(QString::number(ratio)));
    }

    // methods/weights.md, C6: a factor by hand.
    void factorOfTheInverse()
    {
        const std::vector<double> h{2, .8, .3, .1, .8, 1.5, .4, .2, .3, .4, 1, .25, .1, .2, .25, .8};
        const std::vector<double> u{.799612, -.407878, -.083782, .0282,   0, .868273, -.317876, -.117732,
                                    0,       0,        1.041511, -.325472, 0, 0,       0,        1.118034};
        const std::vector<double> found = upperFactorOfInverse(h, 4);
        for (size_t i = 0; i < 16; ++i) QVERIFY(std::abs(found[i] - u[i]) < 1e-6);
        QVERIFY(upperFactorOfInverse({1, 2, 2, 1}, 2).empty());
    }

    // The card: the reported loss is the trace with the damped covariance, whatever the settings.
    void lossIsTheTrace()
    {
        const Problem problem = someProblem(6, 48, 1);
        for (const bool actOrder : {false, true})
            for (const bool fixed : {false, true})
                for (const int64_t block : {7, 16, 128}) {
                    const GptqSettings settings{{3, false, false}, 16, actOrder, fixed, 0.01, true, block};
                    const GptqResult result = solved(problem, settings);
                    const double expected = lossOf(problem, dequantized(result, 6, 48, 16), 0.01);
                    QVERIFY2(std::abs(result.loss / expected - 1) < 1e-4, qPrintable(QString::number(result.loss / expected)));
                }
    }

    // With a diagonal covariance nothing can be made good: the same as round-to-nearest.
    void diagonalCovarianceIsRoundToNearest()
    {
        Problem problem = someProblem(8, 32, 2);
        for (int64_t a = 0; a < 32; ++a)
            for (int64_t b = 0; b < 32; ++b)
                if (a != b) problem.covariance[size_t(a * 32 + b)] = 0;
        const GptqResult result = solved(problem, {{4, false, false}, 16, false, false, 0.01, false, 128});
        for (int64_t r = 0; r < 8; ++r)
            for (int64_t c = 0; c < 32; ++c) {
                const auto group = std::span(problem.weights).subspan(size_t(r * 32 + c / 16 * 16), 16);
                const AffineGrid grid = fitGrid(group, {4, false, false});
                QCOMPARE(int(result.codes[size_t(r * 32 + c)]), quantize(double(problem.weights[size_t(r * 32 + c)]), grid, 4));
            }
    }

    void beatsRoundToNearestAndOrderHelps()
    {
        double nearest = 0, plain = 0, ordered = 0;
        for (uint64_t seed = 1; seed <= 5; ++seed) {
            const Problem problem = someProblem(8, 64, seed);
            const std::vector<double> identity = [] {
                std::vector<double> h(64 * 64);
                for (size_t i = 0; i < 64; ++i) h[i * 64 + i] = 1;
                return h;
            }();
            Problem flat = problem;
            flat.covariance = identity;
            nearest += lossOf(problem, dequantized(solved(flat, {{3, false, false}, 32, false, false, 0.01}), 8, 64, 32));
            plain += lossOf(problem, dequantized(solved(problem, {{3, false, false}, 32, false, false, 0.01}), 8, 64, 32));
            ordered += lossOf(problem, dequantized(solved(problem, {{3, false, false}, 32, true, false, 0.01}), 8, 64, 32));
        }
        QVERIFY2(plain < 0.6 * nearest, qPrintable(QString::number(plain / nearest)));
        QVERIFY2(ordered < 1.02 * plain, qPrintable(QString::number(ordered / plain)));
    }

    void hardCovariances()
    {
        Problem problem = someProblem(4, 32, 3);
        for (int64_t c = 0; c < 32; ++c) problem.covariance[size_t(5 * 32 + c)] = problem.covariance[size_t(c * 32 + 5)] = 0;
        const GptqResult dead = solved(problem, {{4, false, false}, 16, false, false, 0.01});
        QCOMPARE(dead.deadColumns, 1);
        const std::vector<double> dense = dequantized(dead, 4, 32, 16);
        for (int64_t r = 0; r < 4; ++r) QCOMPARE(dense[size_t(r * 32 + 5)], 0.0);
        // One direction only, and no damping asked for: it is raised.
        Problem singular = problem;
        std::fill(singular.covariance.begin(), singular.covariance.end(), 1.0);
        const GptqResult raised = solved(singular, {{4, false, false}, 16, false, false, 0});
        QVERIFY(raised.damping > 0);
        singular.covariance[0] = NAN;
        PARETOSCOPE_EXPECT_ERROR(solved(singular, {{4, false, false}, 16, false, false, 0.01}), "not finite");
    }

    // On the built-in model and text: smaller loss of the outputs than round-to-nearest, same bytes.
    void wholeModel()
    {
        StarterModel starter;
        const char* base = "bits=3,group_size=64";
        const std::string text = std::exchange(starter.workbench.calibrationText, "");
        PARETOSCOPE_EXPECT_ERROR(starter.with("quantization.gptq"), "needs a calibration text");
        starter.workbench.calibrationText = "Too short.";
        PARETOSCOPE_EXPECT_ERROR(starter.with("quantization.gptq"), "arithmetic.txt");
        starter.workbench.calibrationText = text;
        const std::string calibration = ",calibration_samples=8,calibration_length=128)";
        const Pipeline nearest = starter.with(fmt::format("quantization.rtn({})", base));
        const Pipeline plain = starter.with(fmt::format("quantization.gptq({}{}", base, calibration));
        const Pipeline ordered = starter.with(fmt::format("quantization.gptq({},act_order=true{}", base, calibration));
        QCOMPARE(weightBytes(*plain.model), weightBytes(*nearest.model));
        QVERIFY(weightBytes(*ordered.model) > weightBytes(*plain.model)); // the order is stored as well
        const double before = starter.drift(nearest);
        QVERIFY2(starter.drift(plain) < 0.8 * before, qPrintable(QString::number(starter.drift(plain) / before)));
        QVERIFY2(starter.drift(ordered) < 0.8 * before, qPrintable(QString::number(starter.drift(ordered) / before)));
    }
};

QTEST_GUILESS_MAIN(GptqTest)
#include "gptq_test.moc"
