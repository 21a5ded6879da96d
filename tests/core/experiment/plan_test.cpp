// Experiment files: recipes, sweeps, relative paths, and refusals in words.
#include "core/base/file.h"
#include "core/experiment/experiment.h"
#include "core/strategy/strategy.h"
#include "tests/test_data.h"

using namespace paretoscope;

namespace {

using Texts = std::vector<std::string>;

// Settings and nothing else: plans never apply a strategy.
class NamedStrategy : public Strategy {
public:
    NamedStrategy(std::string id, std::vector<Parameter> parameters)
        : parameters_(std::move(parameters))
    {
        info_.id = std::move(id);
    }
    const StrategyInfo& info() const override { return info_; }
    const std::vector<Parameter>& parameters() const override { return parameters_; }
    Pipeline apply(const Pipeline& pipeline, const Settings&, Workbench&) const override
    {
        return pipeline;
    }

private:
    StrategyInfo info_;
    std::vector<Parameter> parameters_;
};

} // namespace

class PlanTest : public QObject {
    Q_OBJECT

    ScratchFolder folder_;

    ExperimentPlan read(const std::string& json, const std::string& name = "first.json")
    {
        writeFileAtomically(folder_.path() / name, json);
        return readExperimentPlan((folder_.path() / name).string());
    }

private slots:
    void initTestCase()
    {
        const auto bits = [] { return Parameter::integer("bits", "Bits", 4, 2, 8, ""); };
        auto& registry = StrategyRegistry::instance();
        registry.add(std::make_unique<NamedStrategy>(
            "quantization.grid",
            std::vector<Parameter>{bits(), Parameter::boolean("exact", "Exact", false, "")}));
        registry.add(
            std::make_unique<NamedStrategy>("kv_cache.grid", std::vector<Parameter>{bits()}));
        registry.add(std::make_unique<NamedStrategy>(
            "pruning.share",
            std::vector<Parameter>{Parameter::number("share", "Share", 0.5, 0, 1, "")}));
        writeFileAtomically(folder_.path() / "text.txt", "some text");
        writeFileAtomically(folder_.path() / "recipe.txt", "pruning.share(share=0.25)");
    }

    void everythingIsRead()
    {
        const ExperimentPlan plan = read(R"json({"name": "light", "model": "models/tiny",
            "recipes": ["quantization.grid(bits=3)", "recipe.txt",
                        [{"strategy": "pruning.share", "settings": {"share": 0.75}}]],
            "tasks": [{"task": "perplexity", "settings": {"window": 64}, "text": "text.txt"}],
            "seed": 18446744073709551615, "threads": 2, "backend": "cpu", "calibration": "text.txt"})json");
        QCOMPARE(plan.name.c_str(), "light");
        QCOMPARE(plan.model, (folder_.path() / "models/tiny").string());
        QVERIFY(plan.recipes == (Texts{"quantization.grid(bits=3)", "pruning.share(share=0.25)",
                                       "pruning.share(share=0.75)"}));
        QCOMPARE(plan.tasks.size(), size_t(1));
        QCOMPARE(plan.tasks[0].textFile, (folder_.path() / "text.txt").string());
        QCOMPARE(plan.tasks[0].settings.c_str(), "{\"window\":64}");
        QCOMPARE(plan.seed, ~uint64_t{0});
        QCOMPARE(plan.threads, 2);
        QCOMPARE(plan.calibrationFile, (folder_.path() / "text.txt").string());
    }

    void littleIsEnough()
    {
        const ExperimentPlan plan = read(R"json({"model": "builtin:tiny"})json", "my plan.json");
        QCOMPARE(plan.name.c_str(), "my plan");
        QCOMPARE(plan.model.c_str(), "builtin:tiny");
        QCOMPARE(plan.requests().size(), size_t(1)); // the baseline
        QCOMPARE(plan.requests()[0].recipe.c_str(), "none");
    }

    void sweepsAreExpanded()
    {
        const ExperimentPlan plan = read(R"json({"model": "builtin:tiny",
            "recipes": ["quantization.grid", "pruning.share"],
            "sweep": {"bits": [2, "3"], "exact": [false, true], "share": 0.1}})json");
        QVERIFY(plan.recipes ==
                (Texts{"quantization.grid(bits=2)", "quantization.grid(bits=2,exact=true)",
                       "quantization.grid(bits=3)", "quantization.grid(bits=3,exact=true)",
                       "pruning.share(share=0.1)"}));
        const ExperimentPlan named = read(R"json({"model": "builtin:tiny",
            "recipes": ["quantization.grid+kv_cache.grid"],
            "sweep": {"kv_cache.grid.bits": [2, 8]}})json");
        QVERIFY(named.recipes == (Texts{"quantization.grid+kv_cache.grid(bits=2)",
                                        "quantization.grid+kv_cache.grid(bits=8)"}));
    }

    void mistakesAreNamed_data()
    {
        QTest::addColumn<QString>("fields");
        QTest::addColumn<QString>("part");
        QTest::newRow("no model") << R"json("name": "x")json"
                                  << "model";
        QTest::newRow("field") << R"json("model": "m", "recipe": [])json"
                               << "did you mean 'recipes'";
        QTest::newRow("strategy") << R"json("model": "m", "recipes": ["quantization.gird"])json"
                                  << "did you mean 'quantization.grid'";
        QTest::newRow("setting")
            << R"json("model": "m", "recipes": ["quantization.grid(bit=2)"])json"
            << "did you mean 'bits'";
        QTest::newRow("axis")
            << R"json("model": "m", "recipes": ["quantization.grid"], "sweep": {"bit": [2]})json"
            << "did you mean 'bits'";
        QTest::newRow("axis value")
            << R"json("model": "m", "recipes": ["quantization.grid"], "sweep": {"bits": [99]})json"
            << "bits";
        QTest::newRow("sweep of nothing") << R"json("model": "m", "sweep": {"bits": [2]})json"
                                          << "bits";
        QTest::newRow("empty axis")
            << R"json("model": "m", "recipes": ["quantization.grid"], "sweep": {"bits": []})json"
            << "no values";
        QTest::newRow("ambiguous")
            << R"json("model": "m", "recipes": ["quantization.grid+kv_cache.grid"], "sweep": {"bits": [2]})json"
            << "several steps";
        QTest::newRow("task") << R"json("model": "m", "tasks": ["perplexty"])json"
                              << "did you mean 'perplexity'";
        QTest::newRow("text") << R"json("model": "m", "tasks": ["perplexity"])json"
                              << "needs a text file";
        QTest::newRow("text file")
            << R"json("model": "m", "tasks": [{"task": "perplexity", "text": "no.txt"}])json"
            << "no.txt";
        QTest::newRow("task setting")
            << R"json("model": "m", "tasks": [{"task": "perplexity", "text": "text.txt",
                "settings": {"windw": 3}}])json"
            << "did you mean 'window'";
        QTest::newRow("seed") << R"json("model": "m", "seed": -1)json"
                              << "seed";
        QTest::newRow("recipes") << R"json("model": "m", "recipes": "none")json"
                                 << "recipes";
        QTest::newRow("calibration") << R"json("model": "m", "calibration": "no.txt")json"
                                     << "no.txt";
    }

    void mistakesAreNamed()
    {
        QFETCH(QString, fields);
        QFETCH(QString, part);
        try {
            read("{" + fields.toStdString() + "}");
            QFAIL("accepted");
        } catch (const Error& error) {
            QVERIFY2(QString::fromUtf8(error.what()).contains(part), error.what());
            QVERIFY2(QString::fromUtf8(error.what()).contains("first.json"), error.what());
            QVERIFY(error.code() != ErrorCode::Internal);
        }
    }

    void filesThatAreNoPlans()
    {
        PARETOSCOPE_EXPECT_ERROR(readExperimentPlan("/no/such/plan.json"), "plan.json");
        PARETOSCOPE_EXPECT_ERROR(read("{"), "not valid JSON");
        PARETOSCOPE_EXPECT_ERROR(read("[1]"), "object");
    }
};

QTEST_GUILESS_MAIN(PlanTest)
#include "plan_test.moc"
