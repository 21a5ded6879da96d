// Results of lm-evaluation-harness and llama-bench, written by hand in the forms of their schemas.
#include "core/base/error.h"
#include "core/base/json.h"
#include "core/base/random.h"
#include "core/report/foreign_runs.h"
#include "core/report/harness_export.h"
#include "core/report/report.h"
#include "tests/test_data.h"

#include <QTemporaryDir>

#include <algorithm>
#include <cmath>
#include <fstream>

using namespace paretoscope;

namespace {

const char* results = R"json({
  "results": {
    "arc_easy": {"alias": "arc_easy", "acc,none": 0.75, "acc_stderr,none": 0.25, "acc_norm,none": 0.5, "acc_norm_stderr,none": "N/A"},
    "gsm8k": {"alias": "gsm8k", "exact_match,strict-match": 0.1, "exact_match_stderr,strict-match": 0.05,
              "exact_match,flexible-extract": 0.2, "exact_match_stderr,flexible-extract": 0.05},
    "lambada": {"alias": "lambada", "perplexity,none": 21.5, "perplexity_stderr,none": 1.0, "acc,none": 0.4},
    "wikitext": {"word_perplexity,none": 30.0, "bits_per_byte,none": 1.25, "byte_perplexity,none": 2.4}
  },
  "n-shot": {"arc_easy": 0, "gsm8k": 5}, "n-samples": {"arc_easy": {"original": 2376, "effective": 4}},
  "higher_is_better": {"arc_easy": {"acc": true}},
  "config": {"model": "hf", "model_args": "pretrained=EleutherAI/pythia-70m,dtype=float16", "limit": 4.0},
  "task_hashes": {"arc_easy": "abc"}, "lm_eval_version": "0.4.9", "git_hash": "1a2b", "date": 1764244800.5})json";

const char* samples =
    R"json({"doc_id": 0, "doc": {"q": 1}, "target": "1", "filter": "none", "metrics": ["acc", "acc_norm"], "doc_hash": "h0", "acc": 1.0, "acc_norm": 1.0}
{"doc_id": 1, "filter": "none", "metrics": ["acc", "acc_norm"], "doc_hash": "h1", "acc": 1.0, "acc_norm": 0.0}
{"doc_id": 2, "filter": "none", "metrics": ["acc", "acc_norm"], "doc_hash": "h2", "acc": 0.0, "acc_norm": 0.0}
{"doc_id": 3, "filter": "none", "metrics": ["acc", "acc_norm"], "doc_hash": "h0", "acc": 1.0, "acc_norm": 1.0}
)json";

const char* bench = R"json([
  {"build_commit": "8ee8ee0c", "cpu_info": "A CPU", "model_filename": "m/llama.gguf", "model_type": "llama 1B Q4_0", "model_size": 637700000,
   "model_n_params": 1100000000, "n_threads": 8, "type_k": "f16", "n_prompt": 512, "n_gen": 0, "n_depth": 0, "test_time": "2026-01-01T00:00:00Z",
   "avg_ns": 1, "stddev_ns": 1, "avg_ts": 100.0, "stddev_ts": 2.0, "samples_ns": [1, 2, 3], "samples_ts": [98.0, 100.0, 102.0]},
  {"build_commit": "8ee8ee0c", "cpu_info": "A CPU", "model_filename": "m/llama.gguf", "model_type": "llama 1B Q4_0", "model_size": 637700000,
   "model_n_params": 1100000000, "n_threads": 8, "type_k": "f16", "n_prompt": 0, "n_gen": 128, "n_depth": 0, "test_time": "2026-01-01T00:00:01Z",
   "avg_ns": 1, "stddev_ns": 1, "avg_ts": 25.0, "stddev_ts": 0.0, "samples_ns": [1], "samples_ts": [25.0]},
  {"model_filename": "m/llama.gguf", "model_size": 637700000, "n_threads": 4, "n_prompt": 0, "n_gen": 128, "avg_ts": 14.0},
  {"model_filename": "m/llama.gguf", "model_size": 637700000, "n_threads": 4, "n_prompt": 64, "n_gen": 64, "avg_ts": 20.0}])json";

const Run& ofTask(const std::vector<Run>& runs, const std::string& task)
{
    for (const Run& run : runs)
        if (run.request.recipe.ends_with(", " + task)) return run;
    static const Run none;
    return none;
}

double valueOf(const Run& run, const char* metric)
{
    const Measurement* found = run.measurement(metric);
    return found ? found->value : NAN;
}

} // namespace

class ForeignRunsTest : public QObject {
    Q_OBJECT

    QTemporaryDir folder_;

    std::filesystem::path written(const std::string& name, const std::string& text)
    {
        const std::filesystem::path file = std::filesystem::path(folder_.path().toStdString()) / name;
        std::filesystem::create_directories(file.parent_path());
        std::ofstream(file, std::ios::binary) << text;
        return file;
    }

private slots:
    void harnessResults()
    {
        const std::vector<Run> runs = readForeignRuns(written("r/results_T.json", results));
        QCOMPARE(runs.size(), size_t(4));
        for (const Run& run : runs) {
            QVERIFY(run.foreign());
            QVERIFY(!run.baseline());
            QCOMPARE(run.provenance.origin, std::string("lm-evaluation-harness 0.4.9"));
            QVERIFY(run.request.recipe.starts_with("imported: lm-evaluation-harness 0.4.9, "));
            QCOMPARE(run.request.model, std::string("EleutherAI/pythia-70m"));
        }
        const Run& arc = ofTask(runs, "arc_easy");
        const Measurement* accuracy = arc.measurement("accuracy");
        QVERIFY(accuracy);
        QCOMPARE(accuracy->value, 0.75);
        QCOMPARE(*accuracy->standardError, 0.25);
        QVERIFY(std::abs(*accuracy->low - (0.75 - 1.959964 * 0.25)) < 1e-6);
        QCOMPARE(*accuracy->high, 1.0); // a share
        QCOMPARE(accuracy->count, int64_t(4));
        QVERIFY(accuracy->items.empty());
        QCOMPARE(valueOf(arc, "accuracy_norm"), 0.5);
        QVERIFY(!arc.measurement("accuracy_norm")->standardError);
        const Json settings = Json::parse(arc.settings);
        QCOMPARE(settings["n_shot"].get<int>(), 0);
        QCOMPARE(settings["task_hash"].get<std::string>(), std::string("abc"));
    }

    void filtersAndOtherMetrics()
    {
        const std::vector<Run> runs = readForeignRuns(written("f/results_T.json", results));
        QCOMPARE(valueOf(ofTask(runs, "gsm8k"), "exact_match"), 0.1);
        QCOMPARE(valueOf(ofTask(runs, "gsm8k"), "lenient_exact_match"), 0.2);
        // A perplexity of last words is not the perplexity of a text.
        const Run& lambada = ofTask(runs, "lambada");
        QCOMPARE(lambada.measurements.size(), size_t(1));
        QCOMPARE(lambada.provenance.notes.size(), size_t(1));
        QVERIFY(lambada.provenance.notes[0].find("perplexity,none") != std::string::npos);
        QCOMPARE(valueOf(ofTask(runs, "wikitext"), "bits_per_byte"), 1.25);
    }

    void samplesGiveItems()
    {
        written("s/samples_arc_easy_T.jsonl", samples);
        const std::vector<Run> runs = readForeignRuns(written("s/results_T.json", results));
        const std::vector<ItemScore>& items = ofTask(runs, "arc_easy").measurement("accuracy")->items;
        QCOMPARE(items.size(), size_t(4));
        QCOMPARE(items[0].item, std::string("arc_easy/h0"));
        QCOMPARE(items[3].item, std::string("arc_easy/h0#2"));
        QCOMPARE(items[2].score, 0.0);
    }

    void samplesThatDoNotAddUpAreLeftOut()
    {
        std::string wrong = samples;
        wrong.replace(wrong.find("\"acc\": 1.0"), 10, "\"acc\": 0.0");
        written("w/samples_arc_easy_T.jsonl", wrong);
        const std::vector<Run> runs = readForeignRuns(written("w/results_T.json", results));
        const Run& arc = ofTask(runs, "arc_easy");
        QVERIFY(arc.measurement("accuracy")->items.empty());
        QCOMPARE(arc.measurement("accuracy_norm")->items.size(), size_t(4));
        QVERIFY(arc.provenance.notes[0].find("do not add up") != std::string::npos);
    }

    void samplesAlone()
    {
        const std::vector<Run> runs =
            readForeignRuns(written("EleutherAI__pythia-70m/samples_arc_easy_T.jsonl", samples));
        QCOMPARE(runs.size(), size_t(1));
        QCOMPARE(runs[0].request.model, std::string("EleutherAI/pythia-70m"));
        QCOMPARE(valueOf(runs[0], "accuracy"), 0.75);
        QCOMPARE(valueOf(runs[0], "accuracy_norm"), 0.5);
        QCOMPARE(*runs[0].measurement("accuracy")->standardError, 0.25); // 1, 1, 0, 1: sd 0.5 of 4
    }

    void llamaBench()
    {
        const std::vector<Run> runs = readForeignRuns(written("bench.json", bench));
        QCOMPARE(runs.size(), size_t(2));
        QCOMPARE(runs[0].request.recipe, std::string("imported: llama-bench 8ee8ee0c, llama 1B Q4_0 pp512 tg128"));
        QCOMPARE(runs[0].request.model, std::string("m/llama.gguf"));
        QCOMPARE(valueOf(runs[0], "weight_bytes"), 637700000.0);
        const Measurement* prefill = runs[0].measurement("prefill_tokens_per_second");
        QCOMPARE(prefill->value, 100.0);
        QVERIFY(std::abs(*prefill->standardError - 2 / std::sqrt(3.0)) < 1e-9);
        QVERIFY(!runs[0].measurement("decode_tokens_per_second")->standardError); // once is no spread
        QCOMPARE(valueOf(runs[1], "decode_tokens_per_second"), 14.0);
        QVERIFY(!runs[1].measurement("prefill_tokens_per_second")); // both at once is neither
        QCOMPARE(Json::parse(runs[1].settings)["n_threads"].get<int>(), 4);
        std::string lines;
        for (const Json& test : Json::parse(bench))
            lines += test.dump() + "\n";
        QCOMPARE(readForeignRuns(written("bench.jsonl", lines)).size(), size_t(2));
    }

    void namesAreFitForATerminal()
    {
        Json json = Json::parse(results);
        json["results"] = {{"bad\x1b[2Jname\n" + std::string(400, 'x'), {{"acc,none", 0.5}}}};
        const Run run = readForeignRuns(written("n/results_T.json", json.dump())).at(0);
        QVERIFY(run.request.recipe.find('\x1b') == std::string::npos &&
                run.request.recipe.find('\n') == std::string::npos);
        QVERIFY(run.request.recipe.size() < 300);
        QCOMPARE(plainName("ü" + std::string(199, 'x')).size(), size_t(200));
        QCOMPARE(plainName(std::string(199, 'x') + "ü").size(), size_t(199)); // not half a character
    }

    void whatCannotBeIsRefusedOrLeftOut_data()
    {
        QTest::addColumn<QByteArray>("name");
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QString>("part");
        const auto result = [](const char* value) {
            return QByteArray(R"({"model_name": "m", "results": {"t": {"acc,none": )") + value + "}}}";
        };
        QTest::newRow("above one") << QByteArray("results_a.json") << result("1.5")
                                   << "no result in it that could be shown";
        QTest::newRow("negative") << QByteArray("results_a.json") << result("-0.5")
                                  << "no result in it that could be shown";
        QTest::newRow("text") << QByteArray("results_a.json") << result("\"N/A\"")
                              << "no result in it that could be shown";
        QTest::newRow("cut") << QByteArray("results_a.json") << result("0.5").chopped(2) << "results_a.json";
        QTest::newRow("no model") << QByteArray("results_a.json")
                                  << QByteArray(R"({"results": {"t": {"acc,none": 0.5}}})")
                                  << "'model_name' is missing";
        QTest::newRow("task") << QByteArray("results_a.json")
                              << QByteArray(R"({"model_name": "m", "results": {"t": 3}})") << "must be an object";
        QTest::newRow("other JSON") << QByteArray("x.json") << QByteArray("[1, 2]")
                                    << "none of the known forms: results_*.json of lm-evaluation-harness";
        QTest::newRow("empty") << QByteArray("x.json") << QByteArray() << "x.json";
        QTest::newRow("speed") << QByteArray("b.json")
                               << QByteArray(R"([{"model_filename": "m", "n_prompt": 1, "n_gen": 0, "avg_ts": -3}])")
                               << "b.json: test 1: 'avg_ts'";
        QTest::newRow("tokens") << QByteArray("b.json")
                                << QByteArray(R"([{"model_filename": "m", "n_prompt": -1, "n_gen": 0, "avg_ts": 3}])")
                                << "b.json: test 1: 'n_prompt'";
        QTest::newRow("no file") << QByteArray("b.json") << QByteArray(R"([{"n_prompt": 1, "n_gen": 0, "avg_ts": 3}])")
                                 << "'model_filename'";
        QTest::newRow("sample") << QByteArray("samples_t_1.jsonl")
                                << QByteArray("{\"doc_id\": 1, \"acc\": 1}\n{\"acc\": 1}\n") << "sample 2: 'doc_id'";
    }
    void whatCannotBeIsRefusedOrLeftOut()
    {
        QFETCH(QByteArray, name);
        QFETCH(QByteArray, text);
        QFETCH(QString, part);
        const auto file = written("bad/" + name.toStdString(), text.toStdString());
        try {
            readForeignRuns(file);
            QFAIL("no error was thrown");
        } catch (const Error& error) {
            QCOMPARE(error.code(), ErrorCode::BadFile);
            QVERIFY2(QString::fromUtf8(error.what()).contains(part), error.what());
        }
    }

    void damagedFilesAreReadOrRefused()
    {
        Random random(7, "damage");
        for (int i = 0; i < 600; ++i) {
            std::string text = i % 3 == 0 ? results : i % 3 == 1 ? bench : samples;
            for (int k = 0; k < 3; ++k)
                text[size_t(random.below(text.size()))] = char(random.below(256));
            const auto file = written(i % 3 == 2 ? "damaged/samples_t_1.jsonl" : "damaged/results_1.json", text);
            try {
                readForeignRuns(file);
            } catch (const Error& error) {
                QVERIFY2(error.code() == ErrorCode::BadFile, error.what());
            }
        }
    }

    // What is exported says what the run says, and reads back as it.
    void exportedRunsReadBack()
    {
        Run run;
        run.id = 7;
        run.request = {
            "builtin:base", "none", {{"world_choice", "{}", ""}, {"questions", R"({"shots": 3})", "f.jsonl"}}, 1, 0,
            "cpu",          "", ""};
        run.state = RunState::Done;
        run.startedAt = 1764244800.25;
        run.finishedAt = 1764244810.25; // 2025-11-27 12:00:10 UTC
        run.measurements = {
            {"exact_match", 0.5, 0.25, 0.1, 0.9, 2, {{"question-00001-x", 1, 1}, {"question-00002-y", 0, 1}}},
            {"lenient_exact_match", 1, {}, {}, {}, 2, {{"question-00001-x", 1, 1}, {"question-00002-y", 1, 1}}},
            {"accuracy", 1, 0, 0.2, 1, 1, {{"choice-a", 1, 1}}},
            {"file_bytes", 1000, {}, {}, {}, 1, {}}};
        const std::vector<NamedText> files = harnessFiles(run);
        QCOMPARE(files.size(), size_t(3)); // file_bytes has no items
        QCOMPARE(files[0].name, std::string("results_2025-11-27T12-00-10.250000.json"));
        const Json json = Json::parse(files[0].text);
        const Json& questions = json["results"]["questions"];
        QCOMPARE(questions["exact_match,strict-match"].get<double>(), 0.5);
        QCOMPARE(questions["exact_match_stderr,strict-match"].get<double>(), 0.25);
        QCOMPARE(questions["exact_match,flexible-extract"].get<double>(), 1.0);
        QCOMPARE(json["results"]["world_choice+questions"]["acc,none"].get<double>(), 1.0); // both feed it
        QCOMPARE(json["results"]["footprint"]["file_bytes,none"].get<double>(), 1000.0);
        QCOMPARE(json["n-shot"]["questions"].get<int>(), 3);
        QCOMPARE(json["higher_is_better"]["footprint"]["file_bytes"].get<bool>(), false);
        for (const NamedText& file : files)
            written("own/" + file.name, file.text);
        const std::vector<Run> back =
            readForeignRuns(std::filesystem::path(folder_.path().toStdString()) / "own" / files[0].name);
        const Run& asked = ofTask(back, "questions");
        QCOMPARE(asked.provenance.origin, std::string("paretoscope"));
        QCOMPARE(valueOf(asked, "exact_match"), 0.5);
        QCOMPARE(valueOf(asked, "lenient_exact_match"), 1.0);
        QCOMPARE(asked.measurement("exact_match")->items.size(), size_t(2));
    }

    void foreignRunsSaySoInJson()
    {
        const std::vector<Run> runs = readForeignRuns(written("j/results_T.json", results));
        const Json json = runsJson(runs)["runs"][0];
        QVERIFY(json["foreign"].get<bool>());
        QCOMPARE(json["provenance"]["origin"].get<std::string>(), std::string("lm-evaluation-harness 0.4.9"));
        QVERIFY(!runsJson(std::vector<Run>(1))["runs"][0]["foreign"].get<bool>());
    }
};

QTEST_GUILESS_MAIN(ForeignRunsTest)
#include "foreign_runs_test.moc"
