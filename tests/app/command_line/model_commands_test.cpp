// Commands about one model, against reference data and against each other.
#include "tests/app/command_line/program.h"

#include "tests/test_data.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QTemporaryDir>

#include <cmath>

using namespace paretoscope::test;

namespace {

const QString builtin = QStringLiteral("builtin:starter");

QJsonObject readJson(const std::filesystem::path& path)
{
    QFile file(QString::fromStdString(path.string()));
    return file.open(QIODevice::ReadOnly) ? QJsonDocument::fromJson(file.readAll()).object() : QJsonObject();
}

QString idList(const QJsonArray& ids)
{
    QStringList texts;
    for (const QJsonValue& id : ids) texts << QString::number(id.toInt());
    return texts.join(QLatin1Char(','));
}

double largestDifference(const QJsonArray& a, const QJsonArray& b)
{
    if (a.size() != b.size() || a.isEmpty()) return INFINITY;
    double largest = 0;
    for (qsizetype i = 0; i < a.size(); ++i) largest = std::max(largest, std::abs(a[i].toDouble() - b[i].toDouble()));
    return largest;
}

} // namespace

class ModelCommandsTest : public QObject {
    Q_OBJECT

private slots:
    void trainingWritesAModelThatOpens()
    {
        const QTemporaryDir folder;
        const QString text = folder.filePath(QStringLiteral("text.txt")), out = folder.filePath(QStringLiteral("model"));
        QFile file(text);
        QVERIFY(file.open(QIODevice::WriteOnly));
        for (int i = 0; i < 60; ++i) file.write("one and two and three and four; ");
        file.close();
        const QStringList command{"train", builtin, "--text", text, "--validation", text, "--steps", "6", "--batch",
                                  "4", "--window", "16", "--output", out, "--json"};
        const QJsonObject trained = program(command).json();
        QCOMPARE(trained["steps"].toInt(), 6);
        QVERIFY(trained["validation_loss"].toDouble() < trained["validation_loss_before"].toDouble());
        QVERIFY(!QFile::exists(out + QStringLiteral(".checkpoint")));
        const QJsonObject inspected = program({"inspect", out, "--json"}).json();
        QCOMPARE(inspected["dtype"].toString(), QStringLiteral("F32"));
        QCOMPARE(inspected["blocks"].toInt(), 6);
        const Outcome again = program(command);
        QCOMPARE(again.exitCode, 2);
        QVERIFY(again.says("exists already"));
    }

    void aPlanMakesAModelFromNothingAndGoesOnFromOne()
    {
        const QTemporaryDir folder;
        const QString plan = folder.filePath(QStringLiteral("plan.json")), out = folder.filePath(QStringLiteral("model"));
        QFile file(plan);
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(R"({"name": "tiny", "optimizer": {"learning_rate": 0.01}, "model": {"hidden": 32, "blocks": 1,
            "heads": 2, "kv_heads": 1, "feed_forward": 32, "context": 128}, "stages": [{"name": "one", "steps": 4,
            "tokens": 256, "mix": [{"kind": "pairs", "facts": 2, "questions": 2}]}]})");
        file.close();
        const QJsonObject trained = program({"train", "--plan", plan, "--output", out, "--json"}).json();
        QCOMPARE(trained["steps"].toInt(), 4);
        QCOMPARE(trained["plan"].toString(), QStringLiteral("tiny"));
        const QJsonObject inspected = program({"inspect", out, "--json"}).json();
        QCOMPARE(inspected["vocabulary"].toInt(), 1024);
        const QJsonObject more
            = program({"train", out, "--plan", plan, "--output", out + QStringLiteral("2"), "--json"}).json();
        QVERIFY(more["last_loss"].toDouble() < trained["last_loss"].toDouble());
        const QString hf = out + QStringLiteral("-hf");
        program({"train", "--plan", plan, "--until", "2", "--hugging-face", "--dtype", "F16", "--output", hf}); // stops early
        QVERIFY(QFile::exists(hf + QStringLiteral("/config.json")));
        QCOMPARE(program({"inspect", hf, "--json"}).json()["dtype"].toString(), QStringLiteral("F16"));
        QCOMPARE(program({"train", "--plan", plan, "--steps", "9", "--output", out + QStringLiteral("3")}).exitCode, 2);
        QCOMPARE(program({"train", "--text", plan, "--output", out + QStringLiteral("3")}).exitCode, 2);
    }

    void exportsForOtherEngines()
    {
        const QTemporaryDir folder;
        const QString gguf = folder.filePath(QStringLiteral("m.gguf"));
        const QStringList command{"export", "model", builtin, "--recipe", "quantization.rtn(bits=4,group_size=32)", "--format",
                                  "gguf", "--output", gguf, "--json"};
        const QJsonObject written = program(command).json();
        QCOMPARE(qint64(written["bytes"].toDouble()), QFileInfo(gguf).size());
        QVERIFY(written["notes"].toArray().size() == 1); // offsets are rounded
        QCOMPARE(program({"inspect", gguf, "--json"}).json()["blocks"].toInt(), 6);
        const Outcome again = program(command);
        QCOMPARE(again.exitCode, 2);
        QVERIFY(again.says("exists already"));
        const Outcome unknown = program({"export", "model", builtin, "--format", "gptqq", "--output", gguf});
        QCOMPARE(unknown.exitCode, 2);
        QVERIFY(unknown.says("'gptq'"));
    }

    void chatUsesTheModelsTemplate()
    {
        const QTemporaryDir folder;
        const QString copy = folder.filePath(QStringLiteral("model"));
        QVERIFY(QDir().mkpath(copy));
        const QDir starter(QStringLiteral(PARETOSCOPE_BINARY_DIR "/share/paretoscope/models/starter"));
        for (const QString& name : starter.entryList(QDir::Files)) QVERIFY(QFile::copy(starter.filePath(name), copy + u'/' + name));
        QFile chat(copy + QStringLiteral("/chat_template.jinja"));
        QVERIFY(chat.open(QIODevice::WriteOnly));
        chat.write("{% for m in messages %}{{ m.role }}: {{ m.content }} {% endfor %}assistant:");
        chat.close();
        const QStringList words{"--max-tokens", "6", "--json"};
        const QJsonObject chatted
            = program(QStringList{"generate", copy, "--chat", "--system", "Be brief.", "--prompt", "Hello"} + words).json();
        const QJsonObject plain
            = program(QStringList{"generate", builtin, "--prompt", "system: Be brief. user: Hello assistant:"} + words).json();
        QCOMPARE(chatted["tokens"].toArray(), plain["tokens"].toArray());
        QCOMPARE(chatted["prompt_tokens"].toInt(), plain["prompt_tokens"].toInt());
        const Outcome none = program({"generate", builtin, "--chat", "--prompt", "Hello"});
        QCOMPARE(none.exitCode, 1);
        QVERIFY(none.says("no chat template"));
        QCOMPARE(program({"generate", builtin, "--system", "x", "--prompt", "Hello"}).exitCode, 2);
    }

    void worldPrintsItems()
    {
        const Outcome two = program({"world", "--kind", "pairs", "--kind", "table", "--count", "2"});
        QVERIFY(two.output.startsWith("Pairs:"));
        QVERIFY(two.output.contains("\nTable:\n"));
        const QJsonArray items = program({"world", "--kind", "needle", "--split", "test", "--json"}).json()["items"].toArray();
        QCOMPARE(items.size(), 10);
        QCOMPARE(items[3].toObject()["id"].toString(), QStringLiteral("needle-test-00003"));
        QVERIFY(program({"world"}).output.contains("arithmetic_steps"));
        QCOMPARE(program({"world", "--kind", "needle", "--split", "tset"}).exitCode, 2);
        QCOMPARE(program({"world", "--items", "5"}).exitCode, 2);
        QCOMPARE(program({"world", "--score", "builtin:base", "--kind", "story"}).exitCode, 2); // asks nothing
    }

    void inspectCountsWhatTheConfigurationImplies()
    {
        const std::filesystem::path model = goldenFolder() / "models/llama_gqa";
        PARETOSCOPE_REQUIRE(model);
        const QJsonObject found = program({"inspect", QString::fromStdString(model.string()), "--json"}).json();
        // 2 blocks, hidden 64, 4 heads of 16, 2 kv heads, feed-forward 176, vocabulary 320, untied
        const int attention = 2 * (64 * 64 + 2 * 64 * 32 + 64 * 64);
        const int mlp = 2 * 3 * 64 * 176;
        const int norms = 2 * 2 * 64 + 64;
        QCOMPARE(found["architecture"].toString(), QStringLiteral("llama"));
        const QJsonObject parameters = found["parameters"].toObject();
        QCOMPARE(parameters["attention"].toInt(), attention);
        QCOMPARE(parameters["mlp"].toInt(), mlp);
        QCOMPARE(parameters["total"].toInt(), attention + mlp + norms + 2 * 320 * 64);
        QCOMPARE(found["dtype"].toString(), QStringLiteral("F32"));
        QCOMPARE(found["weight_bytes"].toInt(), 4 * parameters["total"].toInt());
        QCOMPARE(found["kv_bytes_per_token"].toInt(), 2 * 2 * 2 * 16 * 2); // blocks, K and V, heads, dim, 16 bit
        QCOMPARE(found["context_length"].toInt(), 128);
        QCOMPARE(found["vocabulary"].toInt(), 320);
        QCOMPARE(found["blocks"].toInt(), 2);
        QVERIFY(found["warnings"].isArray());
    }

    // The sum of what `logits --tokens` says of prompt and continuation together.
    void continuationsAreScoredBehindTheirPrompt()
    {
        const QJsonObject scored = program({"logits", builtin, "--prompt", "Anna has seven", "--continuation", " apples",
                                            "--continuation", " pears and a pear", "--json"})
                                       .json();
        const QJsonArray rows = scored["continuations"].toArray();
        QCOMPARE(rows.size(), 2);
        for (const QJsonValue& row : rows) {
            const QString text = "Anna has seven" + row["text"].toString();
            QStringList ids;
            for (const QJsonValue& id : program({"tokenize", builtin, "--text", text, "--special", "--json"}).json()["ids"].toArray())
                ids << QString::number(id.toInt());
            const QJsonArray all = program({"logits", builtin, "--tokens", ids.join(','), "--json"}).json()["logprobs"].toArray();
            const QJsonArray last = row["logprobs"].toArray();
            double sum = 0;
            for (int i = 0; i < last.size(); ++i) {
                const double expected = all[all.size() - last.size() + i].toDouble();
                QVERIFY(std::abs(last[i].toDouble() - expected) < 1e-4);
                sum += expected;
            }
            QVERIFY(std::abs(row["sum"].toDouble() - sum) < 1e-3);
            QCOMPARE(row["tokens"].toArray().last().toInt(), ids.last().toInt());
        }
        QCOMPARE(program({"logits", builtin, "--prompt", "a", "--tokens", "1"}).exitCode, 2);
    }

    void logitsAreThoseOfTheReference()
    {
        const std::filesystem::path folder = dataFolder() / "starter-llama";
        PARETOSCOPE_REQUIRE(folder / "golden.json");
        const QJsonObject golden = readJson(folder / "golden.json");
        const Outcome outcome = program({"logits", QString::fromStdString(folder.string()), "--tokens",
                                         idList(golden["input_a"].toArray()), "--json"});
        QCOMPARE(outcome.exitCode, 0);
        QVERIFY(largestDifference(outcome.json()["logprobs"].toArray(), golden["next_token_logprobs_a"].toArray()) < 1e-3);
        QVERIFY(largestDifference(outcome.json()["last_logits"].toArray(), golden["last_logits_a"].toArray()) < 1e-3);
    }

    void tokensAreThoseOfTheReference()
    {
        const std::filesystem::path folder = dataFolder() / "starter-llama";
        PARETOSCOPE_REQUIRE(folder / "golden.json");
        const QJsonObject cases = readJson(folder / "golden.json")["tokenize"].toObject();
        QVERIFY(!cases.isEmpty());
        for (auto each = cases.begin(); each != cases.end(); ++each) {
            const Outcome outcome =
                program({"tokenize", QString::fromStdString(folder.string()), "--text", each.key(), "--json"});
            QCOMPARE(outcome.json()["ids"].toArray(), each.value().toArray());
            QCOMPARE(outcome.json()["pieces"].toArray().size(), each.value().toArray().size());
        }
    }

    void generationRepeatsAndCounts()
    {
        const QStringList arguments{"generate", builtin, "--prompt", "The king", "--max-tokens", "12", "--temperature",
                                    "0.8", "--seed", "7", "--json"};
        const QJsonObject first = program(arguments).json();
        const QJsonObject second = program(arguments).json();
        QVERIFY(!first["text"].toString().isEmpty());
        QCOMPARE(first["text"], second["text"]);
        QCOMPARE(first["tokens"], second["tokens"]);
        QVERIFY(first["tokens"].toArray().size() <= 12);
        QVERIFY(first["prompt_tokens"].toInt() > 0);
        QVERIFY(first["prefill_tokens_per_second"].toDouble() > 0);
        QVERIFY(first["decode_tokens_per_second"].toDouble() > 0);
    }

    // Writing a compressed model and applying the recipe in memory are the same thing.
    void compressedFolderEqualsTheRecipe()
    {
        QTemporaryDir folder;
        const QString output = folder.filePath(QStringLiteral("small"));
        const QString recipe = QStringLiteral("quantization.rtn(bits=4,group_size=32)");
        const Outcome written = program({"compress", builtin, "--recipe", recipe, "--output", output, "--json"});
        QVERIFY2(written.exitCode == 0, written.errors);
        const QStringList tokens{"--tokens", "1,5,9,700,12", "--json"};
        const QJsonObject opened = program(QStringList{"logits", output} + tokens).json();
        const QJsonObject applied = program(QStringList{"logits", builtin, "--recipe", recipe} + tokens).json();
        const QJsonObject plain = program(QStringList{"logits", builtin} + tokens).json();
        QCOMPARE(largestDifference(opened["last_logits"].toArray(), applied["last_logits"].toArray()), 0.0);
        QVERIFY(largestDifference(opened["last_logits"].toArray(), plain["last_logits"].toArray()) > 1e-3);
        const QJsonObject inspected = program({"inspect", output, "--json"}).json();
        QCOMPARE(inspected["weight_bytes"], written.json()["weight_bytes"]);
        QVERIFY(inspected["weight_bytes"].toInt() < written.json()["original_weight_bytes"].toInt());
        qint64 onDisk = QFileInfo(output + QStringLiteral("/weights.safetensors")).size();
        QCOMPARE(written.json()["file_bytes"].toInteger(), onDisk);

        const Outcome again = program({"compress", builtin, "--recipe", recipe, "--output", output});
        QCOMPARE(again.exitCode, 2);
        QVERIFY(again.says("exists already"));
    }

    void strategiesDescribeTheirSettings()
    {
        const QJsonObject document = program({"strategies", "--json"}).json();
        const QJsonArray strategies = document["strategies"].toArray();
        QVERIFY(!strategies.isEmpty());
        for (const QJsonValue& plugin : document["plugins"].toArray())
            QVERIFY2(plugin["state"].toString() == QStringLiteral("loaded"), qPrintable(plugin["reason"].toString()));
        for (const QJsonValue& strategy : strategies) {
            const QString id = strategy["id"].toString();
            QVERIFY2(id.startsWith(strategy["family"].toString() + QLatin1Char('.')), qPrintable(id));
            QVERIFY2(!strategy["name"].toString().isEmpty() && !strategy["paper"].toString().isEmpty(), qPrintable(id));
            for (const QJsonValue& parameter : strategy["parameters"].toArray()) {
                QVERIFY2(!parameter["help"].toString().isEmpty(), qPrintable(id));
                QVERIFY2(!parameter["default"].isUndefined(), qPrintable(id));
            }
        }
        QVERIFY(!program({"tasks", "--json"}).json()["tasks"].toArray().isEmpty());
        QVERIFY(!program({"metrics", "--json"}).json()["metrics"].toArray().isEmpty());
    }

    void badUsageIsTwoAndTellsTheNearestName_data()
    {
        QTest::addColumn<QStringList>("words");
        QTest::addColumn<QByteArray>("hint");
        QTest::newRow("command") << QStringList{"inspct"} << QByteArray("did you mean 'inspect'?");
        QTest::newRow("second word") << QStringList{"export"} << QByteArray("export chart");
        QTest::newRow("option") << QStringList{"inspect", builtin, "--jsn"} << QByteArray("did you mean '--json'?");
        QTest::newRow("strategy") << QStringList{"logits", builtin, "--tokens", "1", "--recipe", "quantization.rnt"}
                                  << QByteArray("did you mean 'quantization.rtn'?");
        QTest::newRow("setting") << QStringList{"logits", builtin, "--tokens", "1", "--recipe", "quantization.rtn(bit=4)"}
                                 << QByteArray("did you mean 'bits'?");
        QTest::newRow("value") << QStringList{"logits", builtin, "--tokens", "1", "--recipe", "quantization.rtn(bits=99)"}
                               << QByteArray("'bits' is '99'");
        QTest::newRow("metric") << QStringList{"frontier", "--store", "x", "--x", "perplexty", "--y", "file_bytes"}
                                << QByteArray("did you mean 'perplexity'?");
        QTest::newRow("tokens") << QStringList{"logits", builtin, "--tokens", "1,x"} << QByteArray("'x'");
    }

    void badUsageIsTwoAndTellsTheNearestName()
    {
        QFETCH(QStringList, words);
        QFETCH(QByteArray, hint);
        const Outcome outcome = program(words);
        QCOMPARE(outcome.exitCode, 2);
        QVERIFY2(outcome.errors.contains(hint), outcome.errors);
        QVERIFY(outcome.output.isEmpty());
    }

    void failuresAreOneAndSayWhat()
    {
        const Outcome missing = program({"inspect", "/nonexistent/model", "--json"});
        QCOMPARE(missing.exitCode, 1);
        QVERIFY(missing.says("/nonexistent/model"));
        QVERIFY(missing.output.isEmpty());
        QCOMPARE(program({"runs", "--store", "/nonexistent/store.sqlite"}).exitCode, 1);
    }

    void theWindowNeedsADisplay()
    {
        const Outcome outcome = program({});
        QCOMPARE(outcome.exitCode, 1);
        QVERIFY2(outcome.says("window"), outcome.errors);
    }

    void helpGoesToStandardOutput()
    {
        QVERIFY(program({"--help"}).output.contains("frontier"));
        const Outcome help = program({"run", "--help"});
        QCOMPARE(help.exitCode, 0);
        QVERIFY(help.output.contains("--sweep") && help.errors.isEmpty());
        QVERIFY(program({"--version"}).output.startsWith("paretoscope "));
    }
};

QTEST_GUILESS_MAIN(ModelCommandsTest)
#include "model_commands_test.moc"
