// Mixes of GGML blocks: which type goes where, what it costs, and what importances are.
#include "core/base/error.h"
#include "core/strategy/covariances.h"
#include "plugins/quantization/block_mix.h"
#include "plugins/quantization/input_importance.h"
#include "plugins/quantization/strategies.h"
#include "tests/plugins/quantization/golden_models.h"
#include "tests/plugins/quantization/sample_problems.h"
#include "tests/test_data.h"

#include <set>

using namespace paretoscope;
using namespace paretoscope::quantization;

namespace {

Model shapeOnly(int blocks, int64_t heads, int64_t kvHeads)
{
    Model model;
    BlockConfig config;
    config.heads = heads;
    config.kvHeads = kvHeads;
    model.config.blocks.assign(size_t(blocks), config);
    model.blocks.assign(size_t(blocks), std::make_shared<Block>());
    return model;
}

} // namespace

class KQuantsTest : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() { registerStrategies(StrategyRegistry::instance()); }

    // The methods card and formats.md, "Mix rules", for 32 blocks.
    void mixesGiveTheirTypes_data()
    {
        QTest::addColumn<QString>("mix");
        QTest::addColumn<QString>("role");
        QTest::addColumn<int>("block");
        QTest::addColumn<QString>("type");
        const auto row = [](const char* mix, const char* role, int block, const char* type) {
            QTest::addRow("%s %s %d", mix, role, block) << mix << role << block << type;
        };
        for (const char* mix : {"Q4_K_M", "Q5_K_M"})
            for (const char* role : {"attention.value", "feed_forward.down"}) {
                const char* base = mix[1] == '4' ? "Q4_K" : "Q5_K";
                for (const int block : {0, 3, 6, 9, 28, 31}) row(mix, role, block, "Q6_K"); // (6 - 4) % 3 == 2
                for (const int block : {4, 5, 7, 8, 26}) row(mix, role, block, base);
            }
        row("Q4_K_M", "attention.query", 0, "Q4_K");
        row("Q4_K_M", "attention.output", 0, "Q4_K");
        row("Q4_K_S", "attention.value", 3, "Q5_K");
        row("Q4_K_S", "attention.value", 4, "Q4_K");
        row("Q4_K_S", "feed_forward.down", 3, "Q5_K");
        row("Q4_K_S", "feed_forward.down", 4, "Q4_K");
        row("Q3_K_M", "attention.value", 1, "Q5_K");
        row("Q3_K_M", "attention.value", 2, "Q4_K");
        row("Q3_K_M", "feed_forward.down", 1, "Q5_K");
        row("Q3_K_M", "feed_forward.down", 2, "Q4_K");
        row("Q3_K_M", "attention.output", 9, "Q4_K");
        row("Q3_K_M", "feed_forward.up", 0, "Q3_K");
        row("Q3_K_S", "feed_forward.down", 0, "Q3_K");
        row("Q2_K", "attention.value", 9, "Q3_K");
        row("Q2_K", "attention.output", 9, "Q3_K");
        row("Q2_K", "feed_forward.down", 9, "Q3_K");
        row("Q2_K", "feed_forward.gate", 9, "Q2_K");
        row("Q6_K", "feed_forward.down", 0, "Q6_K");
        row("Q8_0", "attention.value", 0, "Q8_0");
    }
    void mixesGiveTheirTypes()
    {
        QFETCH(QString, mix);
        QFETCH(QString, role);
        QFETCH(int, block);
        QFETCH(QString, type);
        const LinearId id{block, -1, role.toStdString()};
        const Model model = shapeOnly(32, 8, 4);
        QCOMPARE(QString(BlockMix(mix.toStdString(), false, true, model).typeOf(id).name), type);
        const Model shared = shapeOnly(32, 8, 2); // four heads to a key
        if (mix == "Q2_K" && role == "attention.value")
            QCOMPARE(QString(BlockMix("Q2_K", false, true, shared).typeOf(id).name), QString("Q4_K"));
        const BlockMix pure(mix.toStdString(), true, true, model);
        QVERIFY(mix.startsWith(pure.typeOf(id).name));
    }

    void headsAreBetterThanTheRest()
    {
        const Model model = shapeOnly(32, 8, 4);
        QCOMPARE(QString(BlockMix("Q4_K_M", false, true, model).typeOfHead().name), QString("Q6_K"));
        QCOMPARE(QString(BlockMix("Q8_0", false, true, model).typeOfHead().name), QString("Q8_0"));
        QCOMPARE(QString(BlockMix("TQ1_0", false, true, model).typeOfEmbedding().name), QString("Q4_K"));
    }

    // formats.md, "Fallback when columns are not divisible".
    void raggedRowsFallBack()
    {
        const std::vector<std::pair<const char*, const char*>> expected{
            {"Q4_K", "Q5_0"}, {"Q5_K", "Q5_1"}, {"Q6_K", "Q8_0"},   {"Q2_K", "IQ4_NL"},
            {"Q3_K", "IQ4_NL"}, {"TQ2_0", "Q4_0"}, {"Q4_0", "Q4_0"}};
        for (const auto& [wished, given] : expected) {
            const BlockFormat& format = *blockFormatByName(wished);
            QCOMPARE(fittingType(format, 512), &format);
            QCOMPARE(QString(fittingType(format, 192)->name), QString(given));
            QVERIFY(fittingType(format, 100) == nullptr);
        }
    }

    // Bytes are those of the types: of the built-in model's maps only down projections have rows of 512.
    void bytesAreThoseOfTheTypes()
    {
        test::StarterModel starter;
        const Pipeline made = starter.with("quantization.k_quants(type=Q4_K_M,importance=false)");
        std::set<std::string> kinds;
        forEachLinear(*made.model, [&](const LinearId& id, const Linear& linear) {
            const auto* blocks = dynamic_cast<const BlockLinear*>(linear.weight.get());
            QVERIFY2(blocks, id.text().c_str());
            const bool whole = linear.weight->inputs() % 256 == 0;
            const std::string name = blocks->matrix().format->name;
            kinds.insert(name);
            if (whole) QVERIFY(name == "Q4_K" || name == "Q6_K");
            else QVERIFY(name == "Q5_0" || name == "Q8_0");
            const int64_t bytes = name == "Q4_K" ? 144 : name == "Q6_K" ? 210 : name == "Q5_0" ? 22 : 34;
            QCOMPARE(linear.weight->storedBytes(), linear.weight->parameters() / (whole ? 256 : 32) * bytes);
        });
        QCOMPARE(kinds.size(), size_t(4));
        QVERIFY(made.model->embedding.empty());
        QCOMPARE(made.model->embeddingMap.weight->description(), std::string("Q8_0 blocks of 32"));
        QVERIFY(!made.notes.empty());
        const Pipeline kept = starter.with("quantization.k_quants(type=Q4_K_M,importance=false,embeddings=false)");
        QVERIFY(!kept.model->embedding.empty());
    }

    void importanceIsTheMeanSquare()
    {
        test::StarterModel starter;
        const Model& model = *starter.pipeline.model;
        const std::vector<int32_t> tokens =
            model.tokenizer->encode(starter.workbench.calibrationText.substr(0, 900), false);
        const std::vector<std::vector<int32_t>> sequences{tokens, {tokens.begin(), tokens.begin() + 50}};
        const InputImportance importance(model, sequences, starter.workbench, "test");
        const auto rows = double(tokens.size() + 50);
        BlockWalk walk(model, *starter.workbench.backend, sequences);
        InputCovariances covariances(*starter.workbench.backend);
        walk.look(model, 0, covariances, starter.job);
        for (const char* role : {"attention.value", "attention.output", "feed_forward.gate", "feed_forward.down"}) {
            const LinearId id{0, -1, role};
            const std::vector<double>& sum = *covariances.of(id);
            const std::vector<float> means = importance.of(id);
            const size_t n = means.size();
            QCOMPARE(n * n, sum.size());
            for (size_t i = 0; i < n; ++i)
                QVERIFY(std::abs(double(means[i]) - sum[i * n + i] / rows) < 1e-4 * sum[i * n + i] / rows + 1e-9);
        }
        // What the head reads, from a session.
        Session session(starter.pipeline.model, starter.workbench.backend);
        std::vector<double> squares(size_t(model.config.hidden));
        for (const auto& sequence : sequences) {
            Session each(starter.pipeline.model, starter.workbench.backend);
            const ConstMatrixView hidden = each.hidden(sequence);
            for (int64_t r = 0; r < hidden.rows; ++r)
                for (int64_t c = 0; c < hidden.columns; ++c)
                    squares[size_t(c)] += std::pow(double(hidden.row(r)[c]), 2) / rows;
        }
        const std::vector<float> head = importance.of({-1, -1, "output"});
        QCOMPARE(head.size(), squares.size());
        for (size_t i = 0; i < head.size(); ++i)
            QVERIFY(std::abs(double(head[i]) - squares[i]) < 1e-3 * squares[i] + 1e-9);
        QVERIFY(importance.of({7, 3, "up"}).empty());
    }

    void importanceLowersTheDrift()
    {
        test::StarterModel starter;
        const double plain = starter.drift(starter.with("quantization.k_quants(type=Q4_0,pure=true,importance=false)"));
        const double weighted =
            starter.drift(starter.with("quantization.k_quants(type=Q4_0,pure=true,calibration_samples=16)"));
        QVERIFY2(weighted < plain, qPrintable(QString::number(weighted / plain)));
    }

    void everyFamily_data() { test::addGoldenModels(); }
    void everyFamily()
    {
        PARETOSCOPE_GOLDEN_MODEL();
        JobContext job;
        Workbench workbench;
        workbench.backend = cpuBackend();
        workbench.job = &job;
        Pipeline pipeline;
        pipeline.model = model;
        const Pipeline made =
            applyRecipe(parseRecipe("quantization.k_quants(type=Q8_0,importance=false)"), pipeline, workbench);
        const std::vector<float> before = test::hiddenOf(model), after = test::hiddenOf(made.model);
        double largest = 0;
        for (const float value : before) largest = std::max(largest, std::abs(double(value)));
        for (const float value : after) QVERIFY(std::isfinite(value));
        const bool routed = std::any_of(model->blocks.begin(), model->blocks.end(),
                                        [](const auto& block) { return bool(block->moe); });
        // Of random experts, a router may choose others for the smallest difference.
        if (!routed) QVERIFY(test::largestDifference(before, after) < 0.1 * largest);
        QVERIFY(weightBytes(*made.model) < weightBytes(*model));
    }

    void compressedModelsAreRefused()
    {
        test::StarterModel starter;
        PARETOSCOPE_EXPECT_ERROR(starter.with("quantization.rtn+quantization.k_quants(importance=false)"),
                                 "already compressed");
    }
};

QTEST_GUILESS_MAIN(KQuantsTest)
#include "k_quants_test.moc"
