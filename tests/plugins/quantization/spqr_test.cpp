// SpQR against the reference outputs and the checks of its card.
#include "core/base/error.h"
#include "core/base/random.h"
#include "core/model/outlier_linear.h"
#include "plugins/quantization/spqr_solver.h"
#include "tests/plugins/quantization/golden_cases.h"

#include <cmath>
#include <limits>

using namespace paretoscope;
using namespace paretoscope::quantization;

namespace {

SpqrSettings settingsOf(const test::GoldenCase& from)
{
    const Json& given = from.settings();
    SpqrSettings settings;
    settings.bits = given.at("bits").get<int>();
    settings.groupSize = given.at("groupsize").get<int64_t>();
    settings.statisticBits = given.value("qq_scale_bits", 0);
    settings.tileRows = given.value("qq_groupsize", int64_t{16});
    settings.outlierThreshold = given.value("outlier_relative_threshold", std::numeric_limits<double>::infinity());
    settings.simplified = given.value("simplified_outliers", false);
    settings.actOrder = given.at("permutation_order") == "act_order";
    settings.damping = given.at("percdamp").get<double>();
    settings.halves = false;
    settings.blockColumns = given.at("blocksize").get<int64_t>();
    return settings;
}

// ŵ in the order of the matrix.
std::vector<double> valuesOf(const SpqrResult& result)
{
    std::vector<double> values(result.values.size());
    for (int64_t r = 0; r < result.rows; ++r)
        for (int64_t i = 0; i < result.columns; ++i) {
            const int64_t column = result.order.empty() ? i : result.order[size_t(i)];
            values[size_t(r * result.columns + column)] = result.values[size_t(r * result.columns + i)];
        }
    return values;
}

struct Problem {
    std::vector<float> weights;
    std::vector<double> covariance;
};

Problem someProblem(int64_t rows, int64_t columns)
{
    Random random(3);
    Problem problem;
    for (int64_t i = 0; i < rows * columns; ++i) problem.weights.push_back(float(random.normal() * (random.uniform() < 0.01 ? 8 : 1)));
    problem.covariance.resize(size_t(columns * columns));
    for (int64_t t = 0; t < 3 * columns; ++t) {
        std::vector<double> x;
        const double common = random.normal();
        for (int64_t c = 0; c < columns; ++c) x.push_back(random.normal() + common * (1 + double(c % 5)));
        for (int64_t a = 0; a < columns; ++a)
            for (int64_t b = 0; b < columns; ++b) problem.covariance[size_t(a * columns + b)] += x[size_t(a)] * x[size_t(b)];
    }
    return problem;
}

} // namespace

class SpqrTest : public QObject {
    Q_OBJECT
private slots:
    void referenceOutputs_data() { test::addGoldenCases("spqr"); }
    void referenceOutputs()
    {
        QFETCH(QString, folder);
        QFETCH(QString, config);
        if (folder.isEmpty()) QSKIP("reference data not found");
        const test::GoldenCase from(folder, config, "spqr");
        const SpqrSettings settings = settingsOf(from);
        const SpqrResult result = solveSpqr(*cpuBackend(), from.weights, from.rows, from.columns, from.covariance, settings, "golden");
        const Tensor codeTensor = from.tensor("codes_permuted"), maskTensor = from.tensor("outlier_mask_permuted");
        const auto codes = codeTensor.view<uint8_t>(), mask = maskTensor.view<uint8_t>();
        size_t sameMask = 0, sameCodes = 0;
        for (size_t i = 0; i < codes.size(); ++i) {
            sameMask += (mask[i] != 0) == (result.isOutlier[i] != 0);
            sameCodes += mask[i] != 0 || codes[i] == result.codes[i];
        }
        QCOMPARE(sameMask, codes.size());
        QCOMPARE(sameCodes, codes.size());
        const std::vector<float> expected = from.tensor("w_hat").toFloats();
        const std::vector<double> values = valuesOf(result);
        for (size_t i = 0; i < expected.size(); ++i) QVERIFY(std::abs(values[i] - double(expected[i])) < 1e-4);
        const double error = from.outputError(values) / from.golden.at("output_error").get<double>();
        QVERIFY2(std::abs(error - 1) < 0.001, qPrintable(QString::number(error)));
        if (from.settings().at("outlier_threshold_abs").is_number())
            QVERIFY(std::isfinite(result.threshold));
    }

    // The card: without a threshold everything is an outlier, and nothing is lost but the 16th bit.
    void thresholdZeroIsLossless()
    {
        const Problem problem = someProblem(20, 32);
        SpqrSettings settings;
        settings.outlierThreshold = 0;
        const SpqrResult result = solveSpqr(*cpuBackend(), problem.weights, 20, 32, problem.covariance, settings, "test");
        const std::vector<double> values = valuesOf(result);
        for (size_t i = 0; i < values.size(); ++i)
            QVERIFY(std::abs(values[i] - double(problem.weights[i])) < 2e-3 * (1 + std::abs(double(problem.weights[i]))));
    }

    // What is stored gives the solver's values, row by row, and its bytes follow the card's formula.
    void storedFormIsWhatWasSolved()
    {
        const Problem problem = someProblem(40, 64);
        SpqrSettings settings;
        settings.actOrder = false;
        const SpqrResult result = solveSpqr(*cpuBackend(), problem.weights, 40, 64, problem.covariance, settings, "test");
        QVERIFY(result.outliers() > 0 && result.outliers() < 40 * 64 / 4);
        const BilevelMatrix matrix = result.matrix(settings);
        const auto base = std::make_shared<BilevelLinear>(matrix);
        const OutlierLinear map(base, result.sparse());
        const std::vector<float> dense = map.LinearWeight::toDense();
        for (size_t i = 0; i < dense.size(); ++i) QVERIFY(std::abs(double(dense[i]) - result.values[i]) < 1e-5);
        // 3-bit codes; 3 + 3 bits a group, whole bytes a row; 8 bytes a tile and group; 4 bytes an
        // outlier and a row offset.
        const int64_t expected = 40 * 64 * 3 / 8 + 40 * 2 * 2 + 3 * 4 * 8 + 4 * result.outliers() + 4 * 41;
        QCOMPARE(map.storedBytes(), expected);
        // Products with the map are products with its dense form, for one row and for many.
        for (const int64_t rows : {1, 5}) {
            std::vector<float> x, y(size_t(rows * 40)), bias(40, 0.5f);
            Random random(9);
            for (int64_t i = 0; i < rows * 64; ++i) x.push_back(float(random.normal()));
            map.apply(*cpuBackend(), {x.data(), rows, 64}, bias.data(), {y.data(), rows, 40});
            for (int64_t r = 0; r < rows; ++r)
                for (int64_t o = 0; o < 40; ++o) {
                    double sum = 0.5;
                    for (int64_t k = 0; k < 64; ++k) sum += double(x[size_t(r * 64 + k)]) * double(dense[size_t(o * 64 + k)]);
                    QVERIFY(std::abs(double(y[size_t(r * 40 + o)]) - sum) < 1e-3);
                }
        }
        const LinearWeightPtr again = linearWeightFromTensors("outliers", map.attributes(), map.tensors(), "test");
        QCOMPARE(again->toDense(), dense);
        QCOMPARE(again->storedBytes(), expected);
    }

    void damagedFormsAreRefused()
    {
        const Problem problem = someProblem(20, 32);
        SpqrSettings settings;
        settings.actOrder = false;
        const SpqrResult result = solveSpqr(*cpuBackend(), problem.weights, 20, 32, problem.covariance, settings, "test");
        const auto base = std::make_shared<BilevelLinear>(result.matrix(settings));
        const OutlierLinear map(base, result.sparse());
        const auto broken = [&](const char* name, const Tensor& tensor) {
            TensorMap tensors = map.tensors();
            tensors[name] = tensor;
            return linearWeightFromTensors("outliers", map.attributes(), tensors, "file: map");
        };
        Tensor places = Tensor::zeros(DType::I16, result.sparse().places.shape());
        places.fill<uint16_t>()[0] = 32;
        PARETOSCOPE_EXPECT_ERROR(broken("outlier_places", places), "column 32 of 32");
        Tensor offsets = Tensor::zeros(DType::I32, {21});
        PARETOSCOPE_EXPECT_ERROR(broken("outlier_offsets", offsets), "offsets");
        offsets.fill<int32_t>()[20] = int32_t(result.outliers());
        offsets.fill<int32_t>()[3] = 1 << 30;
        PARETOSCOPE_EXPECT_ERROR(broken("outlier_offsets", offsets), "fall at row 3");
        PARETOSCOPE_EXPECT_ERROR(broken("statistics", Tensor::zeros(DType::F16, {1, 2, 4})), "statistics");
    }

    // Brute force: fit and round with and without each weight.
    void leaveOneOutByHand()
    {
        const std::vector<double> weights{0, 1, 2, 3, 30};
        const std::vector<double> factors{1, 1, 1, 1, 1};
        // 2 bits over 0 … 30: levels 0, 10, 20, 30; errors 0, 1, 4, 9, 0. Without 30 the rest is exact;
        // without 0 the levels are 1, 10.67, 20.33, 30 and the errors 0, 1, 4, 0.
        const std::vector<double> gain = leaveOneOutGain(weights, factors, 2);
        QVERIFY(std::abs(gain[4] - 14) < 1e-9);
        QVERIFY(std::abs(gain[0] - (14 - 5)) < 1e-9);
    }

    void numbersAsCodes()
    {
        const std::vector<double> numbers{0.5, 4, 2.2};
        const NumberCodes codes = codeNumbers(numbers, 3, false);
        QCOMPARE(codes.first, 0.5);
        QCOMPARE(codes.step, 0.5);
        QCOMPARE(int(codes.codes[1]), 7);
        QCOMPARE(int(codes.codes[2]), 3);
        const NumberCodes equal = codeNumbers(std::vector<double>{0.25, 0.25}, 3, true);
        QCOMPARE(equal.at(1), 0.25);
    }
};

QTEST_GUILESS_MAIN(SpqrTest)
#include "spqr_test.moc"
