// Questions of a file and results of other programs, from the command line.
#include "tests/app/command_line/program.h"

#include "tests/test_data.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QTemporaryDir>

using namespace paretoscope::test;

class QuestionCommandsTest : public QObject {
    Q_OBJECT

    QTemporaryDir folder_;

    QString written(const char* name, const QByteArray& text) const
    {
        const QString path = folder_.filePath(QString::fromUtf8(name));
        QFile file(path);
        if (file.open(QIODevice::WriteOnly)) file.write(text);
        return path;
    }
    QString store() const { return folder_.filePath(QStringLiteral("store.sqlite")); }

private slots:
    // A file with brackets in its name, settings behind it; the flips of both runs.
    void questionsOfAFile()
    {
        const QString file = written(
            "q (1).jsonl", "{\"question\": \"What is 1 + 1?\", \"choices\": [\"2\", \"three\"], \"answer\": 0}\n"
                           "{\"question\": \"Who?\", \"choices\": [\"Ada\", \"Bob\"], \"answer\": 1}\n"
                           "{\"question\": \"Where?\", \"answer\": \"Rome\"}\n");
        const Outcome outcome =
            program({"run", "--model", "builtin:starter", "--recipe", "quantization.rtn(bits=2,group_size=32)",
                     "--task", "questions:" + file + "(shots=1,max_tokens=8)", "--name", "mine", "--store", store()});
        QVERIFY2(outcome.exitCode == 0, outcome.errors);
        const QJsonArray runs = program({"runs", "--store", store(), "--json"}).json()["runs"].toArray();
        QCOMPARE(runs.size(), 2);
        for (const QJsonValue& run : runs) {
            QCOMPARE(run["metrics"]["accuracy"]["count"].toInt(), 1); // the first is an example
            QCOMPARE(run["metrics"]["exact_match"]["count"].toInt(), 1);
            QCOMPARE(run["metrics"]["flip_rate"]["count"].toInt(), 2);
            QCOMPARE(run["tasks"][0]["settings"]["shots"].toInt(), 1);
            QVERIFY(!run["foreign"].toBool());
        }
        QCOMPARE(runs[0]["metrics"]["flip_rate"]["value"].toDouble(), 0.0);
    }

    void mistakesFailBeforeTheFirstRun_data()
    {
        QTest::addColumn<QString>("task");
        QTest::addColumn<QByteArray>("hint");
        const QString bad = written("bad.jsonl", "{\"question\": \"q\", \"answer\": \"a\"}\n{\"question\": 3}\n");
        QTest::newRow("line") << "questions:" + bad << QByteArray("bad.jsonl: line 2");
        QTest::newRow("file") << QStringLiteral("questions:/nowhere.jsonl") << QByteArray("/nowhere.jsonl");
        QTest::newRow("no file") << QStringLiteral("questions:") << QByteArray("lacks a file");
        QTest::newRow("setting") << "questions:" + bad + "(shot=3)" << QByteArray("'shots'");
        QTest::newRow("reads none") << QStringLiteral("world_choice:x.jsonl") << QByteArray("reads no file");
    }
    void mistakesFailBeforeTheFirstRun()
    {
        QFETCH(QString, task);
        QFETCH(QByteArray, hint);
        const QString never = folder_.filePath(QStringLiteral("never.sqlite"));
        const Outcome outcome =
            program({"run", "--model", "builtin:starter", "--task", task, "--name", "n", "--store", never});
        QVERIFY(outcome.exitCode != 0);
        QVERIFY2(outcome.errors.contains(hint), outcome.errors);
        QVERIFY(!QFile::exists(never));
    }

    void resultsComeInAndGoOut()
    {
        const QString results = written("results_T.json", R"({"model_name": "m", "lm_eval_version": "0.4.9",
            "results": {"arc_easy": {"acc,none": 0.5, "acc_stderr,none": 0.1}, "x": {"acc,none": 0.25}}})");
        const QString weights = written("m.gguf", QByteArray(1234, 'x'));
        const QStringList command{"import", results, "--store", store(), "--weights", weights, "--name", "theirs"};
        QCOMPARE(program(command).exitCode, 0);
        QCOMPARE(program(command).exitCode, 0); // once more changes nothing
        const QJsonArray runs =
            program({"runs", "--store", store(), "--experiment", "theirs", "--json"}).json()["runs"].toArray();
        QCOMPARE(runs.size(), 2);
        QVERIFY(runs[0]["foreign"].toBool());
        QVERIFY(runs[0]["recipe"].toString().startsWith(QStringLiteral("imported: lm-evaluation-harness 0.4.9, ")));
        QCOMPARE(runs[0]["metrics"]["file_bytes"]["value"].toDouble(), 1234.0);
        QVERIFY(program({"runs", "--store", store()}).output.contains("imported: lm-evaluation-harness"));
        const QJsonObject plane = program({"frontier", "--store", store(), "--experiment", "theirs", "--x",
                                           "file_bytes", "--y", "accuracy", "--json"})
                                      .json();
        QCOMPARE(plane["points"].toArray().size(), 2);

        const QString output = folder_.filePath(QStringLiteral("out"));
        const QJsonObject exported =
            program({"export", "harness", "--store", store(), "--output", output, "--json"}).json();
        QCOMPARE(exported["files"].toArray().size(), 4); // of our two runs results and samples
        QVERIFY(program({"export", "harness", "--store", store(), "--output", output}).exitCode != 0); // it is there
        const Outcome none = program({"import", weights, "--store", store()});
        QCOMPARE(none.exitCode, 1);
        QVERIFY2(none.errors.contains("m.gguf"), none.errors);
    }
};

QTEST_GUILESS_MAIN(QuestionCommandsTest)
#include "question_commands_test.moc"
