// What solvers see of a block: stages, and sequences without their first tokens.
#include "core/base/error.h"
#include "plugins/quantization/block_inputs.h"
#include "plugins/quantization/strategies.h"
#include "tests/plugins/quantization/sample_problems.h"
#include "tests/test_data.h"

#include <map>

using namespace paretoscope;
using namespace paretoscope::quantization;

namespace {

std::map<std::string, std::vector<float>> mapsOf(const Pipeline& pipeline)
{
    std::map<std::string, std::vector<float>> maps;
    forEachLinear(*pipeline.model,
                  [&](const LinearId& id, const Linear& linear) { maps[id.text()] = linear.weight->toDense(); });
    return maps;
}

double trace(const std::vector<double>& covariance, int64_t n)
{
    double sum = 0;
    for (int64_t i = 0; i < n; ++i) sum += covariance[size_t(i * n + i)];
    return sum;
}

} // namespace

class BlockInputsTest : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() { registerStrategies(StrategyRegistry::instance()); }

    // MiniCPM4's card: a first token ten times as large rules the covariance, unless it is left out.
    void firstTokensDoNotCount()
    {
        constexpr int64_t length = 9, sequences = 3, columns = 5;
        Random random(4, "inputs");
        std::vector<float> x, rest;
        for (int64_t r = 0; r < length * sequences; ++r)
            for (int64_t c = 0; c < columns; ++c) {
                x.push_back(float(random.normal()) * (r % length == 0 ? 10.0f : 1.0f));
                if (r % length >= 2) rest.push_back(x.back());
            }
        const LinearId id{0, -1, "feed_forward.up"};
        BlockInputs all(*cpuBackend(), length, 0, -1), without(*cpuBackend(), length, 2, -1);
        all.linearInput(id, {x.data(), length * sequences, columns});
        without.linearInput(id, {x.data(), length * sequences, columns});
        InputCovariances expected(*cpuBackend());
        expected.linearInput(id, {rest.data(), (length - 2) * sequences, columns});
        QVERIFY(*without.of(id) == *expected.of(id));
        QVERIFY(trace(*without.of(id), columns) < 0.2 * trace(*all.of(id), columns));
        QVERIFY(!without.keptAll());
        // Whose tokens an expert got is not known.
        const LinearId expert{0, 1, "up"};
        without.linearInput(expert, {x.data(), 4, columns});
        QVERIFY(without.keptAll() && without.of(expert));
    }

    void stagesFollowExecution()
    {
        const std::vector<std::vector<const char*>> stages{
            {"attention.query", "attention.key", "attention.value", "attention.query_down", "attention.kv_down"},
            {"attention.query_up", "attention.kv_up"},
            {"attention.output"},
            {"feed_forward.gate", "feed_forward.up", "shared_expert.up", "gate"},
            {"feed_forward.down", "shared_expert.down", "down"}};
        QCOMPARE(int(stages.size()), solvingStages);
        for (size_t stage = 0; stage < stages.size(); ++stage)
            for (const char* role : stages[stage]) QCOMPARE(solvingStage({0, -1, role}), int(stage));
        BlockInputs outputs(*cpuBackend(), 4, 0, 2);
        const std::vector<float> x(4 * 3, 1.0f);
        outputs.linearInput({0, -1, "attention.query"}, {x.data(), 4, 3});
        outputs.linearInput({0, -1, "attention.output"}, {x.data(), 4, 3});
        QVERIFY(!outputs.of({0, -1, "attention.query"}) && outputs.of({0, -1, "attention.output"}));
    }

    // Stage by stage changes only what comes behind a stage.
    void laterStagesSeeEarlierOnes()
    {
        test::StarterModel starter;
        const auto plain = mapsOf(
            starter.with("quantization.gptq(bits=2,group_size=64,calibration_samples=4,calibration_length=64)"));
        const auto staged = mapsOf(starter.with("quantization.gptq(bits=2,group_size=64,calibration_samples=4,"
                                                "calibration_length=64,true_sequential=true)"));
        for (const char* role : {"query", "key", "value"})
            QVERIFY(plain.at(std::string("blocks.0.attention.") + role) ==
                    staged.at(std::string("blocks.0.attention.") + role));
        QVERIFY(plain.at("blocks.0.attention.output") != staged.at("blocks.0.attention.output"));
        QVERIFY(plain.at("blocks.0.feed_forward.down") != staged.at("blocks.0.feed_forward.down"));
    }

    void skippingNothingIsGptq()
    {
        test::StarterModel starter;
        const std::string recipe = "quantization.gptq(bits=3,group_size=64,calibration_samples=4,calibration_length=64";
        const auto plain = mapsOf(starter.with(recipe + ")"));
        QVERIFY(plain == mapsOf(starter.with(recipe + ",skip_first_tokens=0)")));
        QVERIFY(plain != mapsOf(starter.with(recipe + ",skip_first_tokens=4)")));
        PARETOSCOPE_EXPECT_ERROR(starter.with(recipe + ",skip_first_tokens=64)"),
                                 "leaves nothing of sequences of 64 tokens");
    }
};

QTEST_GUILESS_MAIN(BlockInputsTest)
#include "block_inputs_test.moc"
