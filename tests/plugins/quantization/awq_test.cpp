// AWQ against the reference outputs and the checks of its card.
#include "golden_cases.h"
#include "golden_models.h"
#include "plugins/quantization/awq_search.h"
#include "plugins/quantization/equivalent_scaling.h"
#include "plugins/quantization/strategies.h"
#include "sample_problems.h"

using namespace paretoscope;
using namespace paretoscope::quantization;
using namespace paretoscope::test;

namespace {

struct Found {
    std::vector<float> scales;
    double loss = HUGE_VAL;
};

Found searchScales(const std::vector<float>& weights, const std::vector<double>& covariance,
                   const std::vector<double>& means, int64_t group, int bits)
{
    Found found;
    for (int i = 0; i < 20; ++i) {
        const std::vector<float> scales = scalesOf(means, i / 20.0);
        const double loss = outputLoss(*cpuBackend(), weights, roundedUnderScales(weights, scales, group, bits), covariance,
                                       int64_t(means.size()));
        if (loss < found.loss) found = {scales, loss};
    }
    return found;
}

size_t countEqual(std::span<const float> a, std::span<const float> b, float relative)
{
    size_t equal = 0;
    for (size_t i = 0; i < a.size(); ++i) equal += std::abs(a[i] - b[i]) <= relative * std::max(1e-2f, std::abs(b[i]));
    return equal;
}

} // namespace

class AwqTest : public QObject {
    Q_OBJECT
private slots:
    void initTestCase() { registerStrategies(StrategyRegistry::instance()); }

    void referenceOutputs_data() { addGoldenCases("awq"); }
    void referenceOutputs()
    {
        PARETOSCOPE_GOLDEN_CASE("awq");
        const int bits = golden.settings().at("w_bit").get<int>();
        const auto group = golden.settings().at("q_group_size").get<int64_t>();
        const std::vector<double> covariance = golden.covariance();
        const int64_t n = golden.columns;
        std::vector<double> means(static_cast<size_t>(n));
        for (size_t i = 0; i < golden.activations.size(); ++i)
            means[i % size_t(n)] += std::abs(double(golden.activations[i])) / double(golden.tokens);
        const Found found = searchScales(golden.weights, covariance, means, group, bits);
        const std::vector<float> expectedScales = golden.expected("awq_scales").toFloats();
        QCOMPARE(countEqual(found.scales, expectedScales, 1e-5f), expectedScales.size());
        const auto near = [](double value, double expected, double tolerance) {
            return std::abs(value / expected - 1) < tolerance;
        };
        QVERIFY(near(found.loss, golden.settings().at("err_scale_only").get<double>(), 1e-4));

        std::vector<float> weights = golden.weights;
        scaleColumns(weights, found.scales);
        const std::vector<float> clips =
            bestClips(*cpuBackend(), weights, n, scaledCovariance(covariance, found.scales), group, bits, {});
        const std::vector<float> expectedClips = golden.expected("clip_max").toFloats();
        // Clipped groups have exact rounding ties, which decide between clips; see the reference's README.
        QVERIFY(double(countEqual(clips, expectedClips, 1e-4f)) >= 0.95 * double(clips.size()));
        clipInPlace(weights, group, clips);
        roundInPlace(weights, group, bits);
        for (size_t i = 0; i < weights.size(); ++i) weights[i] /= found.scales[i % size_t(n)];
        const size_t equal = countEqual(weights, golden.expected("w_hat").toFloats(), 1e-3f);
        QVERIFY2(double(equal) >= 0.97 * double(weights.size()), qPrintable(QString::number(equal)));
        QVERIFY(near(golden.errorOf(weights), golden.outputError(), 0.02));
    }

    // The card: without an exponent the loss is that of rounding alone; one step of clipping cuts nothing.
    void startsFromRounding()
    {
        const Problem problem = someProblem(12, 64, 2);
        std::vector<double> means(64);
        for (size_t i = 0; i < 64; ++i) means[i] = std::sqrt(problem.covariance[i * 65]);
        const std::vector<float> none = scalesOf(means, 0);
        QCOMPARE(none, std::vector<float>(64, 1.0f));
        std::vector<float> rounded = problem.weights;
        roundInPlace(rounded, 32, 3);
        QCOMPARE(roundedUnderScales(problem.weights, none, 32, 3), rounded);
        const double plain = outputLoss(*cpuBackend(), problem.weights, rounded, problem.covariance, 64);
        const std::vector<double> wide(rounded.begin(), rounded.end());
        QVERIFY(std::abs(plain / lossOf(problem, wide) - 1) < 1e-4);
        QVERIFY(searchScales(problem.weights, problem.covariance, means, 32, 3).loss <= plain);

        const std::vector<float> uncut = bestClips(*cpuBackend(), problem.weights, 64, problem.covariance, 32, 3, {20, 0.05});
        for (size_t g = 0; g < uncut.size(); ++g) {
            float peak = 0;
            for (size_t k = g * 32; k < (g + 1) * 32; ++k) peak = std::max(peak, std::abs(problem.weights[k]));
            QCOMPARE(uncut[g], peak);
        }
    }

    // The chosen clip of each group is the best of those there are, by brute force over the tokens' outputs.
    void clipsAreTheBest()
    {
        const Problem problem = someProblem(3, 32, 4);
        const std::vector<float> clips = bestClips(*cpuBackend(), problem.weights, 32, problem.covariance, 16, 2, {});
        for (size_t g = 0; g < clips.size(); ++g) {
            const auto loss = [&](float most) {
                std::vector<float> weights(problem.weights.begin() + std::ptrdiff_t(16 * g), problem.weights.begin() + std::ptrdiff_t(16 * g + 16));
                const std::vector<float> original = weights;
                for (float& weight : weights) weight = std::clamp(weight, -most, most);
                roundInPlace(weights, 16, 2);
                double sum = 0;
                for (size_t a = 0; a < 16; ++a)
                    for (size_t b = 0; b < 16; ++b) {
                        const size_t first = g % 2 * 16;
                        sum += double(original[a] - weights[a]) * problem.covariance[(first + a) * 32 + first + b] *
                               double(original[b] - weights[b]);
                    }
                return sum;
            };
            float peak = 0;
            for (size_t k = 0; k < 16; ++k) peak = std::max(peak, std::abs(problem.weights[16 * g + k]));
            for (int i = 0; i < 10; ++i) QVERIFY(loss(clips[g]) <= loss(peak * (1 - float(i) / 20)) * (1 + 1e-4));
        }
    }

    // The bytes of round-to-nearest and closer to the original; where some channels are large, far closer.
    void wholeModel()
    {
        StarterModel starter;
        const char* base = "bits=3,group_size=64";
        const auto awq = [&](bool clip, int steps) {
            return starter.with(fmt::format("quantization.awq({},clip_search={},calibration_samples=4,calibration_length=64,"
                                            "search_samples=1,scale_steps={})",
                                            base, clip, steps));
        };
        const auto rtn = [&] { return starter.with(fmt::format("quantization.rtn({})", base)); };
        const Pipeline found = awq(true, 4), nearest = rtn();
        const LinearFootprint a = linearFootprint(*found.model), b = linearFootprint(*nearest.model);
        QCOMPARE(a.bytes, b.bytes);
        QCOMPARE(weightBytes(*found.model), weightBytes(*nearest.model));
        const double ratio = starter.drift(found) / starter.drift(nearest);
        QVERIFY2(ratio < 0.9, qPrintable(QString::number(ratio)));
        starter.pipeline.model = withOutlierChannels(*starter.pipeline.model);
        const double withOutliers = starter.drift(awq(false, 10)) / starter.drift(rtn());
        QVERIFY2(withOutliers < 0.65, qPrintable(QString::number(withOutliers)));
    }

    void everyFamily_data() { addGoldenModels(); }
    void everyFamily()
    {
        PARETOSCOPE_GOLDEN_MODEL();
        StarterModel starter;
        auto readable = std::make_shared<Model>(*model);
        readable->tokenizer = std::make_shared<ByteTokenizer>(model->config.vocabulary);
        starter.pipeline.model = readable;
        const std::string calibration = "calibration_samples=2,calibration_length=24,scale_steps=4";
        const Pipeline result = starter.with("quantization.awq(bits=8,group_size=32," + calibration + ")");
        QVERIFY(!result.notes.empty());
        const std::vector<float> before = hiddenOf(readable), after = hiddenOf(result.model);
        double size = 0;
        for (const float value : before) size = std::max(size, std::abs(double(value)));
        QVERIFY2(largestDifference(before, after) < 0.1 * size, qPrintable(QString::number(largestDifference(before, after) / size)));
        forEachLinear(*result.model, [&](const LinearId& id, const Linear& linear) {
            QVERIFY2(linear.weight->kind() == "packed" || id.role == "router" || id.role == "shared_gate", id.text().c_str());
        });
    }
};

QTEST_GUILESS_MAIN(AwqTest)
#include "awq_test.moc"
