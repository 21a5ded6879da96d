// External tools: their descriptions, and small scripts as strategies and metrics.
#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/json.h"
#include "core/evaluation/external_metric.h"
#include "core/evaluation/metric.h"
#include "core/evaluation/task.h"
#include "core/model/open_model.h"
#include "core/strategy/external_tool.h"
#include "core/strategy/recipe.h"
#include "tests/test_data.h"

using namespace paretoscope;

namespace {

Json strategyJson(const Json& command)
{
    return {{"kind", "strategy"},
            {"id", "my_tool"},
            {"name", "My tool"},
            {"summary", "Copies."},
            {"command", command},
            {"parameters", {{{"name", "bits"}, {"type", "int"}, {"help", "Width."}, {"default", 4}, {"min", 2}, {"max", 8}}}}};
}

Json metricJson(const Json& command)
{
    return {{"kind", "metric"}, {"id", "my_score"}, {"name", "My score"}, {"summary", "Counts."},
            {"command", command}, {"unit", "points"}, {"higher_is_better", true}};
}

const Json copyCommand{"sh", "-c", "cp -r \"$1\" \"$2\"", "copy {bits}", "{input}", "{output}"};

} // namespace

class ExternalToolTest : public QObject {
    Q_OBJECT

private slots:
    void initTestCase()
    {
        setBuiltinModelFolders({std::filesystem::path(PARETOSCOPE_BINARY_DIR) / "share/paretoscope/models"});
        model_ = openModel("builtin:base");
        workbench_.backend = backendByName("cpu");
        workbench_.job = &job_;
        workbench_.scratchFolder = scratch_.path();
    }

    void wrongDescriptionsAreOneSentence_data()
    {
        QTest::addColumn<QString>("json");
        QTest::addColumn<QString>("part");
        const auto row = [](const char* name, const Json& base, const Json& patch, const char* part) {
            Json json = base;
            json.merge_patch(patch);
            QTest::newRow(name) << QString::fromStdString(json.dump()) << part;
        };
        const Json good = strategyJson(copyCommand);
        row("kind", good, {{"kind", "plugin"}}, "'kind' must be strategy or metric");
        row("unknown field", good, {{"comand", 1}}, "there is no field 'comand' (did you mean 'command'?)");
        row("id", good, {{"id", "My-Tool"}}, "'id' must be lower-case");
        row("no summary", good, {{"summary", nullptr}}, "'summary'");
        row("a shell line", good, {{"command", "tool {input} {output}"}}, "must be a list of texts");
        row("empty command", good, {{"command", Json::array()}}, "must be a list of texts");
        row("no output", good, {{"command", {"tool", "{input}", "{bits}"}}}, "must use '{output}'");
        row("unknown placeholder", good, {{"command", {"t", "{input}", "{output}", "{bit}"}}}, "did you mean 'bits'?");
        row("unused setting", good, {{"command", {"t", "{input}", "{output}"}}}, "does not use '{bits}'");
        row("timeout", good, {{"timeout_seconds", 0}}, "'timeout_seconds' must be above 0");
        row("format", good, {{"model_format", "ggml"}}, "there is no 'model_format' 'ggml'");
        row("output name", good, {{"output_name", "../out"}}, "must be a plain file name");
        row("default", good, {{"parameters", {{{"name", "bits"}, {"type", "int"}, {"help", ""}, {"default", 9}, {"max", 8}}}}},
            "'bits' is '9'");
        row("type", good, {{"parameters", {{{"name", "bits"}, {"type", "integer"}, {"help", ""}, {"default", 9}}}}},
            "there is no type 'integer'");
        row("direction", metricJson({"t", "{model}"}), {{"higher_is_better", nullptr}}, "'higher_is_better'");
        row("metric with parameters", metricJson({"t", "{model}"}), {{"parameters", Json::array()}}, "no field 'parameters'");
    }
    void wrongDescriptionsAreOneSentence()
    {
        QFETCH(QString, json);
        QFETCH(QString, part);
        try {
            readExternalTool(written(Json::parse(json.toStdString())));
            QFAIL("it was accepted");
        } catch (const Error& error) {
            const QString text = QString::fromUtf8(error.what());
            QVERIFY2(text.contains(part) && text.contains("tool.json"), error.what());
        }
    }

    void brokenJsonNamesTheFile()
    {
        writeFileAtomically(folder_.path() / "tool.json", "{\"kind\": ");
        PARETOSCOPE_EXPECT_ERROR(readExternalTool(folder_.path() / "tool.json"), "tool.json");
    }

    void aCopyIsTheSameModel()
    {
        const auto strategy = makeExternalStrategy(readExternalTool(written(strategyJson(copyCommand))));
        QCOMPARE(strategy->info().id, std::string("external.my_tool"));
        QCOMPARE(strategy->parameters().size(), size_t{1});
        const Pipeline result = applied(*strategy);
        QCOMPARE(weightBytes(*result.model), weightBytes(*model_));
        QCOMPARE(result.model->blocks.size(), model_->blocks.size());
        // A second step reads what the first wrote.
        const Pipeline again = strategy->apply(result, settingsOf(*strategy), workbench_);
        QCOMPARE(weightBytes(*again.model), weightBytes(*model_));
    }

    void whatTheToolDoesWrongIsTold_data()
    {
        QTest::addColumn<QString>("script");
        QTest::addColumn<QString>("part");
        QTest::newRow("fails") << "echo loading; echo 'line one' >&2; echo 'no GPU found' >&2; exit 7"
                               << "exit status 7: no GPU found";
        QTest::newRow("silent") << "exit 1" << "gave no reason";
        QTest::newRow("writes nothing") << "exit 0" << "wrote no 'output'";
        QTest::newRow("empty folder") << "mkdir \"$2\"" << "output";
        QTest::newRow("truncated") << "cp -r \"$1\" \"$2\"; truncate -s 5000 \"$2/model.safetensors\"" << "model.safetensors";
        QTest::newRow("garbage") << "cp -r \"$1\" \"$2\"; head -c 9000 /dev/urandom > \"$2/model.safetensors\"" << "model.safetensors";
        QTest::newRow("crash") << "kill -SEGV $$" << "signal 11";
    }
    void whatTheToolDoesWrongIsTold()
    {
        QFETCH(QString, script);
        QFETCH(QString, part);
        const Json command{"sh", "-c", script.toStdString(), "{bits}", "{input}", "{output}"};
        const auto strategy = makeExternalStrategy(readExternalTool(written(strategyJson(command))));
        try {
            applied(*strategy);
            QFAIL("it was accepted");
        } catch (const Error& error) {
            QVERIFY2(QString::fromUtf8(error.what()).contains(part), error.what());
        }
    }

    void settingsAreArgumentsAndNoShellReadsThem()
    {
        Json json = strategyJson({"{here}/tool.sh", "{input}", "{output}", "--note={note}"});
        json["parameters"] = {{{"name", "note"}, {"type", "text"}, {"help", "Any."}, {"default", "$(touch x); `id`"}}};
        writeFileAtomically(folder_.path() / "tool.sh", "#!/bin/sh\nprintf %s \"$3\" >&2; exit 1\n");
        std::filesystem::permissions(folder_.path() / "tool.sh", std::filesystem::perms::owner_all);
        const auto strategy = makeExternalStrategy(readExternalTool(written(json)));
        PARETOSCOPE_EXPECT_ERROR(applied(*strategy), "--note=$(touch x); `id`");
    }

    void aMetricIsMeasuredLikeAnyOther()
    {
        const Json command{"sh", "-c", "test -f \"$0/config.json\" && echo '{\"value\": 0.75, \"standard_error\": 0.1, \"unit\": \"points\"}'",
                           "{model}"};
        addExternalMetric(readExternalTool(written(metricJson(command))));
        PARETOSCOPE_EXPECT_ERROR(addExternalMetric(readExternalTool(written(metricJson(command)))), "already");
        QCOMPARE(metricByName("my_score").info.unit, std::string("points"));
        const Task& task = taskById("external.my_score");
        Pipeline pipeline;
        pipeline.model = model_;
        const Settings settings = completeSettings(task.parameters, Json::object(), task.info.id);
        Evidence evidence;
        task.run({pipeline, workbench_.backend, settings, {}, {}, 1, job_}, evidence);
        const std::vector<Measurement> measured = measureAll(evidence);
        QCOMPARE(measured.size(), size_t{1});
        QCOMPARE(measured[0].metric, std::string("my_score"));
        QCOMPARE(measured[0].value, 0.75);
        QVERIFY(std::abs(*measured[0].low - (0.75 - 0.196)) < 1e-3);
    }

    void whatAMetricPrintsIsChecked_data()
    {
        QTest::addColumn<QString>("printed");
        QTest::addColumn<QString>("part");
        QTest::newRow("nothing") << "" << "what the tool printed";
        QTest::newRow("words") << "score: 4" << "what the tool printed";
        QTest::newRow("no value") << "{}" << "'value'";
        QTest::newRow("text") << "{\"value\": \"high\"}" << "'value' must be a number";
        QTest::newRow("nan") << "{\"value\": NaN}" << "what the tool printed";
        QTest::newRow("overflow") << "{\"value\": 1e999}" << "";
        QTest::newRow("unit") << "{\"value\": 1, \"unit\": \"%\"}" << "the unit is '%'";
        QTest::newRow("direction") << "{\"value\": 1, \"higher_is_better\": false}" << "'higher_is_better'";
        QTest::newRow("negative error") << "{\"value\": 1, \"standard_error\": -1}" << "below 0";
        QTest::newRow("items twice") << "{\"value\": 1, \"items\": [{\"item\": \"a\", \"score\": 1}, {\"item\": \"a\", \"score\": 0}]}"
                                     << "two items";
    }
    void whatAMetricPrintsIsChecked()
    {
        QFETCH(QString, printed);
        QFETCH(QString, part);
        const ExternalTool tool = readExternalTool(written(metricJson({"t", "{model}"})));
        try {
            externalMeasurement(tool, printed.toStdString());
            QFAIL("it was accepted");
        } catch (const Error& error) {
            QVERIFY2(QString::fromUtf8(error.what()).contains(part), error.what());
        }
    }

private:
    std::filesystem::path written(const Json& json)
    {
        writeFileAtomically(folder_.path() / "tool.json", json.dump());
        return folder_.path() / "tool.json";
    }
    Settings settingsOf(const Strategy& strategy)
    {
        return completeSettings(strategy.parameters(), Json::object(), strategy.info().id);
    }
    Pipeline applied(const Strategy& strategy)
    {
        Pipeline pipeline;
        pipeline.model = model_;
        return strategy.apply(pipeline, settingsOf(strategy), workbench_);
    }

    ScratchFolder folder_, scratch_;
    JobContext job_;
    Workbench workbench_;
    ModelPtr model_;
};

QTEST_GUILESS_MAIN(ExternalToolTest)
#include "external_tool_test.moc"
