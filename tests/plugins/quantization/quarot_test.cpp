// QuaRot by the checks of its method card.
#include "core/model/random_model.h"
#include "core/model/rotated_linear.h"
#include "golden_models.h"
#include "plugins/quantization/rotation.h"
#include "plugins/quantization/strategies.h"
#include "sample_problems.h"

using namespace paretoscope;
using namespace paretoscope::quantization;
using namespace paretoscope::test;

namespace {

// The same model with every number in F32, so that what a rotation changes is not what 16 bits round.
ModelPtr inFloats(const Model& model)
{
    const auto floats = [](const LinearWeight& weight) {
        return std::make_shared<DenseLinear>(Tensor::fromFloats({weight.outputs(), weight.inputs()}, weight.toDense()));
    };
    auto result = withLinears(model, [&](const LinearId&, const Linear& linear) { return floats(*linear.weight); });
    result->embedding = Tensor::fromFloats(model.embedding.shape(), model.embedding.toFloats());
    if (model.output) result->output.weight = floats(*model.output.weight);
    return result;
}

std::vector<float> logitsOf(const ModelPtr& model)
{
    std::vector<int32_t> tokens;
    for (int32_t i = 0; i < 24; ++i) tokens.push_back(int32_t((i * 37 + 11) % model->config.vocabulary));
    Session session(model, cpuBackend());
    const ConstMatrixView logits = session.forward(tokens, LogitRows::All);
    std::vector<float> values;
    for (int64_t r = 0; r < logits.rows; ++r) values.insert(values.end(), logits.row(r), logits.row(r) + logits.columns);
    return values;
}

double relativeDifference(const std::vector<float>& a, const std::vector<float>& b)
{
    double size = 0;
    for (const float value : a) size = std::max(size, std::abs(double(value)));
    return largestDifference(a, b) / size;
}

// Σ of squared differences of the logits, which a rotation leaves, on the beginning of the text.
double driftOfLogits(const StarterModel& starter, const Pipeline& compressed)
{
    const std::vector<int32_t> tokens =
        starter.pipeline.model->tokenizer->encode(starter.workbench.calibrationText.substr(0, 600), false);
    const auto logits = [&](const ModelPtr& model) {
        Session session(model, cpuBackend());
        const ConstMatrixView rows = session.forward(tokens, LogitRows::All);
        return std::vector<float>(rows.data, rows.data + rows.rows * rows.columns);
    };
    const std::vector<float> a = logits(starter.pipeline.model), b = logits(compressed.model);
    double sum = 0;
    for (size_t i = 0; i < a.size(); ++i) sum += std::pow(double(a[i]) - double(b[i]), 2);
    return sum;
}

// Two blocks say as much as six and take a third of the time.
void keepTwoBlocks(StarterModel& starter)
{
    auto model = std::make_shared<Model>(*starter.pipeline.model);
    model->blocks.resize(2);
    model->config.blocks.resize(2);
    starter.pipeline.model = model;
}

// What the first maps of each block read.
struct BlockInputs : Observer {
    double fourth = 0, second = 0, count = 0, worstPeak = 0;

    void linearInput(const LinearId& id, ConstMatrixView x) override
    {
        if (id.role != "attention.query" && id.role != "feed_forward.up") return;
        for (int64_t r = 0; r < x.rows; ++r) {
            double peak = 0, square = 0;
            for (const float value : x.rowSpan(r)) {
                peak = std::max(peak, std::abs(double(value)));
                square += double(value) * double(value);
                fourth += std::pow(double(value), 4);
            }
            second += square;
            count += double(x.columns);
            worstPeak = std::max(worstPeak, peak / std::sqrt(square / double(x.columns)));
        }
    }
    double kurtosis() const { return fourth / count / std::pow(second / count, 2); }
};

BlockInputs inputsOf(const ModelPtr& model, const std::string& text)
{
    BlockInputs inputs;
    Session session(model, cpuBackend());
    session.forward(model->tokenizer->encode(text, false), LogitRows::None, &inputs);
    return inputs;
}

} // namespace

class QuarotTest : public QObject {
    Q_OBJECT
private slots:
    void initTestCase() { registerStrategies(StrategyRegistry::instance()); }

    // The rotation alone leaves the logits; what cannot be rotated is named with its reason.
    void everyFamily_data() { addGoldenModels(); }
    void everyFamily()
    {
        PARETOSCOPE_GOLDEN_MODEL();
        static const std::map<std::string, const char*> refused{
            {"bert", "layer norms"},    {"bloom", "layer norms"},    {"clip", "reads pictures"},
            {"falcon", "layer norms"},  {"gpt2", "layer norms"},     {"gpt_neox", "layer norms"},
            {"llava", "reads pictures"}, {"opt", "layer norms"},     {"phi", "layer norms"},
            {"gemma2", "normalizes what its blocks add"}};
        const auto reason = refused.find(model->config.architecture);
        if (reason != refused.end()) {
            std::string said;
            try {
                requireRotatable(*model, "quantization.quarot");
            } catch (const Error& error) {
                QCOMPARE(error.code(), ErrorCode::Unsupported);
                said = error.what();
            }
            QVERIFY2(said.find(reason->second) != std::string::npos, said.c_str());
            QVERIFY2(said.find("(" + model->config.architecture + ")") != std::string::npos, said.c_str());
            return;
        }
        requireRotatable(*model, "quantization.quarot");
        const ModelPtr plain = inFloats(*model);
        JobContext job;
        for (const bool online : {true, false}) {
            const auto rotated = rotatedModel(*plain, *cpuBackend(), {online, 3}, job);
            QCOMPARE(bool(rotated->output), bool(model->output));
            const double difference = relativeDifference(logitsOf(plain), logitsOf(rotated));
            QVERIFY2(difference < 1e-4, qPrintable(QString::number(difference)));
        }
    }

    // Sizes that are no powers of two, with and without a Hadamard matrix: 192 = 12 · 16, 6 heads, 80 = 20 · 4,
    // 5 heads, 44, 7 heads.
    void oddSizes()
    {
        struct Size {
            int64_t hidden, heads, kvHeads, feedForward;
        };
        for (const Size& size : {Size{192, 6, 2, 344}, Size{80, 5, 5, 172}, Size{56, 7, 1, 44}}) {
            const ScratchFolder scratch;
            JobContext job;
            RandomModelShape shape;
            shape.hidden = size.hidden;
            shape.layers = 2;
            shape.heads = size.heads;
            shape.kvHeads = size.kvHeads;
            shape.feedForward = size.feedForward;
            shape.vocabulary = 90;
            shape.context = 64;
            shape.tied = size.heads == 5;
            writeRandomModel(shape, scratch.path() / "model", job);
            const ModelPtr plain = openModel((scratch.path() / "model").string());
            const double difference =
                relativeDifference(logitsOf(plain), logitsOf(rotatedModel(*plain, *cpuBackend(), {true, 1}, job)));
            QVERIFY2(difference < 1e-4, qPrintable(QString::number(difference)));
        }
    }

    // The card: the kurtosis of what blocks read drops near 3, the largest value towards √(2 ln D) of the rms.
    void noLargeChannels()
    {
        StarterModel starter;
        JobContext job;
        const ModelPtr outliers = withOutlierChannels(*starter.pipeline.model);
        const std::string text = starter.workbench.calibrationText.substr(0, 800);
        const BlockInputs before = inputsOf(outliers, text);
        const BlockInputs after = inputsOf(rotatedModel(*outliers, *cpuBackend(), {true, 1}, job), text);
        QVERIFY2(before.kurtosis() > 10, qPrintable(QString::number(before.kurtosis())));
        QVERIFY2(std::abs(after.kurtosis() - 3) < 0.5, qPrintable(QString::number(after.kurtosis())));
        const double expected = std::sqrt(2 * std::log(double(outliers->config.hidden)));
        QVERIFY2(after.worstPeak < 1.7 * expected && after.worstPeak < 0.7 * before.worstPeak,
                 qPrintable(QString("%1 then %2").arg(before.worstPeak).arg(after.worstPeak)));
    }

    // Four bits everywhere: rotated is closest, then smoothed, then plain; 4 + 16/in bits a weight.
    void fourBits()
    {
        StarterModel starter;
        keepTwoBlocks(starter);
        starter.pipeline.model = withOutlierChannels(*starter.pipeline.model);
        const Pipeline rotated = starter.with("quantization.quarot(weights=rtn)");
        const double quarot = driftOfLogits(starter, rotated);
        const double smooth =
            driftOfLogits(starter, starter.with("quantization.smoothquant(bits=4,calibration_samples=4,calibration_length=64)"));
        const double plain = driftOfLogits(starter, starter.with("quantization.quarot(weights=rtn,rotation=none)"));
        QVERIFY2(quarot < 0.8 * smooth && smooth < 0.8 * plain,
                 qPrintable(QString("%1, %2, %3").arg(quarot).arg(smooth).arg(plain)));
        forEachLinear(*rotated.model, [&](const LinearId& id, const Linear& linear) {
            const bool online = id.role == "attention.output" || id.role == "feed_forward.down";
            const auto* outer = dynamic_cast<const RotatedLinear*>(linear.weight.get());
            QCOMPARE(outer != nullptr, online);
            const LinearWeight& inner = outer ? *outer->inner() : *linear.weight;
            QVERIFY2(dynamic_cast<const IntegerLinear*>(&inner), id.text().c_str());
            QCOMPARE(linear.weight->storedBytes(), linear.weight->parameters() / 2 + 2 * linear.weight->outputs());
        });
    }

    // GPTQ sees what the maps behind the online rotations see: it must beat rounding.
    void solvesBehindRotations()
    {
        StarterModel starter;
        keepTwoBlocks(starter);
        const auto with = [&](const char* weights) {
            return driftOfLogits(starter, starter.with(fmt::format("quantization.quarot(bits=3,activation_bits=16,weights={},mse_clip=false,"
                                                          "calibration_samples=4,calibration_length=64)", weights)));
        };
        const double ratio = with("gptq") / with("rtn");
        QVERIFY2(ratio < 0.9, qPrintable(QString::number(ratio)));
    }

    // Without online rotations the maps are plain and any method can follow; compressed ones are refused.
    void stacks()
    {
        StarterModel starter;
        keepTwoBlocks(starter);
        const Pipeline both =
            starter.with("quantization.quarot(weights=none,online_rotations=false)+quantization.rtn(bits=4,group_size=64)");
        forEachLinear(*both.model, [&](const LinearId& id, const Linear& linear) {
            QVERIFY2(linear.weight->kind() == "packed", id.text().c_str());
        });
        QCOMPARE(linearFootprint(*both.model).bytes, linearFootprint(*starter.with("quantization.rtn(bits=4,group_size=64)").model).bytes);
        // 16 bits stay 16 bits.
        const Pipeline alone = starter.with("quantization.quarot(weights=none)");
        QCOMPARE(linearFootprint(*alone.model).bytes, linearFootprint(*starter.pipeline.model).bytes);
        PARETOSCOPE_EXPECT_ERROR(starter.with("quantization.rtn+quantization.quarot"), "is already compressed");
        PARETOSCOPE_EXPECT_ERROR(starter.with("quantization.quarot(weights=none)+quantization.rtn"), "is already compressed");
        PARETOSCOPE_EXPECT_ERROR(starter.with("quantization.quarot(weights=none,rotation=none)"), "nothing changes");
        PARETOSCOPE_EXPECT_ERROR(starter.with("quantization.quarot(group_size=64)"), "group_size must be -1");
        PARETOSCOPE_EXPECT_ERROR(starter.with("quantization.quarot(symmetric=false)"), "need symmetric weights");
    }
};

QTEST_GUILESS_MAIN(QuarotTest)
#include "quarot_test.moc"
