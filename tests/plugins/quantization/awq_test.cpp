// AWQ against the reference outputs and the checks of its card.
#include "core/base/error.h"
#include "core/base/random.h"
#include "core/inference/session.h"
#include "core/model/open_model.h"
#include "core/strategy/recipe.h"
#include "plugins/quantization/awq_block.h"
#include "plugins/quantization/awq_search.h"
#include "plugins/quantization/strategies.h"
#include "tests/plugins/quantization/golden_cases.h"

#include <algorithm>
#include <cmath>

using namespace paretoscope;
using namespace paretoscope::quantization;

namespace {

std::vector<double> meanMagnitudes(const test::GoldenCase& from)
{
    std::vector<double> mean(size_t(from.columns));
    for (int64_t t = 0; t < from.tokens; ++t)
        for (size_t c = 0; c < mean.size(); ++c)
            mean[c] += std::abs(double(from.inputs[size_t(t) * mean.size() + c])) / double(from.tokens);
    return mean;
}

// The search over ratios as the paper describes it, on the outputs themselves.
std::vector<float> bestScales(const test::GoldenCase& from, const AwqGroups& groups, double& change, double& plain)
{
    const AwqMatrix matrix{from.weights, from.rows, from.columns};
    const std::vector<double> mean = meanMagnitudes(from);
    std::vector<float> best;
    change = HUGE_VAL;
    for (int step = 0; step < awqGridSteps; ++step) {
        const std::vector<float> scales = awqScales(mean, double(step) / awqGridSteps);
        const std::vector<float> rounded = roundedScaled(matrix, scales, groups);
        const double error = from.outputError({rounded.begin(), rounded.end()});
        const double found = outputChange(*cpuBackend(), matrix, rounded, from.covariance);
        if (std::abs(found / error - 1) > 1e-3) qFatal("the change of outputs is %g, not %g", found, error);
        if (step == 0) plain = error;
        if (error >= change) continue;
        change = error;
        best = scales;
    }
    return best;
}

std::vector<float> logitsOf(const ModelPtr& model)
{
    Session session(model, cpuBackend());
    const std::vector<int32_t> tokens{1, 5, 9, 77, 130, 12, 3};
    const ConstMatrixView logits = session.forward(tokens);
    return {logits.row(0), logits.row(0) + logits.columns};
}

ModelPtr randomlyScaled(const ModelPtr& model)
{
    auto result = std::make_shared<Model>(*model);
    Random random(5);
    for (auto& block : result->blocks) {
        auto changed = std::make_shared<Block>(*block);
        std::vector<std::string> left;
        for (const ScaledGroup& group : scaledGroups(*block, left)) {
            std::vector<float> scales(size_t(linearOf(*changed, group.readers.front()).weight->inputs()));
            for (float& scale : scales) scale = float(std::exp(random.normal()));
            divideInput(*changed, group, scales);
            for (const std::string& role : group.readers) {
                Linear& map = linearOf(*changed, role);
                std::vector<float> dense = map.weight->toDense();
                for (size_t i = 0; i < dense.size(); ++i) dense[i] *= scales[i % scales.size()];
                map.weight = std::make_shared<DenseLinear>(Tensor::fromFloats({map.weight->outputs(), map.weight->inputs()}, dense));
            }
        }
        block = changed;
    }
    return result;
}

} // namespace

class AwqTest : public QObject {
    Q_OBJECT
private slots:
    void initTestCase() { registerStrategies(StrategyRegistry::instance()); }

    void referenceOutputs_data() { test::addGoldenCases("awq"); }
    void referenceOutputs()
    {
        QFETCH(QString, folder);
        QFETCH(QString, config);
        if (folder.isEmpty()) QSKIP("reference data not found");
        const test::GoldenCase from(folder, config, "awq");
        const auto groupSize = from.settings().at("q_group_size").get<int64_t>();
        const AwqGroups groups{from.settings().at("w_bit").get<int>(), groupSize < 0 ? from.columns : groupSize};
        double change = 0, plain = 0;
        const std::vector<float> scales = bestScales(from, groups, change, plain);
        QVERIFY(std::abs(plain / from.settings().at("err_rtn_same_grid").get<double>() - 1) < 0.01);
        QVERIFY(std::abs(change / from.settings().at("err_scale_only").get<double>() - 1) < 0.01);
        const std::vector<float> wanted = from.tensor("awq_scales").toFloats();
        for (size_t c = 0; c < scales.size(); ++c) QVERIFY(std::abs(scales[c] / wanted[c] - 1) < 1e-4f);
        // Clipping and rounding of W · s for inputs X / s.
        std::vector<float> scaled = from.weights;
        for (size_t i = 0; i < scaled.size(); ++i) scaled[i] *= scales[i % scales.size()];
        std::vector<double> covariance = from.covariance;
        const size_t n = scales.size();
        for (size_t a = 0; a < n; ++a)
            for (size_t b = 0; b < n; ++b) covariance[a * n + b] /= double(scales[a]) * double(scales[b]);
        const std::vector<float> clipped = clippedGroups({scaled, from.rows, from.columns}, covariance, groups);
        const PackedMatrix packed = packRawGroups({clipped, from.rows, from.columns}, groups, "test");
        std::vector<float> row(n);
        std::vector<double> found;
        const std::vector<float> expected = from.tensor("w_hat").toFloats();
        size_t equal = 0;
        for (int64_t r = 0; r < from.rows; ++r) {
            dequantizeRow(packed, r, row);
            for (size_t c = 0; c < n; ++c) {
                found.push_back(double(row[c] / scales[c]));
                // Half a step is the least that another code could make; scales have 11 bits here.
                const float step = float(halfStep(packed, r, int64_t(c))) / scales[c];
                equal += std::abs(float(found.back()) - expected[found.size() - 1]) < step;
            }
        }
        QVERIFY2(double(equal) >= 0.97 * double(found.size()), qPrintable(QStringLiteral("%1 of %2").arg(equal).arg(found.size())));
        const double error = from.outputError(found) / from.golden.at("output_error").get<double>();
        QVERIFY2(std::abs(error - 1) < 0.02, qPrintable(QString::number(error)));
    }

    // The card: moving scales without rounding changes nothing.
    void scalesCancel_data()
    {
        QTest::addColumn<QString>("name");
        for (const char* name : {"llama_mha", "llama_gqa", "qwen2", "gemma", "phi2", "gpt2", "olmoe", "falcon_new"})
            QTest::newRow(name) << name;
    }
    void scalesCancel()
    {
        QFETCH(QString, name);
        const auto folder = test::goldenFolder() / "models" / name.toStdString();
        PARETOSCOPE_REQUIRE(folder);
        const ModelPtr model = openModel(folder.string()), scaled = randomlyScaled(model);
        const std::vector<float> before = logitsOf(model), after = logitsOf(scaled);
        for (size_t i = 0; i < before.size(); ++i) QVERIFY(std::abs(before[i] - after[i]) < 1e-3f);
    }

    void groupedQueriesLeaveTheOutputAlone()
    {
        const auto folder = test::goldenFolder() / "models/llama_gqa", all = test::goldenFolder() / "models/llama_mha";
        PARETOSCOPE_REQUIRE(folder);
        std::vector<std::string> left;
        QCOMPARE(scaledGroups(*openModel(folder.string())->blocks[0], left).size(), size_t(3));
        QCOMPARE(left, std::vector<std::string>{"the attention's output"});
        left.clear();
        QCOMPARE(scaledGroups(*openModel(all.string())->blocks[0], left).size(), size_t(4));
        QVERIFY(left.empty());
    }

    // By hand: -0.2 … 1.3 in 2 bits is steps of 0.5 from -0.2, whose zero point is 0.
    void rawGridByHand()
    {
        const std::vector<float> weights{-0.2f, 0.3f, 1.3f, 0.9f};
        const AffineGrid grid = fitRawGrid(weights, 2);
        QVERIFY(std::abs(grid.scale - 0.5) < 1e-6);
        QCOMPARE(grid.zero, 0);
        const AffineGrid positive = fitRawGrid(std::vector<float>{1, 2, 4}, 2); // zero is not forced in
        QVERIFY(std::abs(positive.scale - 1) < 1e-6);
        QCOMPARE(positive.zero, 0);
        QCOMPARE(fitRawGrid(std::vector<float>{-3, -1, 0}, 2).zero, 3);
    }

    // Every share tried by hand, with inputs that use one column much and another one not at all.
    void clippingIsTheBestOfTheShares()
    {
        Random random(8);
        for (int round = 0; round < 40; ++round) {
            std::vector<float> weights(16);
            for (float& weight : weights) weight = float(random.normal());
            std::vector<double> covariance(16 * 16);
            for (size_t i = 0; i < 16; ++i) covariance[i * 17] = i == 3 ? 0 : i == 7 ? 50 : 1;
            float largest = 0, best = 0;
            for (const float weight : weights) largest = std::max(largest, std::abs(weight));
            double least = HUGE_VAL;
            for (int step = 0; step < 10; ++step) {
                const float bound = largest * (1 - float(step) / 20);
                float low = bound, high = -bound;
                for (const float weight : weights) {
                    low = std::min(low, std::clamp(weight, -bound, bound));
                    high = std::max(high, std::clamp(weight, -bound, bound));
                }
                const double scale = (double(high) - double(low)) / 7, zero = -std::nearbyint(double(low) / scale);
                double error = 0;
                for (size_t i = 0; i < 16; ++i) {
                    const double code = std::nearbyint(double(std::clamp(weights[i], -bound, bound)) / scale) + zero;
                    const double rounded = scale * (std::clamp(code, 0.0, 7.0) - zero);
                    error += covariance[i * 17] * (double(weights[i]) - rounded) * (double(weights[i]) - rounded);
                }
                if (error < least * (1 - 1e-9)) least = error, best = bound;
            }
            const std::vector<float> clipped = clippedGroups({weights, 1, 16}, covariance, {3, 16});
            for (size_t i = 0; i < 16; ++i) QVERIFY(std::abs(clipped[i] - std::clamp(weights[i], -best, best)) < 1e-6f);
        }
    }

private:
    static double halfStep(const PackedMatrix& matrix, int64_t row, int64_t column)
    {
        std::vector<float> scales(size_t(matrix.rows * matrix.groups()));
        matrix.scales.toFloats(0, scales);
        return double(scales[size_t(row * matrix.groups() + column / matrix.groupSize)]) / 2;
    }
};

QTEST_GUILESS_MAIN(AwqTest)
#include "awq_test.moc"
