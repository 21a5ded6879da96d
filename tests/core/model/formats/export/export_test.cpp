// Exported models, opened again: the same numbers, or refused in one sentence.
#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/half.h"
#include "core/base/json.h"
#include "core/inference/session.h"
#include "core/model/formats/export/export.h"
#include "core/model/formats/export/gguf_blocks.h"
#include "core/model/lookup_linear.h"
#include "core/model/open_model.h"
#include "core/strategy/recipe.h"
#include "plugins/quantization/strategies.h"
#include "tests/test_data.h"

#include <algorithm>
#include <cmath>
#include <cstring>

using namespace paretoscope;

namespace {

std::vector<float> lastLogits(const ModelPtr& model)
{
    Session session(model, cpuBackend());
    const std::vector<int32_t> tokens{1, 5, 9, 77, 130, 12, 3};
    const ConstMatrixView logits = session.forward(tokens);
    return {logits.row(0), logits.row(0) + logits.columns};
}

double largestDifference(const std::vector<float>& a, const std::vector<float>& b)
{
    double largest = a.size() == b.size() ? 0 : HUGE_VAL;
    for (size_t i = 0; i < std::min(a.size(), b.size()); ++i) largest = std::max(largest, std::abs(double(a[i]) - double(b[i])));
    return largest;
}

ModelPtr compressed(const ModelPtr& model, const std::string& recipe)
{
    static std::map<std::string, ModelPtr> made; // of one model; several rows ask for the same
    if (const auto found = made.find(recipe); found != made.end()) return found->second;
    JobContext job;
    Workbench workbench;
    workbench.backend = cpuBackend();
    workbench.job = &job;
    for (int i = 0; i < 4000; ++i) workbench.calibrationText += "some words of a text and others ";
    Pipeline pipeline;
    pipeline.model = model;
    return made[recipe] = applyRecipe(parseRecipe(recipe), pipeline, workbench).model;
}

struct Exported {
    ScratchFolder scratch;
    std::vector<std::string> notes;

    std::string write(const ModelPtr& original, const ModelPtr& model, const char* format, bool inexact = false)
    {
        const std::filesystem::path output = scratch.path() / (std::string(format) == "gguf" ? "model.gguf" : "model");
        exportFormat(format).write({*original, *model, output, inexact, notes});
        return output.string();
    }
    bool left() const
    {
        return std::filesystem::directory_iterator(scratch.path()) != std::filesystem::directory_iterator();
    }
};

std::map<std::string, std::vector<float>> mapsOf(const Model& model)
{
    std::map<std::string, std::vector<float>> maps;
    forEachLinear(model, [&](const LinearId& id, const Linear& linear) { maps[id.text()] = linear.weight->toDense(); });
    return maps;
}

// A model with its final norm doubled, as methods that move scales into norms leave it.
ModelPtr withDoubledNorm(const ModelPtr& model)
{
    auto changed = std::make_shared<Model>(*model);
    std::vector<float> weights = changed->finalNorm->weight.toFloats();
    for (float& weight : weights) weight *= 2;
    changed->finalNorm->weight = Tensor::fromFloats(changed->finalNorm->weight.shape(), weights);
    return changed;
}

PlainCodes oneGroup(int bits, bool symmetric, float scale, uint8_t zero, std::vector<uint8_t> codes)
{
    return {bits, symmetric, 1, 32, 32, std::move(codes), {zero}, {floatToHalf(scale)}, {}};
}

} // namespace

class ExportTest : public QObject {
    Q_OBJECT

    ModelPtr starter_;

private slots:
    void initTestCase()
    {
        quantization::registerStrategies(StrategyRegistry::instance());
        starter_ = openModel(std::string(PARETOSCOPE_BINARY_DIR) + "/share/paretoscope/models/starter");
    }

    void familiesThroughGguf_data()
    {
        QTest::addColumn<QString>("name");
        for (const char* name : {"llama_gqa", "llama_mha", "llama_gqa_tied_rope3", "llama_gqa_sharded_f16", "mistral_swa", "mixtral",
                                 "olmoe", "qwen2", "qwen2_moe", "qwen2_tied_bf16", "qwen3", "gemma", "gemma2"})
            QTest::newRow(name) << name;
    }

    void familiesThroughGguf()
    {
        QFETCH(QString, name);
        const auto folder = test::goldenFolder() / "models" / name.toStdString();
        PARETOSCOPE_REQUIRE(folder);
        const ModelPtr model = openModel(folder.string());
        Exported exported;
        const ModelPtr again = openModel(exported.write(model, model, "gguf"));
        QVERIFY(largestDifference(lastLogits(model), lastLogits(again)) < 1e-5);
        QCOMPARE(again->config.contextLength, model->config.contextLength);
    }

    void codesSurvive_data()
    {
        QTest::addColumn<QString>("format");
        QTest::addColumn<QString>("recipe");
        QTest::addColumn<bool>("rounds"); // of scale times zero point
        const auto row = [](const char* format, const char* recipe, bool rounds = false) {
            QTest::addRow("%s %s", format, recipe) << format << recipe << rounds;
        };
        for (const char* format : {"gptq", "compressed-tensors", "safetensors", "gguf"}) {
            row(format, "quantization.rtn(bits=2,group_size=32)");
            row(format, "quantization.rtn(bits=4,group_size=64,symmetric=true)");
            row(format, "quantization.rtn(bits=4,group_size=64)", std::string(format) == "gguf");
            row(format, "quantization.rtn(bits=8,group_size=-1,symmetric=true)");
        }
        row("gptq", "quantization.rtn(bits=3,group_size=64)");
        row("gptq", "quantization.gptq(bits=4,group_size=32,act_order=true,calibration_samples=2)");
        row("compressed-tensors", "quantization.gptq(bits=4,group_size=32,act_order=true,calibration_samples=2)");
        for (const char* type : {"Q2_K", "Q4_K_M", "IQ4_NL", "MXFP4"})
            QTest::addRow("gguf k_quants %s", type)
                << "gguf" << QString("quantization.k_quants(type=%1,calibration_samples=2)").arg(type) << false;
        row("gguf", "quantization.k_quants(type=Q3_K_S,importance=false,embeddings=false)");
        row("gguf", "quantization.rtn(bits=3,group_size=32)");
        row("gguf", "quantization.rtn(bits=5,group_size=32)", true);
        row("gguf", "quantization.rtn(bits=5,group_size=64,symmetric=true)");
        row("gguf", "quantization.rtn(bits=6,group_size=64)");
        row("gguf", "quantization.rtn(bits=7,group_size=64,symmetric=true)");
    }

    void codesSurvive()
    {
        QFETCH(QString, format);
        QFETCH(QString, recipe);
        QFETCH(bool, rounds);
        const ModelPtr model = compressed(starter_, recipe.toStdString());
        Exported exported;
        const ModelPtr again = openModel(exported.write(starter_, model, format.toUtf8().constData()));
        if (format == QLatin1String("safetensors")) { // 16-bit floats, as the folder has them
            QVERIFY(largestDifference(lastLogits(model), lastLogits(again)) < 0.02);
            return;
        }
        // GGUF orders the rows of queries and keys otherwise; sorted, they are the same numbers.
        auto opened = mapsOf(*again);
        for (auto [id, before] : mapsOf(*model)) {
            std::vector<float> after = opened.at(id);
            std::sort(before.begin(), before.end());
            std::sort(after.begin(), after.end());
            // At most 31 scales of offset, rounded to 11 bits.
            const double bound = rounds ? 1e-3 * std::max(-double(before.front()), double(before.back())) : 0;
            QVERIFY2(largestDifference(before, after) <= bound, id.c_str());
        }
        QVERIFY(largestDifference(lastLogits(model), lastLogits(again)) < (rounds ? 0.02 : 1e-4));
        const int64_t bytes = linearFootprint(*again).bytes, plain = linearFootprint(*starter_).bytes;
        QVERIFY(bytes < plain * 6 / 10);
        if (!starter_->tokenizer) return;
        QCOMPARE(again->tokenizer->encode("The little dog, 12 times.", true), starter_->tokenizer->encode("The little dog, 12 times.", true));
    }

    // formats.md, "Decoding rules", worked by hand.
    void blocksByHand()
    {
        std::vector<uint8_t> codes(32);
        for (size_t i = 0; i < 32; ++i) codes[i] = uint8_t(i % 16);
        const auto bytesOf = [](const PlainCodes& plain, const char* name) {
            const auto choice = blockFor(plain);
            if (!choice || std::string(choice->format->name) != name) return std::vector<uint8_t>{};
            const auto view = toBlocks(plain, *choice->format).toFloats(); // bytes as numbers
            return std::vector<uint8_t>(view.begin(), view.end());
        };
        // 0.5 is 0x3800. Distances -8 … 7 are stored as 0 … 15: value i in byte i, value i + 16 above it.
        const auto q40 = bytesOf(oneGroup(4, true, 0.5f, 8, codes), "Q4_0");
        QCOMPARE(q40.size(), size_t(18));
        QCOMPARE(int(q40[0]) | int(q40[1]) << 8, 0x3800);
        for (size_t i = 0; i < 16; ++i) QCOMPARE(int(q40[2 + i]), int(i | i << 4));
        // Zero point 3: offset -1.5 is 0xbe00.
        const auto q41 = bytesOf(oneGroup(4, false, 0.5f, 3, codes), "Q4_1");
        QCOMPARE(q41.size(), size_t(20));
        QCOMPARE(int(q41[2]) | int(q41[3]) << 8, 0xbe00);
        for (size_t i = 0; i < 16; ++i) QCOMPARE(int(q41[4 + i]), int(i | i << 4));
        for (size_t i = 0; i < 32; ++i) codes[i] = uint8_t(i);
        // Codes 0 … 31 around 16: fifth bits of the upper sixteen values.
        const auto q50 = bytesOf(oneGroup(5, true, 0.5f, 16, codes), "Q5_0");
        QCOMPARE(q50.size(), size_t(22));
        QCOMPARE(int(q50[2]) | int(q50[3]) << 8, 0);
        QCOMPARE(int(q50[4]) | int(q50[5]) << 8, 0xffff);
        QCOMPARE(int(q50[6 + 3]), 3 | 3 << 4);
        const auto q51 = bytesOf(oneGroup(5, false, 0.5f, 1, codes), "Q5_1");
        QCOMPARE(q51.size(), size_t(24));
        QCOMPARE(int(q51[2]) | int(q51[3]) << 8, 0xb800); // -0.5
        for (size_t i = 0; i < 32; ++i) codes[i] = uint8_t(8 * i);
        const auto q80 = bytesOf(oneGroup(8, true, 0.5f, 128, codes), "Q8_0");
        QCOMPARE(q80.size(), size_t(34));
        for (size_t i = 0; i < 32; ++i) QCOMPARE(int(int8_t(q80[2 + i])), 8 * int(i) - 128);
    }

    void changedNormsAreWrittenInTheFilesOwnNumbers()
    {
        const auto folder = test::goldenFolder() / "models/gemma"; // stores norms less one
        PARETOSCOPE_REQUIRE(folder);
        const ModelPtr model = openModel(folder.string()), changed = withDoubledNorm(model);
        for (const char* format : {"safetensors", "gguf"}) {
            Exported exported;
            const ModelPtr again = openModel(exported.write(model, changed, format));
            QVERIFY(largestDifference(again->finalNorm->weight.toFloats(), changed->finalNorm->weight.toFloats()) < 1e-3); // of 16 bits
        }
    }

    void changedEmbeddingsAndOtherFloatsAreWritten()
    {
        auto changed = std::make_shared<Model>(*starter_);
        std::vector<float> table = changed->embedding.toFloats();
        for (float& number : table) number *= 2; // exact in every float type
        changed->embedding = Tensor::fromFloats(changed->embedding.shape(), table);
        for (const DType type : {DType::F32, DType::F16}) {
            Exported exported;
            const std::filesystem::path output = exported.scratch.path() / "model";
            exportFormat("safetensors").write({*starter_, *changed, output, false, exported.notes, type});
            const ModelPtr again = openModel(output.string());
            QVERIFY(again->embedding.dtype() == type);
            QCOMPARE(again->embedding.toFloats(), table);
        }
    }

    void whatDoesNotFitIsRefusedAndNothingIsLeft_data()
    {
        QTest::addColumn<QString>("format");
        QTest::addColumn<QString>("recipe");
        QTest::addColumn<QString>("message");
        QTest::newRow("order") << "gguf" << "quantization.gptq(bits=4,group_size=32,act_order=true,calibration_samples=2)" << "--inexact";
        QTest::newRow("lookup") << "gptq" << "quantization.nf4" << "NF4";
        QTest::newRow("bits") << "gptq" << "quantization.rtn(bits=6,group_size=64)" << "6 bits";
        QTest::newRow("width") << "compressed-tensors" << "quantization.rtn(bits=3,group_size=64)" << "3 bits";
        QTest::newRow("nothing") << "gptq" << "none" << "nothing is quantized";
        QTest::newRow("range") << "gguf" << "quantization.rtn(bits=8,group_size=64)" << "8-bit";
    }

    void whatDoesNotFitIsRefusedAndNothingIsLeft()
    {
        QFETCH(QString, format);
        QFETCH(QString, recipe);
        QFETCH(QString, message);
        Exported exported;
        try {
            exported.write(starter_, compressed(starter_, recipe.toStdString()), format.toUtf8().constData());
            QFAIL("it was written");
        } catch (const Error& error) {
            QVERIFY2(QString::fromUtf8(error.what()).contains(message), error.what());
        }
        QVERIFY(!exported.left());
    }

    void inexactWritesSixteenBits()
    {
        const ModelPtr model = compressed(starter_, "quantization.nf4");
        Exported exported;
        const ModelPtr again = openModel(exported.write(starter_, model, "gguf", true));
        QVERIFY(largestDifference(lastLogits(model), lastLogits(again)) < 0.02);
    }

    void otherSourcesAndExistingOutputsAreRefused()
    {
        Exported first;
        const std::string file = first.write(starter_, starter_, "gguf");
        PARETOSCOPE_EXPECT_ERROR(first.write(starter_, starter_, "gguf"), "exists already");
        const ModelPtr fromGguf = openModel(file);
        Exported second;
        PARETOSCOPE_EXPECT_ERROR(second.write(fromGguf, fromGguf, "gptq"), "Hugging Face folder");
        PARETOSCOPE_EXPECT_ERROR(exportFormat("ggfu"), "gguf");
        const auto other = test::goldenFolder() / "models/opt";
        PARETOSCOPE_REQUIRE(other);
        const ModelPtr opt = openModel(other.string());
        PARETOSCOPE_EXPECT_ERROR(second.write(opt, opt, "gguf"), "not written to GGUF");
        QVERIFY(!second.left());
    }
};

QTEST_GUILESS_MAIN(ExportTest)
#include "export_test.moc"
