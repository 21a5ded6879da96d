// What every strategy promises, whatever it does.
#include "all_families.h"
#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/fingerprint.h"
#include "core/base/json.h"
#include "core/inference/session.h"
#include "core/model/open_model.h"
#include "core/strategy/recipe.h"
#include "tests/test_data.h"

#include <chrono>
#include <cmath>
#include <map>
#include <thread>

using namespace paretoscope;

namespace {

const std::filesystem::path starterFolder = std::filesystem::path(PARETOSCOPE_SOURCE_DIR) / "resources/models/starter";

struct Bench {
    ScratchFolder scratch;
    JobContext job;
    Workbench workbench;

    Bench()
    {
        workbench.backend = cpuBackend();
        workbench.job = &job;
        workbench.scratchFolder = scratch.path();
        workbench.calibrationText = readFile(std::filesystem::path(PARETOSCOPE_BINARY_DIR) /
                                             "share/paretoscope/texts/arithmetic.txt");
        workbench.calibrationSource = "arithmetic.txt";
    }
};

// Every stored byte of the blocks' maps.
std::string bytesOf(const Model& model)
{
    Fingerprint fingerprint;
    forEachLinear(model, [&](const LinearId& id, const Linear& linear) {
        fingerprint.add(id.text());
        for (const auto& [name, tensor] : linear.weight->tensors()) fingerprint.add(name).add(tensor.bytes());
        if (!linear.bias.empty()) fingerprint.add(linear.bias.bytes());
    });
    return fingerprint.add(model.embedding.bytes()).hex();
}

std::vector<float> logitsOf(const Pipeline& pipeline)
{
    Session session(pipeline.model, cpuBackend(), pipeline.sessionOptions());
    const std::vector<int32_t> tokens{0, 371, 1160, 400, 345, 329};
    const ConstMatrixView logits = session.forward(tokens);
    return {logits.row(0), logits.row(0) + logits.columns};
}

Settings defaultsOf(const Strategy& strategy)
{
    return completeSettings(strategy.parameters(), Json::object(), strategy.info().id);
}

// The defaults with less to look at and shorter searches, which change how good a result is and not
// what it is.
Settings quickSettingsOf(const Strategy& strategy)
{
    const std::map<std::string, int> less{
        {"calibration_samples", 6}, {"calibration_length", 64}, {"search_samples", 2}, {"scale_steps", 4},
        {"generations", 1}, {"offspring", 3}, {"steps", 2}, {"batch", 2}, {"rounds", 2}, {"tuning_epochs", 1}};
    Json given = Json::object();
    for (const Parameter& parameter : strategy.parameters())
        if (less.contains(parameter.name)) given[parameter.name] = less.at(parameter.name);
    return completeSettings(strategy.parameters(), given, strategy.info().id);
}

} // namespace

class StrategyConformanceTest : public QObject {
    Q_OBJECT

private slots:
    void initTestCase()
    {
        registerAllFamilies(StrategyRegistry::instance());
        QVERIFY(!StrategyRegistry::instance().all().empty());
        // Two blocks say as much as six and take a third of the time.
        auto model = std::make_shared<Model>(*openModel(starterFolder.string()));
        model->blocks.resize(2);
        model->config.blocks.resize(2);
        pipeline_.model = model;
    }

    void describesItself_data() { addStrategies(); }
    void describesItself()
    {
        const StrategyInfo& info = strategy().info();
        QVERIFY(info.id.starts_with(info.family + "."));
        QVERIFY(!info.name.empty() && !info.paper.empty());
        QVERIFY(info.summary.size() > 40);
        QVERIFY(info.summary.ends_with("."));
        for (const Parameter& parameter : strategy().parameters()) {
            QVERIFY2(!parameter.title.empty() && parameter.help.ends_with("."), parameter.name.c_str());
            QCOMPARE(QString::fromStdString(parameter.name).toLower(), QString::fromStdString(parameter.name));
        }
        defaultsOf(strategy()); // the defaults are allowed values
    }

    void leavesItsParentAlone_data() { addStrategies(); }
    void leavesItsParentAlone()
    {
        const std::string before = bytesOf(*pipeline_.model);
        const std::vector<float> logits = logitsOf(pipeline_);
        Bench bench;
        const Pipeline result = strategy().apply(pipeline_, quickSettingsOf(strategy()), bench.workbench);
        QCOMPARE(bytesOf(*pipeline_.model), before);
        QCOMPARE(logitsOf(pipeline_), logits);
        for (const float logit : logitsOf(result)) QVERIFY(std::isfinite(logit));
    }

    void sameSeedSameBytes_data() { addStrategies(); }
    void sameSeedSameBytes()
    {
        Bench first, second;
        const Settings settings = quickSettingsOf(strategy());
        const Pipeline a = strategy().apply(pipeline_, settings, first.workbench);
        const Pipeline b = strategy().apply(pipeline_, settings, second.workbench);
        QCOMPARE(bytesOf(*a.model), bytesOf(*b.model));
        QCOMPARE(logitsOf(a), logitsOf(b));
    }

    void cancelsWithinASecond_data() { addStrategies(); }
    void cancelsWithinASecond()
    {
        Bench bench;
        bench.job.cancel();
        const auto start = std::chrono::steady_clock::now();
        PARETOSCOPE_EXPECT_ERROR(strategy().apply(pipeline_, quickSettingsOf(strategy()), bench.workbench), "cancelled");
        QVERIFY(std::chrono::steady_clock::now() - start < std::chrono::seconds(1));
    }

    void reportedBytesAreThoseOnDisk_data() { addStrategies(); }
    void reportedBytesAreThoseOnDisk()
    {
        Bench bench;
        const Pipeline result = strategy().apply(pipeline_, quickSettingsOf(strategy()), bench.workbench);
        const auto folder = bench.scratch.path() / "compressed";
        writeModelFolder(*result.model, Json::object(), folder);
        QCOMPARE(modelFileBytes(*result.model), int64_t(std::filesystem::file_size(folder / "weights.safetensors")));
        Pipeline reopened = result;
        reopened.model = openModel(folder.string());
        QCOMPARE(bytesOf(*reopened.model), bytesOf(*result.model));
        QCOMPARE(logitsOf(reopened), logitsOf(result));
        QCOMPARE(weightBytes(*reopened.model), weightBytes(*result.model));
    }

    void badSettingsAreRefusedInWords_data() { addStrategies(); }
    void badSettingsAreRefusedInWords()
    {
        const auto complete = [&](const Json& given) {
            return completeSettings(strategy().parameters(), given, strategy().info().id);
        };
        PARETOSCOPE_EXPECT_ERROR(complete({{"no_such_setting", 1}}), "there is no setting 'no_such_setting'");
        for (const Parameter& parameter : strategy().parameters()) {
            if (parameter.type == ParameterType::Text) continue;
            PARETOSCOPE_EXPECT_ERROR(complete({{parameter.name, "not a value"}}), "but must be");
            if (parameter.type == ParameterType::Integer || parameter.type == ParameterType::Number)
                if (std::isfinite(parameter.high))
                    PARETOSCOPE_EXPECT_ERROR(complete({{parameter.name, parameter.high + 1}}), "but must be");
        }
    }

    // After itself a strategy works or says in one sentence why not; nothing else may happen.
    void stacks_data() { addStrategies(); }
    void stacks()
    {
        Bench firstBench;
        const Pipeline once =
            applyRecipe({{{strategy().info().id, quickSettingsOf(strategy())}}}, pipeline_, firstBench.workbench);
        for (const auto& second : StrategyRegistry::instance().all()) {
            Bench bench;
            try {
                const Pipeline result = applyRecipe({{{second->info().id, defaultsOf(*second)}}}, once, bench.workbench);
                for (const float logit : logitsOf(result)) QVERIFY(std::isfinite(logit));
            } catch (const Error& error) {
                QVERIFY2(error.code() == ErrorCode::Unsupported || error.code() == ErrorCode::BadUsage, error.what());
                QVERIFY(QString::fromUtf8(error.what()).contains(QString::fromStdString(second->info().id)));
            }
        }
    }

    void textFormParsesBack_data() { addStrategies(); }
    void textFormParsesBack()
    {
        Recipe recipe;
        recipe.steps = {{strategy().info().id, quickSettingsOf(strategy())}};
        for (const std::string& text : {recipe.text(), recipe.fullText(), toJson(recipe).dump()}) {
            const Recipe parsed = parseRecipe(text);
            QCOMPARE(parsed.steps.size(), size_t{1});
            QVERIFY(parsed.steps[0].settings == recipe.steps[0].settings);
            QCOMPARE(parsed.fingerprint(), recipe.fingerprint());
        }
    }

private:
    static void addStrategies()
    {
        QTest::addColumn<QString>("id");
        for (const auto& row : StrategyRegistry::instance().all())
            QTest::newRow(row->info().id.c_str()) << QString::fromStdString(row->info().id);
    }

    static const Strategy& strategy()
    {
        QFETCH(QString, id);
        return StrategyRegistry::instance().get(id.toStdString());
    }

    Pipeline pipeline_;
};

QTEST_GUILESS_MAIN(StrategyConformanceTest)
#include "strategy_conformance_test.moc"
