// Opening, writing and opening again.
#include "core/base/error.h"
#include "core/model/open_model.h"
#include "tests/core/model/formats/fixtures.h"
#include "tests/test_data.h"

#include <csignal>
#include <limits>
#include <sys/resource.h>

using namespace paretoscope;
using namespace paretoscope::test;

namespace {

namespace fs = std::filesystem;

std::vector<std::string> filesIn(const fs::path& folder)
{
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(folder))
        names.push_back(entry.path().filename());
    std::sort(names.begin(), names.end());
    return names;
}

ModelPtr openTiny(const ScratchFolder& scratch)
{
    writeTinyLlama(scratch.path() / "tiny");
    return openModel((scratch.path() / "tiny").string());
}

// Same shape as `map`, 4 bits, groups of 4.
LinearWeightPtr packed(const LinearWeight& map)
{
    PackedMatrix matrix;
    matrix.bits = 4;
    matrix.groupSize = 4;
    matrix.rows = map.outputs();
    matrix.columns = map.inputs();
    matrix.codes = Tensor::zeros(DType::U8, {matrix.rows, matrix.columns / 2});
    matrix.scales = Tensor::zeros(DType::F16, {matrix.rows, matrix.columns / 4});
    matrix.zeros = Tensor::zeros(DType::U8, {matrix.rows, packedBytes(matrix.columns / 4, 4)});
    for (size_t i = 0; i < size_t(matrix.codes.count()); ++i)
        matrix.codes.fill<uint8_t>()[i] = uint8_t(37 * i + 11);
    for (uint16_t& scale : matrix.scales.fill<uint16_t>())
        scale = 0x3400; // 0.25
    for (uint8_t& zero : matrix.zeros.fill<uint8_t>())
        zero = 0x53;
    return std::make_shared<PackedLinear>(matrix);
}

std::shared_ptr<Model> packedModel(const Model& model)
{
    return withLinears(model, [](const LinearId& id, const Linear& linear) {
        return id.role == "attention.output" ? linear.weight : packed(*linear.weight);
    });
}

void requireSameMaps(const Model& a, const Model& b)
{
    std::map<std::string, std::vector<float>> maps;
    forEachLinear(
        a, [&](const LinearId& id, const Linear& map) { maps[id.text()] = map.weight->toDense(); });
    QVERIFY(!maps.empty());
    size_t count = 0;
    forEachLinear(b, [&](const LinearId& id, const Linear& map) {
        ++count;
        QVERIFY2(maps[id.text()] == map.weight->toDense(), id.text().c_str());
    });
    QCOMPARE(count, maps.size());
}

} // namespace

class OpenModelTest : public QObject {
    Q_OBJECT

private slots:
    void goldenFoldersOpen_data();
    void goldenFoldersOpen();
    void tinyFolderOpens();
    void damagedFolderIsRefusedInWords_data();
    void damagedFolderIsRefusedInWords();
    void notANumberIsNamed();
    void unusedTensorsAreWarnedAbout();
    void writtenModelOpensAgain();
    void writtenSizeIsKnownBefore();
    void companionFilesAndProvenanceAreKept();
    void existingFolderIsRefused();
    void writingIntoNowhereIsRefused();
    void fullDiskLeavesNothingBehind();
    void damagedManifestIsRefusedInWords_data();
    void damagedManifestIsRefusedInWords();
    void fingerprintFollowsTheContent();
    void builtinNamesAreFound();
};

void OpenModelTest::goldenFoldersOpen_data()
{
    QTest::addColumn<QString>("folder");
    const fs::path models = goldenFolder() / "models";
    PARETOSCOPE_REQUIRE(models);
    for (const char* name :
         {"llama_gqa", "llama_gqa_sharded_f16", "llama_mha", "qwen2", "qwen2_tied_bf16"})
        QTest::newRow(name) << QString::fromStdString((models / name).string());
}

void OpenModelTest::goldenFoldersOpen()
{
    QFETCH(QString, folder);
    const ModelPtr model = openModel(folder.toStdString());
    const Json config = readJsonFile(fs::path(folder.toStdString()) / "config.json");
    QCOMPARE(model->config.hidden, config["hidden_size"].get<int64_t>());
    QCOMPARE(model->blocks.size(), config["num_hidden_layers"].get<size_t>());
    QVERIFY(model->config.tiedEmbeddings || model->output);
    QCOMPARE(model->fingerprint.size(), size_t{32});
    QVERIFY2(model->warnings.empty(), model->warnings.empty() ? "" : model->warnings[0].c_str());
    const ScratchFolder scratch;
    writeModelFolder(*model, Json::object(), scratch.path() / "copy");
    const ModelPtr copy = openModel((scratch.path() / "copy").string());
    requireSameMaps(*model, *copy);
    QCOMPARE(toJson(copy->config), toJson(model->config));
    QCOMPARE(weightBytes(*copy), weightBytes(*model));
}

void OpenModelTest::tinyFolderOpens()
{
    const ScratchFolder scratch;
    const ModelPtr model = openTiny(scratch);
    QCOMPARE(model->name, std::string("tiny"));
    QCOMPARE(model->source, scratch.path() / "tiny");
    QCOMPARE(model->blocks.size(), size_t{1});
    QCOMPARE(model->blocks[0]->attention.key.weight->toDense(), std::vector<float>(32, 0.2f));
    QCOMPARE(model->blocks[0]->feedForward.down.weight->toDense(), std::vector<float>(128, 0.8f));
    QVERIFY(!model->tokenizer);
    QVERIFY(openModel((scratch.path() / "tiny/").string())->name == "tiny");
}

void OpenModelTest::damagedFolderIsRefusedInWords_data()
{
    QTest::addColumn<QString>("damage");
    QTest::addColumn<QString>("sentence");
    QTest::newRow("nothing there") << "gone"
                                   << "no such file or folder";
    QTest::newRow("no config.json") << "config"
                                    << "holds neither config.json nor paretoscope.json";
    QTest::newRow("no weights") << "weights"
                                << "holds no weights";
    QTest::newRow("weights file given") << "file"
                                        << "is a file; give the folder that holds it";
    QTest::newRow("some other file") << "text"
                                     << "is not a model";
    QTest::newRow("unknown architecture") << "architecture"
                                          << "'ElephantForCausalLM' is not supported";
    QTest::newRow("config is a list") << "list"
                                      << "expected a JSON object";
    QTest::newRow("config is cut") << "cut"
                                   << "not valid JSON";
    QTest::newRow("weights are cut") << "truncated"
                                     << "cut short";
    QTest::newRow("a missing tensor") << "missing"
                                      << "tensor 'model.norm.weight' is missing";
    QTest::newRow("a wrong shape") << "shape"
                                   << "has shape [8, 7], expected [8, 8]";
    QTest::newRow("an integer weight") << "integer"
                                       << "has the type I32, expected a float type";
}

void OpenModelTest::damagedFolderIsRefusedInWords()
{
    QFETCH(QString, damage);
    QFETCH(QString, sentence);
    const ScratchFolder scratch;
    const fs::path folder = scratch.path() / "tiny";
    Json config = tinyLlamaConfig();
    auto tensors = tinyLlamaTensors();
    const std::string query = "model.layers.0.self_attn.q_proj.weight";
    if (damage == "architecture") config["architectures"] = {"ElephantForCausalLM"};
    if (damage == "list") config = Json::array();
    if (damage == "missing") tensors.erase("model.norm.weight");
    if (damage == "shape") tensors[query] = constant({8, 7}, 1);
    if (damage == "integer") tensors[query].dtype = "I32";
    writeTinyLlama(folder, config, tensors);
    if (damage == "config") fs::remove(folder / "config.json");
    if (damage == "weights") fs::remove(folder / "model.safetensors");
    if (damage == "cut") fs::resize_file(folder / "config.json", 20);
    if (damage == "truncated")
        fs::resize_file(folder / "model.safetensors",
                        fs::file_size(folder / "model.safetensors") - 100);
    writeText(folder / "notes.txt", "hello");
    std::string path = folder.string();
    if (damage == "gone") path += "-gone";
    if (damage == "file") path += "/model.safetensors";
    if (damage == "text") path += "/notes.txt";
    try {
        openModel(path);
        QFAIL("the model was opened");
    } catch (const Error& error) {
        QVERIFY2(QString::fromUtf8(error.what()).contains(sentence), error.what());
        QVERIFY2(QString::fromUtf8(error.what()).contains("tiny"), error.what());
        QVERIFY(error.code() != ErrorCode::Internal);
    }
}

void OpenModelTest::notANumberIsNamed()
{
    const ScratchFolder scratch;
    for (const float bad :
         {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
        auto tensors = tinyLlamaTensors();
        std::vector<float> values(32, 1);
        values[17] = bad;
        tensors["model.layers.0.self_attn.k_proj.weight"] = floats({4, 8}, values);
        writeTinyLlama(scratch.path() / "tiny", tinyLlamaConfig(), tensors);
        PARETOSCOPE_EXPECT_ERROR(openModel((scratch.path() / "tiny").string()),
                                 "blocks.0.attention.key");
        PARETOSCOPE_EXPECT_ERROR(openModel((scratch.path() / "tiny").string()),
                                 "model.safetensors");
    }
}

void OpenModelTest::unusedTensorsAreWarnedAbout()
{
    const ScratchFolder scratch;
    auto tensors = tinyLlamaTensors();
    tensors["model.layers.0.self_attn.rotary_emb.inv_freq"] = constant({2}, 1);
    tensors["model.layers.0.self_attn.g_proj.weight"] = constant({2}, 1);
    writeTinyLlama(scratch.path() / "tiny", tinyLlamaConfig(), tensors);
    const ModelPtr model = openModel((scratch.path() / "tiny").string());
    QCOMPARE(model->warnings.size(), size_t{1});
    QCOMPARE(
        model->warnings[0],
        std::string("1 tensor of the file is not used: 'model.layers.0.self_attn.g_proj.weight'"));
}

void OpenModelTest::writtenModelOpensAgain()
{
    const ScratchFolder scratch;
    const ModelPtr model = openTiny(scratch);
    auto changed = packedModel(*model);
    auto block = std::make_shared<Block>(*changed->blocks[0]);
    block->attention.query.bias = Tensor::fromFloats({8}, {1, 2, 3, 4, 5, 6, 7, 8});
    block->config.window = 5; // a change of one block alone
    block->feedForward = {};
    block->feedForwardNorm.reset();
    changed->blocks[0] = block;
    writeModelFolder(*changed, Json::object(), scratch.path() / "out");
    const ModelPtr again = openModel((scratch.path() / "out").string());
    requireSameMaps(*changed, *again);
    const Block& read = *again->blocks[0];
    QCOMPARE(read.attention.query.weight->kind(), std::string("packed"));
    QCOMPARE(read.attention.output.weight->kind(), std::string("dense"));
    QCOMPARE(read.attention.query.bias.toFloats(), (std::vector<float>{1, 2, 3, 4, 5, 6, 7, 8}));
    QCOMPARE(read.config.window, int64_t{5});
    QVERIFY(!read.feedForward.up);
    QVERIFY(!read.feedForwardNorm);
    QCOMPARE(read.attentionNorm->epsilon, 1e-5f);
    QCOMPARE(again->embedding.toFloats(), model->embedding.toFloats());
    QCOMPARE(weightBytes(*again), weightBytes(*changed));
}

void OpenModelTest::writtenSizeIsKnownBefore()
{
    const ScratchFolder scratch;
    const ModelPtr model = openTiny(scratch);
    int number = 0;
    for (const std::shared_ptr<const Model>& one : {model, ModelPtr(packedModel(*model))}) {
        const fs::path folder = scratch.path() / std::to_string(number++);
        writeModelFolder(*one, Json::object(), folder);
        QCOMPARE(modelFileBytes(*one), int64_t(fs::file_size(folder / "weights.safetensors")));
    }
}

void OpenModelTest::companionFilesAndProvenanceAreKept()
{
    const ScratchFolder scratch;
    writeTinyLlama(scratch.path() / "tiny");
    writeText(scratch.path() / "tiny/generation_config.json", "{\"top_k\": 3}");
    const ModelPtr model = openModel((scratch.path() / "tiny").string());
    const Json provenance{{"recipe", "quantization.rtn(bits=4)"}, {"seed", 7}};
    writeModelFolder(*model, provenance, scratch.path() / "once");
    writeModelFolder(*openModel((scratch.path() / "once").string()), provenance,
                     scratch.path() / "twice");
    for (const char* folder : {"once", "twice"}) {
        const fs::path path = scratch.path() / folder;
        QCOMPARE(filesIn(path),
                 (std::vector<std::string>{"generation_config.json", "paretoscope.json",
                                           "source_config.json", "weights.safetensors"}));
        QCOMPARE(readFile(path / "generation_config.json"), std::string("{\"top_k\": 3}"));
        QCOMPARE(readJsonFile(path / "source_config.json"), tinyLlamaConfig());
        QCOMPARE(readJsonFile(path / "paretoscope.json")["provenance"], provenance);
    }
}

void OpenModelTest::existingFolderIsRefused()
{
    const ScratchFolder scratch;
    const ModelPtr model = openTiny(scratch);
    fs::create_directory(scratch.path() / "empty");
    writeText(scratch.path() / "file", "mine");
    fs::create_symlink("nowhere", scratch.path() / "link");
    const auto before = filesIn(scratch.path());
    for (const char* name : {"tiny", "tiny/", "empty", "file", "link"}) {
        try {
            writeModelFolder(*model, Json::object(), scratch.path() / name);
            QFAIL("it was overwritten");
        } catch (const Error& error) {
            QCOMPARE(error.code(), ErrorCode::BadUsage);
            QVERIFY2(QString::fromUtf8(error.what()).contains("exists already"), error.what());
        }
    }
    QCOMPARE(filesIn(scratch.path()), before);
    QCOMPARE(readFile(scratch.path() / "file"), std::string("mine"));
}

void OpenModelTest::writingIntoNowhereIsRefused()
{
    const ScratchFolder scratch;
    const ModelPtr model = openTiny(scratch);
    PARETOSCOPE_EXPECT_ERROR(writeModelFolder(*model, Json::object(), scratch.path() / "a/b"),
                             "cannot write");
    QVERIFY(!fs::exists(scratch.path() / "a"));
}

void OpenModelTest::fullDiskLeavesNothingBehind()
{
    const ScratchFolder scratch;
    const ModelPtr model = openTiny(scratch);
    const auto before = filesIn(scratch.path());
    std::signal(SIGXFSZ, SIG_IGN);
    rlimit old{};
    getrlimit(RLIMIT_FSIZE, &old);
    const rlimit small{1000, old.rlim_max};
    setrlimit(RLIMIT_FSIZE, &small);
    QString text;
    try {
        writeModelFolder(*model, Json::object(), scratch.path() / "out");
    } catch (const Error& error) {
        text = QString::fromUtf8(error.what());
    }
    setrlimit(RLIMIT_FSIZE, &old);
    QVERIFY2(text.contains("cannot write"), qPrintable(text));
    QCOMPARE(filesIn(scratch.path()), before);
}

void OpenModelTest::damagedManifestIsRefusedInWords_data()
{
    QTest::addColumn<QString>("pointer");
    QTest::addColumn<QString>("value"); // empty: the field is removed
    QTest::addColumn<QString>("sentence");
    const QString query = "/parts/linears/blocks.0.attention.query";
    QTest::newRow("another format") << "/format"
                                    << "\"x\""
                                    << "'format' must be";
    QTest::newRow("a newer version") << "/version"
                                     << "99"
                                     << "newer than this program";
    QTest::newRow("no configuration") << "/config"
                                      << ""
                                      << "'config' is missing";
    QTest::newRow("absurd extents") << "/config/hidden"
                                    << "-5"
                                    << "hidden size";
    QTest::newRow("other extents") << "/config/hidden"
                                   << "16"
                                   << "embedding is not a float matrix of the configured extents";
    QTest::newRow("more heads")
        << "/config/blocks/0/heads"
        << "4"
        << "blocks.0.attention.query maps 8 inputs to 8 outputs, expected 8 to 16";
    QTest::newRow("no parts") << "/parts"
                              << ""
                              << "'parts' is missing";
    QTest::newRow("a map is gone") << query << ""
                                   << "nothing describes the tensor";
    QTest::newRow("an unknown kind") << query + "/kind"
                                     << "\"magic\""
                                     << "'magic'";
    QTest::newRow("no such tensor") << query + "/tensors/0"
                                    << "\"weights\""
                                    << "'blocks.0.attention.query.weights' is missing";
    QTest::newRow("tensors is text") << query + "/tensors"
                                     << "\"x\""
                                     << "'tensors' must be a list";
    QTest::newRow("an unknown norm") << "/parts/norms/final_norm/kind"
                                     << "\"group\""
                                     << "'group' is not known";
    QTest::newRow("a stranger") << "/parts/norms/blocks.7.attention_norm"
                                << "{\"kind\":\"rms\"}"
                                << "no place for 'blocks.7.attention_norm'";
    QTest::newRow("experts out of nothing") << "/config/blocks/0/moe/experts"
                                            << "4"
                                            << "number of experts per token is 0";
    QTest::newRow("tied to nothing") << "/parts/linears/output/tensors"
                                     << "[]"
                                     << "missing";
}

void OpenModelTest::damagedManifestIsRefusedInWords()
{
    QFETCH(QString, pointer);
    QFETCH(QString, value);
    QFETCH(QString, sentence);
    const ScratchFolder scratch;
    writeModelFolder(*openTiny(scratch), Json::object(), scratch.path() / "out");
    Json manifest = readJsonFile(scratch.path() / "out/paretoscope.json");
    const Json::json_pointer place(pointer.toStdString());
    if (value.isEmpty())
        manifest.at(place.parent_pointer()).erase(place.back());
    else
        manifest[place] = Json::parse(value.toStdString());
    writeText(scratch.path() / "out/paretoscope.json", manifest.dump());
    try {
        openModel((scratch.path() / "out").string());
        QFAIL("the manifest was accepted");
    } catch (const Error& error) {
        QVERIFY2(QString::fromUtf8(error.what()).contains(sentence), error.what());
        QVERIFY(error.code() != ErrorCode::Internal);
    }
}

void OpenModelTest::fingerprintFollowsTheContent()
{
    const ScratchFolder scratch;
    writeTinyLlama(scratch.path() / "a");
    writeTinyLlama(scratch.path() / "b");
    auto tensors = tinyLlamaTensors();
    tensors["model.norm.weight"] = floats({8}, {1, 1, 1, 1, 1, 1, 1, 1.0000001f});
    writeTinyLlama(scratch.path() / "c", tinyLlamaConfig(), tensors);
    Json config = tinyLlamaConfig();
    config["rms_norm_eps"] = 1e-6;
    writeTinyLlama(scratch.path() / "d", config, tinyLlamaTensors());
    const auto of = [&](const char* name) {
        return openModel((scratch.path() / name).string())->fingerprint;
    };
    QCOMPARE(of("a"), of("b"));
    QVERIFY(of("a") != of("c"));
    QVERIFY(of("a") != of("d"));
}

void OpenModelTest::builtinNamesAreFound()
{
    const ScratchFolder scratch;
    writeTinyLlama(scratch.path() / "first/tiny");
    writeTinyLlama(scratch.path() / "second/tiny");
    writeTinyLlama(scratch.path() / "second/other");
    fs::create_directory(scratch.path() / "second/not-a-model");
    setBuiltinModelFolders(
        {scratch.path() / "first", scratch.path() / "absent", scratch.path() / "second"});
    QCOMPARE(builtinModelNames(), (std::vector<std::string>{"other", "tiny"}));
    QCOMPARE(resolveModelPath("builtin:tiny"), scratch.path() / "first/tiny");
    QCOMPARE(openModel("builtin:other")->name, std::string("other"));
    PARETOSCOPE_EXPECT_ERROR(openModel("builtin:tinny"), "did you mean 'tiny'?");
    PARETOSCOPE_EXPECT_ERROR(openModel("builtin:../second/other"), "there is no built-in model");
    PARETOSCOPE_EXPECT_ERROR(openModel("builtin:"), "there is no built-in model");
    PARETOSCOPE_EXPECT_ERROR(openModel(""), "there is no model ''");
    setBuiltinModelFolders({});
}

QTEST_GUILESS_MAIN(OpenModelTest)
#include "open_model_test.moc"
