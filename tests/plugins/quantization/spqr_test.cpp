// SpQR against the reference outputs and the checks of its card.
#include "core/base/error.h"
#include "core/model/affine_linear.h"
#include "core/model/lookup_linear.h"
#include "golden_cases.h"
#include "plugins/quantization/gptq_solver.h"
#include "plugins/quantization/spqr_solver.h"
#include "plugins/quantization/strategies.h"
#include "sample_problems.h"

#include <numeric>

using namespace paretoscope;
using namespace paretoscope::quantization;
using namespace paretoscope::test;

namespace {

SpqrResult solved(const Problem& problem, const SpqrSettings& settings)
{
    return solveSpqr(*cpuBackend(), problem.weights, problem.rows, problem.columns, problem.covariance, settings, "test");
}

// ŵ in the original order of columns.
std::vector<double> dequantized(const SpqrResult& result, int64_t rows, int64_t columns, int64_t groupSize)
{
    std::vector<double> dense(size_t(rows * columns));
    for (int64_t r = 0; r < rows; ++r)
        for (int64_t i = 0; i < columns; ++i) {
            const auto at = size_t(r * columns + i);
            const RealGrid& grid = result.groups[size_t(r * (columns / groupSize) + i / groupSize)];
            const int64_t column = result.order.empty() ? i : result.order[size_t(i)];
            dense[size_t(r * columns + column)] =
                result.outlierMask[at] ? double(result.outlierWeights[at]) : dequantize(result.codes[at], grid);
        }
    return dense;
}

SpqrSettings settingsOf(const Json& given)
{
    SpqrSettings settings;
    settings.bits = given.at("bits").get<int>();
    settings.groupSize = given.at("groupsize").get<int64_t>();
    settings.scaleBits = given.value("qq_scale_bits", 0);
    settings.zeroBits = given.value("qq_zero_bits", 0);
    settings.sharedRows = given.value("qq_groupsize", int64_t{16});
    settings.outliers = given.contains("outlier_relative_threshold");
    settings.outlierThreshold = given.value("outlier_relative_threshold", 0.0);
    settings.leaveOneOut = !given.value("simplified_outliers", false);
    settings.actOrder = given.at("permutation_order") == "act_order";
    settings.damping = given.at("percdamp").get<double>();
    settings.roundNumbers = false;
    return settings;
}

int64_t outlierCount(const SpqrResult& result)
{
    return std::accumulate(result.outlierMask.begin(), result.outlierMask.end(), int64_t{0});
}

} // namespace

class SpqrTest : public QObject {
    Q_OBJECT
private slots:
    void initTestCase() { registerStrategies(StrategyRegistry::instance()); }

    void referenceOutputs_data() { addGoldenCases("spqr"); }
    void referenceOutputs()
    {
        PARETOSCOPE_GOLDEN_CASE("spqr");
        const SpqrSettings settings = settingsOf(golden.settings());
        const int64_t n = golden.columns;
        const SpqrResult result = solved({golden.rows, n, golden.weights, golden.covariance()}, settings);
        const auto same = [&](const char* name, const auto& found) {
            const Tensor expected = golden.expected(name);
            const auto values = expected.view<std::remove_cvref_t<decltype(found[0])>>();
            return std::equal(found.begin(), found.end(), values.begin(), values.end());
        };
        std::vector<int32_t> order = result.order;
        if (order.empty())
            for (int32_t i = 0; i < n; ++i) order.push_back(i);
        QVERIFY(same("perm", order));
        QVERIFY(same("outlier_mask_permuted", result.outlierMask));
        // Where an outlier lies the reference has some code that nobody reads.
        const Tensor expectedCodes = golden.expected("codes_permuted");
        for (size_t i = 0; i < result.codes.size(); ++i)
            if (!result.outlierMask[i]) QCOMPARE(result.codes[i], expectedCodes.view<uint8_t>()[i]);
        if (settings.scaleBits > 0) {
            QVERIFY(same("quant_layer_scale", result.scaleCodes));
            QVERIFY(same("quant_layer_zeros", result.zeroCodes));
            const std::vector<float> scales = golden.expected("quant_layer_scale_qq_scale").toFloats();
            for (size_t i = 0; i < scales.size(); ++i)
                QVERIFY(std::abs(result.scaleGrids[i].scale / double(scales[i]) - 1) < 1e-5);
        }
        const std::vector<double> dense = dequantized(result, golden.rows, n, settings.groupSize);
        const std::vector<float> expected = golden.expected("w_hat").toFloats();
        for (size_t i = 0; i < dense.size(); ++i) QVERIFY(std::abs(dense[i] - double(expected[i])) < 1e-5);
        const double ratio = golden.errorOf(dense) / golden.outputError();
        QVERIFY2(std::abs(ratio - 1) < 1e-3, qPrintable(QString::number(ratio)));
    }

    // The card: with an infinite threshold nothing is kept apart, at 0 everything that a code misses.
    void thresholds()
    {
        const Problem problem = someProblem(20, 48, 1);
        SpqrSettings settings;
        settings.outlierThreshold = 1e9;
        SpqrSettings none = settings;
        none.outliers = false;
        const SpqrResult far = solved(problem, settings), without = solved(problem, none);
        QCOMPARE(outlierCount(far), int64_t{0});
        QCOMPARE(far.codes, without.codes);
        settings.outlierThreshold = 0;
        const SpqrResult all = solved(problem, settings);
        const std::vector<double> dense = dequantized(all, 20, 48, 16);
        for (size_t i = 0; i < dense.size(); ++i) QVERIFY(std::abs(dense[i] - double(problem.weights[i])) < 1e-6);
        int64_t last = 0;
        for (const double threshold : {0.8, 0.4, 0.2, 0.1}) {
            settings.outlierThreshold = threshold;
            const int64_t count = outlierCount(solved(problem, settings));
            QVERIFY(count >= last);
            last = count;
        }
        QVERIFY(last > 0 && last < 20 * 48 / 2);
    }

    // The identity of the column solver holds with outliers, too.
    void lossIsTheTrace()
    {
        const Problem problem = someProblem(7, 48, 2); // no multiple of the rows that share a grid
        for (const bool order : {false, true})
            for (const int bits : {0, 3}) {
                SpqrSettings settings;
                settings.actOrder = order;
                settings.scaleBits = settings.zeroBits = bits;
                settings.sharedRows = 4;
                const SpqrResult result = solved(problem, settings);
                const double expected = lossOf(problem, dequantized(result, 7, 48, 16), settings.damping);
                QVERIFY2(std::abs(result.loss / expected - 1) < 1e-4, qPrintable(QString::number(result.loss / expected)));
            }
    }

    void degenerateWeights()
    {
        Problem problem = someProblem(3, 32, 3);
        std::fill(problem.weights.begin(), problem.weights.begin() + 32, 0.0f);       // a row of zeros
        std::fill(problem.weights.begin() + 32, problem.weights.begin() + 64, 0.25f); // a constant one
        SpqrSettings settings;
        settings.outliers = false;
        settings.scaleBits = settings.zeroBits = 0;
        settings.actOrder = false;
        const std::vector<double> dense = dequantized(solved(problem, settings), 3, 32, 16);
        for (size_t i = 0; i < 32; ++i) QCOMPARE(dense[i], 0.0);
        // The first group; the second takes up what 16 bits lost.
        for (size_t i = 32; i < 48; ++i) QVERIFY(std::abs(dense[i] - 0.25) < 1e-3);
    }

    // b + (qs + qz)/g1 + 4·16/(g1·g2) + 32·p bits a weight, and the rows' offsets and the order.
    void storedBytesFollowTheFormula()
    {
        StarterModel starter;
        const Pipeline result = starter.with("quantization.spqr(calibration_samples=2,calibration_length=64)");
        int64_t outliers = 0, weights = 0;
        forEachLinear(*result.model, [&](const LinearId& id, const Linear& linear) {
            const auto* ordered = dynamic_cast<const GatheredLinear*>(linear.weight.get());
            QVERIFY2(ordered, id.text().c_str());
            const auto* map = dynamic_cast<const OutlierLinear*>(ordered->inner().get());
            QVERIFY2(map, id.text().c_str());
            const int64_t rows = map->outputs(), columns = map->inputs(), groups = columns / 16;
            const int64_t entries = map->outliers().entries();
            const int64_t expected = rows * columns * 3 / 8 + 2 * rows * ((groups * 3 + 7) / 8) +
                                     2 * ((rows + 15) / 16) * groups * 4 + 4 * entries + 4 * (rows + 1) + 4 * columns;
            QCOMPARE(linear.weight->storedBytes(), expected);
            outliers += entries;
            weights += rows * columns;
        });
        QVERIFY(outliers > weights / 1000 && outliers < weights / 20);
    }

    // Kept outliers help, and at 3 bits the whole is closer to the original than GPTQ with groups of 128.
    void wholeModel()
    {
        StarterModel starter;
        const std::string calibration = "calibration_samples=8,calibration_length=128)";
        const double spqr = starter.drift(starter.with("quantization.spqr(" + calibration));
        const double bare = starter.drift(starter.with("quantization.spqr(outliers=false," + calibration));
        const double gptq = starter.drift(starter.with("quantization.gptq(bits=3," + calibration));
        QVERIFY2(spqr < 0.9 * bare, qPrintable(QString::number(spqr / bare)));
        QVERIFY2(spqr < 0.9 * gptq, qPrintable(QString::number(spqr / gptq)));
        PARETOSCOPE_EXPECT_ERROR(starter.with("quantization.spqr(group_size=128,uneven_groups=refuse)"), "quantization.spqr: blocks.0");
        PARETOSCOPE_EXPECT_ERROR(starter.with("quantization.rtn+quantization.spqr"), "is already compressed");
    }
};

QTEST_GUILESS_MAIN(SpqrTest)
#include "spqr_test.moc"
