// Sharded checkpoints and the names that architectures ask for.
#include "core/base/error.h"
#include "core/model/formats/checkpoint.h"
#include "core/model/formats/checkpoint_source.h"
#include "tests/core/model/formats/fixtures.h"
#include "tests/test_data.h"

using namespace paretoscope;
using namespace paretoscope::test;

namespace {

constexpr const char* indexName = "model.safetensors.index.json";

// a and b in the first shard, c in the second.
void writeShards(const std::filesystem::path& folder)
{
    writeText(folder / "one.safetensors",
              rawSafetensors({{"a", floats({1}, {1})}, {"b", floats({1}, {2})}}));
    writeText(folder / "two.safetensors", rawSafetensors({{"c", floats({1}, {3})}}));
}

void writeIndex(const std::filesystem::path& folder, const Json& weightMap)
{
    writeText(folder / indexName,
              Json{{"metadata", {{"total_size", 12}}}, {"weight_map", weightMap}}.dump());
}

const Json goodMap{{"a", "one.safetensors"}, {"b", "one.safetensors"}, {"c", "two.safetensors"}};

} // namespace

class CheckpointTest : public QObject {
    Q_OBJECT

private slots:
    void shardsReadAsOne();
    void goldenShardsHoldTheSingleFilesTensors();
    void badIndexIsRefusedInWords_data();
    void badIndexIsRefusedInWords();
    void tensorInTwoShardsIsRefused();
    void missingShardIsNamed();
    void folderWithoutWeightsIsNamed();
    void pickledWeightsAreUnsupported();
    void namesAreFoundWithAndWithoutTheirFrontPart_data();
    void namesAreFoundWithAndWithoutTheirFrontPart();
    void exactNameWins();
    void wrongShapeIsNamed();
    void unusedTensorsAreListed();
};

void CheckpointTest::shardsReadAsOne()
{
    const ScratchFolder scratch;
    writeShards(scratch.path());
    writeIndex(scratch.path(), goodMap);
    const Checkpoint checkpoint = Checkpoint::open(scratch.path());
    QCOMPARE(checkpoint.names(), (std::vector<std::string>{"a", "b", "c"}));
    QCOMPARE(checkpoint.tensor("b").toFloats(), std::vector<float>{2});
    QCOMPARE(checkpoint.tensor("c").toFloats(), std::vector<float>{3});
    PARETOSCOPE_EXPECT_ERROR(checkpoint.tensor("d"), "tensor 'd' is missing");
}

void CheckpointTest::goldenShardsHoldTheSingleFilesTensors()
{
    const auto models = goldenFolder() / "models";
    PARETOSCOPE_REQUIRE(models / "llama_gqa_sharded_f16");
    const Checkpoint sharded = Checkpoint::open(models / "llama_gqa_sharded_f16");
    const Checkpoint single = Checkpoint::open(models / "llama_gqa");
    QVERIFY(sharded.files().size() == 3);
    QVERIFY(sharded.names() == single.names());
    for (const std::string& name : single.names())
        QVERIFY(sharded.tensor(name).shape() == single.tensor(name).shape());
}

void CheckpointTest::badIndexIsRefusedInWords_data()
{
    QTest::addColumn<QString>("index");
    QTest::addColumn<QString>("sentence");
    const auto row = [](const char* name, const Json& index, const char* sentence) {
        QTest::newRow(name) << QString::fromStdString(index.dump()) << sentence;
    };
    const auto map = [](const char* tensor, const Json& shard) {
        Json changed = goodMap;
        changed[tensor] = shard;
        return Json{{"weight_map", changed}};
    };
    row("no map", Json::object(), "'weight_map' is missing");
    row("a list", Json{{"weight_map", Json::array({"a"})}}, "must be an object");
    row("an empty map", Json{{"weight_map", Json::object()}},
        "must be an object that names tensors");
    row("a number", map("a", 1), "must map to file names");
    row("the parent folder", map("a", "../one.safetensors"), "not a file name inside the folder");
    row("two dots", map("a", ".."), "not a file name inside the folder");
    row("an absolute path", map("a", "/etc/passwd"), "not a file name inside the folder");
    row("a folder below", map("a", "x/one.safetensors"), "not a file name inside the folder");
    row("an empty name", map("a", ""), "not a file name inside the folder");
    row("a shard that is not there", map("a", "three.safetensors"),
        "the shard 'three.safetensors' is missing");
    row("the wrong shard", map("a", "two.safetensors"), "'a' should lie in two.safetensors");
    row("a tensor that is nowhere", map("d", "two.safetensors"),
        "'d' should lie in two.safetensors");
}

void CheckpointTest::badIndexIsRefusedInWords()
{
    QFETCH(QString, index);
    QFETCH(QString, sentence);
    const ScratchFolder scratch;
    writeShards(scratch.path());
    writeText(scratch.path() / indexName, index.toStdString());
    try {
        Checkpoint::open(scratch.path());
        QFAIL("the index was accepted");
    } catch (const Error& error) {
        QVERIFY2(QString::fromUtf8(error.what()).contains(sentence), error.what());
        QVERIFY2(QString::fromUtf8(error.what()).contains(indexName), error.what());
    }
}

void CheckpointTest::tensorInTwoShardsIsRefused()
{
    const ScratchFolder scratch;
    writeShards(scratch.path());
    writeText(scratch.path() / "two.safetensors",
              rawSafetensors({{"c", floats({1}, {3})}, {"b", floats({1}, {9})}}));
    writeIndex(scratch.path(), goodMap);
    PARETOSCOPE_EXPECT_ERROR(Checkpoint::open(scratch.path()),
                             "tensor 'b' lies in one.safetensors too");
}

void CheckpointTest::missingShardIsNamed()
{
    const ScratchFolder scratch;
    writeShards(scratch.path());
    writeIndex(scratch.path(), goodMap);
    std::filesystem::remove(scratch.path() / "two.safetensors");
    PARETOSCOPE_EXPECT_ERROR(Checkpoint::open(scratch.path()),
                             "the shard 'two.safetensors' is missing");
}

void CheckpointTest::folderWithoutWeightsIsNamed()
{
    const ScratchFolder scratch;
    PARETOSCOPE_EXPECT_ERROR(Checkpoint::open(scratch.path()), "holds no weights");
}

void CheckpointTest::pickledWeightsAreUnsupported()
{
    const ScratchFolder scratch;
    writeText(scratch.path() / "pytorch_model.bin", "x");
    PARETOSCOPE_EXPECT_ERROR(Checkpoint::open(scratch.path()),
                             "pytorch_model.bin, which is not read");
}

void CheckpointTest::namesAreFoundWithAndWithoutTheirFrontPart_data()
{
    QTest::addColumn<QString>("stored");
    QTest::addColumn<QString>("asked");
    QTest::newRow("as stored") << "model.norm.weight"
                               << "model.norm.weight";
    QTest::newRow("old hub GPT-2") << "h.0.ln_1.weight"
                                   << "transformer.h.0.ln_1.weight";
    QTest::newRow("prefixed GPT-2") << "transformer.h.0.ln_1.weight"
                                    << "h.0.ln_1.weight";
    QTest::newRow("bare Llama") << "layers.0.x.weight"
                                << "model.layers.0.x.weight";
    QTest::newRow("LLaVA on the hub") << "language_model.model.norm.weight"
                                      << "model.norm.weight";
    QTest::newRow("newer LLaVA") << "model.language_model.norm.weight"
                                 << "model.norm.weight";
    QTest::newRow("LLaVA head") << "language_model.lm_head.weight"
                                << "lm_head.weight";
}

void CheckpointTest::namesAreFoundWithAndWithoutTheirFrontPart()
{
    QFETCH(QString, stored);
    QFETCH(QString, asked);
    const ScratchFolder scratch;
    writeText(
        scratch.path() / "model.safetensors",
        rawSafetensors({{stored.toStdString(), floats({1}, {5})}, {"other", floats({1}, {6})}}));
    const Checkpoint checkpoint = Checkpoint::open(scratch.path());
    const CheckpointSource source(checkpoint);
    QVERIFY(source.has(asked.toStdString()));
    QVERIFY(!source.has("absent"));
    QCOMPARE(source.tensor(asked.toStdString(), {1}).toFloats(), std::vector<float>{5});
}

void CheckpointTest::exactNameWins()
{
    const ScratchFolder scratch;
    writeText(scratch.path() / "model.safetensors",
              rawSafetensors({{"norm", floats({1}, {1})}, {"model.norm", floats({1}, {2})}}));
    const Checkpoint checkpoint = Checkpoint::open(scratch.path());
    const CheckpointSource source(checkpoint);
    QCOMPARE(source.tensor("norm", {}).toFloats(), std::vector<float>{1});
    QCOMPARE(source.tensor("model.norm", {}).toFloats(), std::vector<float>{2});
}

void CheckpointTest::wrongShapeIsNamed()
{
    const ScratchFolder scratch;
    writeText(scratch.path() / "model.safetensors",
              rawSafetensors({{"a.weight", floats({2, 3}, {1, 2, 3, 4, 5, 6})}}));
    const Checkpoint checkpoint = Checkpoint::open(scratch.path());
    const CheckpointSource source(checkpoint);
    QCOMPARE(source.tensor("a.weight", {-1, 3}).count(), 6);
    QCOMPARE(source.linear("a", 2, 3)->inputs(), 3);
    PARETOSCOPE_EXPECT_ERROR(source.tensor("a.weight", {3, 2}),
                             "tensor 'a.weight' has shape [2, 3], expected [3, 2]");
    PARETOSCOPE_EXPECT_ERROR(source.tensor("a.weight", {6}), "has shape [2, 3], expected [6]");
    PARETOSCOPE_EXPECT_ERROR(source.linear("a", 2, 4), "has shape [2, 3], expected [2, 4]");
    PARETOSCOPE_EXPECT_ERROR(source.tensor("b.weight", {}), "tensor 'b.weight' is missing");
}

void CheckpointTest::unusedTensorsAreListed()
{
    const ScratchFolder scratch;
    writeShards(scratch.path());
    writeIndex(scratch.path(), goodMap);
    const Checkpoint checkpoint = Checkpoint::open(scratch.path());
    const CheckpointSource source(checkpoint);
    source.tensor("b", {});
    QCOMPARE(source.unused(), (std::vector<std::string>{"a", "c"}));
}

QTEST_GUILESS_MAIN(CheckpointTest)
#include "checkpoint_test.moc"
