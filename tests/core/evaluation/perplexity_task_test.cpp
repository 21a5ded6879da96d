// Perplexity against an independent float64 computation, and what it says of bad texts.
#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/json.h"
#include "core/evaluation/metric.h"
#include "core/evaluation/task.h"
#include "core/model/open_model.h"
#include "core/strategy/recipe.h"
#include "core/strategy/strategy.h"
#include "plugins/quantization/strategies.h"
#include "tests/test_data.h"

#include <cmath>

using namespace paretoscope;

namespace {

double perplexityOf(const Pipeline& pipeline, const std::string& text, int windows)
{
    const Task& task = taskById("perplexity");
    const Settings settings = completeSettings(task.parameters, {{"window", 256}, {"max_windows", windows}}, "test");
    JobContext job;
    Evidence evidence;
    task.run({pipeline, cpuBackend(), settings, text, "text.txt", 1, job}, evidence);
    for (const Measurement& measurement : measureAll(evidence))
        if (measurement.metric == "perplexity") return measurement.value;
    return NAN;
}

} // namespace

class PerplexityTaskTest : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() { quantization::registerStrategies(StrategyRegistry::instance()); }

    // shared/data/README.md: windows of 256 with <s> in front; 32.1 on the first 8.
    void starterModelOnWikitext()
    {
        const auto folder = test::dataFolder();
        PARETOSCOPE_REQUIRE(folder / "starter-llama");
        Pipeline pipeline;
        pipeline.model = openModel((folder / "starter-llama").string());
        const std::string text = readFile(folder / "wikitext2.test.txt");
        const double value = perplexityOf(pipeline, text, 8);
        QVERIFY2(std::abs(value - 32.1) < 0.06, qPrintable(QString::number(value)));
    }

    // The same README: group-32 asymmetric rounding, first 4 windows.
    void roundedStarterModel_data()
    {
        QTest::addColumn<int>("bits");
        QTest::addColumn<double>("expected");
        QTest::newRow("8 bits") << 8 << 35.5;
        QTest::newRow("4 bits") << 4 << 35.8;
        QTest::newRow("3 bits") << 3 << 36.5;
        QTest::newRow("2 bits") << 2 << 42.3;
    }
    void roundedStarterModel()
    {
        QFETCH(int, bits);
        QFETCH(double, expected);
        const auto folder = test::dataFolder();
        PARETOSCOPE_REQUIRE(folder / "starter-llama");
        Pipeline pipeline;
        pipeline.model = openModel((folder / "starter-llama").string());
        JobContext job;
        Workbench workbench;
        workbench.backend = cpuBackend();
        workbench.job = &job;
        const Recipe recipe = parseRecipe(fmt::format("quantization.rtn(bits={},group_size=32)", bits));
        const Pipeline rounded = applyRecipe(recipe, pipeline, workbench);
        const double value = perplexityOf(rounded, readFile(folder / "wikitext2.test.txt"), 4);
        QVERIFY2(std::abs(value - expected) < 0.1, qPrintable(QString::number(value)));
    }

    void badTextsAreRefusedInWords()
    {
        const auto folder = test::dataFolder();
        PARETOSCOPE_REQUIRE(folder / "starter-llama");
        Pipeline pipeline;
        pipeline.model = openModel((folder / "starter-llama").string());
        PARETOSCOPE_EXPECT_ERROR(perplexityOf(pipeline, "", 4), "'text.txt' is empty");
        PARETOSCOPE_EXPECT_ERROR(perplexityOf(pipeline, " \n", 4), "'text.txt' is empty");
        QVERIFY(perplexityOf(pipeline, "unknown \xff\xfe bytes", 4) > 1); // bytes are tokens of their own
    }
};

QTEST_GUILESS_MAIN(PerplexityTaskTest)
#include "perplexity_task_test.moc"
