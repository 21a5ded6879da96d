// Experiments from the command line: run, look at, compare, export.
#include "tests/app/command_line/program.h"

#include "tests/test_data.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QProcess>
#include <QTemporaryDir>

#include <csignal>
#include <map>
#include <memory>

using namespace paretoscope::test;

namespace {

// Small tasks, so that a run takes a moment only.
const QStringList smallTasks{"--task", "perplexity(window=64,max_windows=4)", "--task",
                             "speed(prompt_tokens=8,decode_tokens=2,repeats=1)"};

struct Point {
    int run = 0;
    double x = 0, y = 0;
};

} // namespace

class RunCommandsTest : public QObject {
    Q_OBJECT

private slots:
    void initTestCase()
    {
        folder_ = std::make_unique<QTemporaryDir>();
        store_ = folder_->filePath(QStringLiteral("store.sqlite"));
        text_ = folder_->filePath(QStringLiteral("text.txt"));
        QFile file(text_);
        QVERIFY(file.open(QIODevice::WriteOnly));
        for (int i = 0; i < 200; ++i)
            file.write(QStringLiteral("The %1 king went to the city and said that it was good. ").arg(i).toUtf8());
        file.close();
    }

    void runsASweepFromOptions()
    {
        const Outcome outcome = program(sweep("small", "bits=2,4,8"));
        QVERIFY2(outcome.exitCode == 0, outcome.errors);
        QVERIFY2(outcome.output.contains("[4/4]"), outcome.output);
        QVERIFY(outcome.output.contains("4 runs, 4 done"));
        const QJsonArray runs = runsOf("small");
        QCOMPARE(runs.size(), 4);
        QCOMPARE(runs[0]["recipe"].toString(), QStringLiteral("none")); // the baseline comes first
        QCOMPARE(runs[1]["recipe"].toString(), QStringLiteral("quantization.rtn(bits=2,group_size=32)"));
        QCOMPARE(runs[1]["settings"]["bits"].toInt(), 2);
        for (const QJsonValue& run : runs) {
            QCOMPARE(run["state"].toString(), QStringLiteral("done"));
            const QJsonObject perplexity = run["metrics"]["perplexity"].toObject();
            QVERIFY(perplexity["value"].toDouble() > 1);
            QVERIFY(perplexity["low"].toDouble() < perplexity["value"].toDouble());
            QVERIFY(perplexity["high"].toDouble() > perplexity["value"].toDouble());
            QCOMPARE(perplexity["higher_is_better"].toBool(true), false);
            QCOMPARE(run["metrics"]["file_bytes"]["unit"].toString(), QStringLiteral("B"));
            QVERIFY(run["metrics"]["peak_memory_bytes"]["value"].toDouble() > 1e6);
            QVERIFY(!run["provenance"]["model_fingerprint"].toString().isEmpty());
            QCOMPARE(run["provenance"]["seed"].toInt(), 1);
        }
        QVERIFY(value(runs[1], "file_bytes") < value(runs[3], "file_bytes"));
        QVERIFY(value(runs[1], "perplexity") > value(runs[3], "perplexity"));
    }

    void whatTheStoreHoldsIsNotRunAgain()
    {
        const QJsonArray before = runsOf("small");
        const Outcome outcome = program(sweep("small", "bits=4,8,2") + QStringList{"--json"});
        QCOMPARE(outcome.exitCode, 0);
        QCOMPARE(outcome.json()["runs"].toArray().size(), 4);
        QCOMPARE(runsOf("small"), before);
    }

    void theFrontierIsThatOfBruteForce()
    {
        std::vector<Point> points;
        for (const QJsonValue& run : runsOf("small"))
            points.push_back({run["id"].toInt(), value(run, "file_bytes"), value(run, "perplexity")});
        const QJsonObject found = program({"frontier", "--store", store_, "--x", "file_bytes", "--y", "perplexity",
                                           "--experiment", "small", "--json"})
                                      .json();
        QCOMPARE(found["points"].toArray().size(), qsizetype(points.size()));
        for (const QJsonValue& point : found["points"].toArray()) {
            const auto dominates = [&](const Point& p) {
                const double x = point["x"].toDouble(), y = point["y"].toDouble();
                return p.x <= x && p.y <= y && (p.x < x || p.y < y);
            };
            const bool dominated = std::any_of(points.begin(), points.end(), dominates);
            QCOMPARE(point["on_frontier"].toBool(), !dominated);
            QCOMPARE(point["dominated_by"].toArray().isEmpty(), !dominated);
            const double probability = point["probability"].toDouble(-1);
            QVERIFY(probability >= 0 && probability <= 1);
            if (!dominated) QVERIFY(point["kept"].toBool()); // nothing beats it even as measured
        }
        QCOMPARE(found["shared_items"].toInt(), 4);
        QVERIFY(found["hypervolume_low"].toDouble() < found["hypervolume_high"].toDouble());
        QCOMPARE(found["knees"]["chord"]["run"], found["knee"]);
        QVERIFY(found["hypervolume"].toDouble() > 0 && found["hypervolume"].toDouble() <= 1);
    }

    void anExperimentComparesWithAnother()
    {
        QCOMPARE(program(sweep("other", "bits=3,8")).exitCode, 0);
        const Outcome outcome = program({"compare", "--store", store_, "small", "other", "--json"});
        QVERIFY2(outcome.exitCode == 0, outcome.errors);
        const QJsonObject found = outcome.json();
        int perplexities = 0;
        for (const QJsonValue& pair : found["pairs"].toArray()) {
            if (pair["metric"].toString() != QStringLiteral("perplexity")) continue;
            ++perplexities;
            const double a = value(runById(pair["run_a"].toInt()), "perplexity");
            const double b = value(runById(pair["run_b"].toInt()), "perplexity");
            QCOMPARE(pair["difference"].toDouble(), a - b);
            QVERIFY(pair["low"].toDouble() <= a - b + 1e-9 && a - b <= pair["high"].toDouble() + 1e-9);
            if (a == b) QCOMPARE(pair["p_value"].toDouble(), 1.0);
        }
        QCOMPARE(perplexities, 3); // the baseline, 8 bits, and 2 bits with 3 bits by order
        const QJsonArray settings = found["settings_that_differ"].toArray();
        QCOMPARE(settings.size(), 1);
        QCOMPARE(settings[0]["setting"].toString(), QStringLiteral("bits"));
        QVERIFY(found["hypervolume"]["a"].toDouble() > 0 && found["hypervolume"]["b"].toDouble() > 0);
    }

    void aRunComparesWithAnother()
    {
        const QJsonArray runs = runsOf("small");
        const QString base = QString::number(runs[0]["id"].toInt()), two = QString::number(runs[1]["id"].toInt());
        const Outcome outcome = program({"compare", "--store", store_, two, "run:" + base, "--margin", "1000",
                                         "--interval", "1", "--json"});
        QVERIFY2(outcome.exitCode == 0, outcome.errors);
        const QJsonObject found = outcome.json();
        QCOMPARE(found["tested_metrics"].toArray(), QJsonArray{"perplexity"});
        int tested = 0;
        for (const QJsonValue& pair : found["pairs"].toArray()) {
            if (!pair["tested"].toBool()) continue;
            ++tested;
            QCOMPARE(pair["test"].toString(), QStringLiteral("sign_flip"));
            QCOMPARE(pair["items"].toInt(), 4);
            QCOMPARE(pair["p_value"].toDouble(), 0.125); // 2 bits lose in each of four windows: 2 of 16 signs
            QCOMPARE(pair["answer"].toString(), QStringLiteral("not_shown"));
            QVERIFY(pair["bootstrap_low"].toDouble() > 0);
            QVERIFY(pair["margin"]["non_inferior"].toBool());
            QVERIFY(pair["items_needed"]["for_interval"].toInt() > 0);
        }
        QCOMPARE(tested, 1);
        const Outcome text = program({"compare", "--store", store_, two, base});
        QVERIFY2(text.output.contains("Not shown: run " + two.toUtf8()), text.output);
        QVERIFY(text.output.contains("sign-flip test on 4 shared items"));
        QCOMPARE(program({"compare", "--store", store_, "999999", base}).exitCode, 1);
    }

    void exportsChartAndTable_data()
    {
        QTest::addColumn<QString>("kind");
        QTest::addColumn<QString>("ending");
        QTest::addColumn<QByteArray>("begin");
        QTest::newRow("png") << "chart" << "png" << QByteArray("\x89PNG");
        QTest::newRow("svg") << "chart" << "svg" << QByteArray("<?xml");
        QTest::newRow("pdf") << "chart" << "pdf" << QByteArray("%PDF");
        QTest::newRow("csv") << "table" << "csv" << QByteArray("id,");
        QTest::newRow("json") << "table" << "json" << QByteArray("{");
        QTest::newRow("html") << "report" << "html" << QByteArray("<!");
    }

    void exportsChartAndTable()
    {
        QFETCH(QString, kind);
        QFETCH(QString, ending);
        QFETCH(QByteArray, begin);
        const QString output = folder_->filePath(QStringLiteral("out.") + ending);
        QStringList arguments{"export", kind, "--store", store_, "--output", output};
        if (kind == QStringLiteral("chart")) arguments += {"--x", "file_bytes", "--y", "perplexity"};
        const Outcome outcome = program(arguments);
        QVERIFY2(outcome.exitCode == 0, outcome.errors);
        QFile file(output);
        QVERIFY(file.open(QIODevice::ReadOnly));
        QVERIFY(file.readAll().startsWith(begin));
    }

    void theReportIsOnePageThatStandsAlone()
    {
        const QString output = folder_->filePath(QStringLiteral("report.html"));
        const QStringList command{"export", "report", "--store", store_, "--experiment", "small", "--json", "--output"};
        const Outcome outcome = program(command + QStringList{output});
        QVERIFY2(outcome.exitCode == 0, outcome.errors);
        QCOMPARE(outcome.json()["runs"].toInt(), 4);
        QCOMPARE(outcome.json()["y"].toString(), QStringLiteral("perplexity"));
        QFile file(output);
        QVERIFY(file.open(QIODevice::ReadOnly));
        const QByteArray page = file.readAll();
        for (const char* part : {"In short.", "<svg", "What was asked", "quantization.rtn(", "sign", text_.toUtf8().constData()})
            QVERIFY2(page.contains(part) || page.contains(QByteArray(part).replace("/", "/<wbr>")), part);
        QVERIFY(!page.contains("<script"));
        const Outcome refused = program(command + QStringList{folder_->filePath(QStringLiteral("report.csv"))});
        QCOMPARE(refused.exitCode, 2);
        QVERIFY(refused.errors.contains(".html or .md"));
    }

    void mistakesFailBeforeTheFirstRun_data()
    {
        QTest::addColumn<QStringList>("words");
        QTest::addColumn<QByteArray>("hint");
        QTest::newRow("strategy") << QStringList{"--recipe", "quantization.rtm"} << QByteArray("quantization.rtn");
        QTest::newRow("sweep") << QStringList{"--recipe", "quantization.rtn", "--sweep", "bitz=2"} << QByteArray("'bits'");
        QTest::newRow("value") << QStringList{"--recipe", "quantization.rtn", "--sweep", "bits=2,99"} << QByteArray("'99'");
        QTest::newRow("task") << QStringList{"--task", "perplexiti"} << QByteArray("'perplexity'");
    }

    void mistakesFailBeforeTheFirstRun()
    {
        QFETCH(QStringList, words);
        QFETCH(QByteArray, hint);
        const QString store = folder_->filePath(QStringLiteral("never.sqlite"));
        const Outcome outcome = program(
            QStringList{"run", "--model", "builtin:starter", "--name", "n", "--store", store, "--text", text_} + words);
        QCOMPARE(outcome.exitCode, 2);
        QVERIFY2(outcome.errors.contains(hint), outcome.errors);
        QVERIFY(!QFile::exists(store));
    }

    void anExperimentFileIsRead()
    {
        const QString plan = folder_->filePath(QStringLiteral("plan.json"));
        QFile file(plan);
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(R"json({"name": "from file", "model": "builtin:starter", "recipes": ["quantization.rtn(group_size=32)"],
            "sweep": {"bits": [3]}, "tasks": [
                {"task": "perplexity", "settings": {"window": 64, "max_windows": 2}, "text": "text.txt"},
                {"task": "speed", "settings": {"prompt_tokens": 8, "decode_tokens": 2, "repeats": 1}}]})json");
        file.close();
        const Outcome outcome = program({"run", plan, "--store", store_, "--seed", "5"});
        QVERIFY2(outcome.exitCode == 0, outcome.errors);
        const QJsonArray runs = runsOf("from file");
        QCOMPARE(runs.size(), 2);
        QCOMPARE(runs[1]["settings"]["bits"].toInt(), 3);
        QCOMPARE(runs[1]["provenance"]["seed"].toInt(), 5);
        QCOMPARE(program({"run", plan, "--store", store_, "--name", "x"}).exitCode, 2);
    }

    void interruptingPutsRunsBackAndTheSameCommandGoesOn()
    {
        QStringList command = sweep("long", "bits=2,3,4,5,6,8");
        QProcess process;
        process.start(QStringLiteral(PROGRAM), command);
        QVERIFY(process.waitForReadyRead(60000)); // the line of the first run
        ::kill(pid_t(process.processId()), SIGINT);
        QVERIFY(process.waitForFinished(10000));
        QCOMPARE(process.exitStatus(), QProcess::NormalExit);
        QCOMPARE(process.exitCode(), 1);
        int done = 0;
        for (const QJsonValue& run : runsOf("long")) {
            const QString state = run["state"].toString();
            QVERIFY2(state == QStringLiteral("done") || state == QStringLiteral("queued"), qPrintable(state));
            done += state == QStringLiteral("done") ? 1 : 0;
        }
        QVERIFY(done >= 1 && done < 7);
        const Outcome rest = program(command);
        QVERIFY2(rest.exitCode == 0, rest.errors);
        QVERIFY(rest.output.contains(QStringLiteral("[%1/%1]").arg(7 - done).toUtf8()));
    }

    void theWorkerSpeaksJsonLines()
    {
        const QByteArray request = R"({"run": 7, "request": {"model": "builtin:starter", "recipe": "none", "seed": 1,
            "tasks": [{"task": "speed", "settings": {"prompt_tokens": 8, "decode_tokens": 2, "repeats": 1}}]}})";
        const QByteArray bad = R"({"run": 8, "request": {"model": "builtin:nothing", "recipe": "none"}})";
        const Outcome outcome = program({"worker"}, request.simplified() + '\n' + bad + '\n');
        QCOMPARE(outcome.exitCode, 0);
        QJsonObject first, done, failed;
        for (const QByteArray& line : outcome.output.trimmed().split('\n')) {
            const QJsonObject json = QJsonDocument::fromJson(line).object();
            QVERIFY2(!json.isEmpty(), line);
            if (first.isEmpty()) first = json;
            if (json.contains(QStringLiteral("done"))) done = json;
            if (json.contains(QStringLiteral("failed"))) failed = json;
        }
        QVERIFY(first["ready"].toBool());
        QCOMPARE(done["run"].toInt(), 7);
        QVERIFY(!done["measurements"].toArray().isEmpty());
        QCOMPARE(failed["run"].toInt(), 8);
        QCOMPARE(failed["code"].toString(), QStringLiteral("not_found"));
    }

private:
    QStringList sweep(const char* name, const char* axis) const
    {
        return QStringList{"run", "--model", "builtin:starter", "--recipe", "quantization.rtn(group_size=32)",
                           "--sweep", axis, "--text", text_, "--name", name, "--store", store_} + smallTasks;
    }

    QJsonArray runsOf(const char* experiment) const
    {
        return program({"runs", "--store", store_, "--experiment", experiment, "--json"}).json()["runs"].toArray();
    }

    QJsonValue runById(int id)
    {
        if (byId_.empty())
            for (const QJsonValue& run : program({"runs", "--store", store_, "--json"}).json()["runs"].toArray())
                byId_[run["id"].toInt()] = run;
        return byId_[id];
    }

    static double value(const QJsonValue& run, const char* metric)
    {
        return run["metrics"][QLatin1String(metric)]["value"].toDouble();
    }

    std::unique_ptr<QTemporaryDir> folder_;
    QString store_;
    QString text_;
    std::map<int, QJsonValue> byId_;
};

QTEST_GUILESS_MAIN(RunCommandsTest)
#include "run_commands_test.moc"
