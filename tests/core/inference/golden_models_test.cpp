// Every model folder below the golden data against its float64 reference.
#include "core/base/error.h"
#include "core/base/json.h"
#include "core/inference/generator.h"
#include "core/model/formats/safetensors.h"
#include "core/model/open_model.h"
#include "tests/test_data.h"

#include <cmath>

using namespace paretoscope;

namespace {

constexpr double logitTolerance = 1e-4;
constexpr double logProbabilityTolerance = 5e-5;
constexpr double hiddenTolerance = 1e-4;

struct Golden {
    Json json;
    std::vector<int32_t> inputA, inputB;
};

Golden readGolden(const std::filesystem::path& folder)
{
    Golden golden{readJsonFile(folder / "golden.json"), {}, {}};
    golden.inputA = golden.json.at("input_a").get<std::vector<int32_t>>();
    golden.inputB = golden.json.at("input_b").get<std::vector<int32_t>>();
    return golden;
}

double largestDifference(std::span<const float> actual, const Json& expected)
{
    double largest = 0;
    for (size_t i = 0; i < expected.size(); ++i) {
        const double difference = std::abs(double(actual[i]) - expected[i].get<double>());
        largest = std::isnan(difference) ? INFINITY : std::max(largest, difference);
    }
    return largest;
}

// What the blocks leave behind, first and last row only.
class BlockRecorder : public Observer {
public:
    struct Row {
        std::vector<float> first, last;
        double sum = 0, squares = 0, largest = 0;
        int64_t count = 0;
    };
    std::vector<Row> rows;

    void blockOutput(int block, ConstMatrixView hidden) override
    {
        rows.resize(std::max(rows.size(), size_t(block) + 1));
        Row& row = rows[size_t(block)];
        if (row.first.empty()) row.first.assign(hidden.row(0), hidden.row(0) + 8);
        row.last.assign(hidden.row(hidden.rows - 1), hidden.row(hidden.rows - 1) + 8);
        for (int64_t r = 0; r < hidden.rows; ++r)
            for (const float e : hidden.rowSpan(r)) {
                row.sum += double(e);
                row.squares += double(e) * double(e);
                row.largest = std::max(row.largest, std::abs(double(e)));
                ++row.count;
            }
    }
};

} // namespace

class GoldenModelsTest : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() { PARETOSCOPE_REQUIRE(test::goldenFolder() / "models"); }

    void logits_data() { addModels(); }
    void logits()
    {
        const ModelPtr model = openOrSkip();
        if (!model) return;
        const Golden golden = readGolden(folder());
        Session session(model, cpuBackend());
        const ConstMatrixView a = session.forward(golden.inputA, LogitRows::All);
        compare("last logits a", a.rowSpan(a.rows - 1), golden.json.at("last_logits_a"), logitTolerance);
        Session other(model, cpuBackend());
        const ConstMatrixView b = other.forward(golden.inputB, LogitRows::Last);
        compare("last logits b", b.rowSpan(0), golden.json.at("last_logits_b"), logitTolerance);
        compareAllRows(golden, model);
    }

    void logProbabilities_data() { addModels(); }
    void logProbabilities()
    {
        const ModelPtr model = openOrSkip();
        if (!model) return;
        const Golden golden = readGolden(folder());
        const std::vector<std::span<const int32_t>> windows{golden.inputA, golden.inputB};
        const auto batched = scoreWindows(model, cpuBackend(), windows, 1 << 20);
        compare("batched a", batched[0], golden.json.at("next_token_logprobs_a"), logProbabilityTolerance);
        // Scalings that depend on the length see the longest window of a batch.
        if (!dependsOnLength(*model))
            compare("batched b", batched[1], golden.json.at("next_token_logprobs_b"), logProbabilityTolerance);
        Session session(model, cpuBackend());
        compare("session b", session.tokenLogProbabilities(golden.inputB),
                golden.json.at("next_token_logprobs_b"), logProbabilityTolerance);
    }

    void hiddenStates_data() { addModels(); }
    void hiddenStates()
    {
        const ModelPtr model = openOrSkip();
        if (!model) return;
        const Golden golden = readGolden(folder());
        if (!golden.json.contains("hidden_after_block_a")) QSKIP("the reference has no hidden states");
        BlockRecorder recorder;
        Session session(model, cpuBackend());
        session.forward(golden.inputA, LogitRows::None, &recorder);
        const Json& blocks = golden.json.at("hidden_after_block_a");
        QCOMPARE(recorder.rows.size(), blocks.size());
        for (size_t i = 0; i < blocks.size(); ++i) {
            const BlockRecorder::Row& row = recorder.rows[i];
            const double mean = row.sum / double(row.count);
            compare("first row", row.first, blocks[i].at("first_pos_first8"), hiddenTolerance);
            compare("last row", row.last, blocks[i].at("last_pos_first8"), hiddenTolerance);
            QVERIFY(std::abs(mean - blocks[i].at("mean").get<double>()) < hiddenTolerance);
            QVERIFY(std::abs(row.largest - blocks[i].at("absmax").get<double>()) < hiddenTolerance);
        }
    }

    // In pieces through the cache the logits are those of one piece.
    void chunksThroughTheCache_data() { addModels(); }
    void chunksThroughTheCache()
    {
        const ModelPtr model = openOrSkip();
        if (!model) return;
        if (dependsOnLength(*model)) QSKIP("rope scaling depends on the length of the first piece");
        const Golden golden = readGolden(folder());
        for (const size_t piece : {size_t{1}, size_t{7}, size_t{13}}) {
            Session session(model, cpuBackend());
            ConstMatrixView logits;
            for (size_t at = 0; at < golden.inputA.size(); at += piece)
                logits = session.forward(std::span(golden.inputA).subspan(at, std::min(piece, golden.inputA.size() - at)));
            compare("in pieces", logits.rowSpan(0), golden.json.at("last_logits_a"), logitTolerance);
        }
    }

    void greedyTokens_data() { addModels(); }
    void greedyTokens()
    {
        const ModelPtr model = openOrSkip();
        if (!model) return;
        const Golden golden = readGolden(folder());
        if (!golden.json.contains("greedy_16_from_a")) QSKIP("the reference has no greedy tokens");
        Session session(model, cpuBackend());
        GenerationSettings settings;
        settings.maxTokens = 16;
        settings.stopAtEnd = false;
        JobContext job;
        const Generation made = plainDriver()->generate(session, golden.inputA, settings, job);
        QCOMPARE(made.tokens, golden.json.at("greedy_16_from_a").get<std::vector<int32_t>>());
    }

    void rollbackForgets_data() { addModels(); }
    void rollbackForgets()
    {
        const ModelPtr model = openOrSkip();
        if (!model) return;
        const Golden golden = readGolden(folder());
        Session session(model, cpuBackend());
        const std::span<const int32_t> a(golden.inputA);
        session.forward(a.first(40));
        session.rollback(9);
        const ConstMatrixView logits = session.forward(a.subspan(31));
        if (!dependsOnLength(*model))
            compare("after rollback", logits.rowSpan(0), golden.json.at("last_logits_a"), logitTolerance);
    }

private:
    static void addModels()
    {
        QTest::addColumn<QString>("path");
        std::vector<std::filesystem::path> folders;
        for (const auto& entry : std::filesystem::directory_iterator(test::goldenFolder() / "models"))
            if (std::filesystem::exists(entry.path() / "golden.json")) folders.push_back(entry.path());
        std::sort(folders.begin(), folders.end());
        const auto starter = test::dataFolder() / "starter-llama";
        if (std::filesystem::exists(starter)) folders.push_back(starter);
        for (const auto& path : folders)
            QTest::newRow(path.filename().c_str()) << QString::fromStdString(path.string());
    }

    static std::filesystem::path folder()
    {
        QFETCH(QString, path);
        return path.toStdString();
    }

    // Null after QSKIP for families that are not supported; any other error fails the test.
    static ModelPtr openOrSkip()
    {
        const Json config = readJsonFile(folder() / "config.json");
        const Json golden = readJsonFile(folder() / "golden.json");
        const auto skip = [](const std::string& reason) {
            QTest::qSkip(reason.c_str(), __FILE__, __LINE__);
            return ModelPtr();
        };
        if (!golden.contains("last_logits_a")) return skip("not a decoder reference");
        try {
            return openModel(folder().string());
        } catch (const Error& error) {
            if (error.code() == ErrorCode::Unsupported) return skip(error.what());
            QTest::qFail(error.what(), __FILE__, __LINE__);
            return nullptr;
        }
    }

    static bool dependsOnLength(const Model& model)
    {
        for (const RopeConfig& rope : model.config.ropes)
            if (rope.scaling == RopeScalingKind::LongRope || rope.scaling == RopeScalingKind::Dynamic) return true;
        return false;
    }

    static void compare(const char* what, std::span<const float> actual, const Json& expected, double tolerance)
    {
        QCOMPARE(actual.size(), expected.size());
        const double difference = largestDifference(actual, expected);
        qInfo("%s: largest difference %.2e", what, difference);
        QVERIFY2(difference <= tolerance, qPrintable(QStringLiteral("%1: %2").arg(QLatin1String(what)).arg(difference)));
    }

    static void compareAllRows(const Golden& golden, const ModelPtr& model)
    {
        const auto path = folder() / "golden.safetensors";
        if (!std::filesystem::exists(path)) return;
        const auto file = SafetensorsFile::open(path);
        if (!file->has("logits_b")) return;
        Session session(model, cpuBackend());
        const ConstMatrixView logits = session.forward(golden.inputB, LogitRows::All);
        const std::vector<float> expected = file->tensor("logits_b").toFloats();
        double largest = 0;
        for (size_t i = 0; i < expected.size(); ++i)
            largest = std::max(largest, std::abs(double(logits.data[i]) - double(expected[i])));
        QVERIFY2(largest <= logitTolerance, qPrintable(QString::number(largest)));
    }
};

QTEST_GUILESS_MAIN(GoldenModelsTest)
#include "golden_models_test.moc"
