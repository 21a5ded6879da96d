// Hugging Face folders with quantized weights: the codes stay codes and mean what they should.
#include "core/base/error.h"
#include "core/inference/session.h"
#include "core/model/open_model.h"
#include "tests/core/model/formats/quantized/packers.h"
#include "tests/test_data.h"

using namespace paretoscope;
using namespace paretoscope::test;

namespace {

namespace fs = std::filesystem;

constexpr int64_t hidden = 64;
constexpr int64_t inner = 128;

Json modelConfig(const Json& quantization)
{
    return {{"architectures", {"LlamaForCausalLM"}},
            {"hidden_size", hidden},
            {"intermediate_size", inner},
            {"num_hidden_layers", 1},
            {"num_attention_heads", 4},
            {"num_key_value_heads", 2},
            {"vocab_size", 32},
            {"max_position_embeddings", 64},
            {"rms_norm_eps", 1e-5},
            {"tie_word_embeddings", true},
            {"quantization_config", quantization}};
}

struct Library {
    const char* name;
    Json settings;
    std::function<std::vector<float>(PackedCase)> pack;
    const char* kind;
    double bits; // stored for a weight, at most
};

const std::vector<Library>& libraries()
{
    const auto gptq = [](const GptqSettings& s) {
        return Json{{"quant_method", "gptq"}, {"bits", s.bits}, {"group_size", s.group}, {"desc_act", s.ordered},
                    {"checkpoint_format", s.second ? "gptq_v2" : "gptq"}};
    };
    const auto gptqRow = [&](const char* name, const GptqSettings& s, const char* kind, double bits) {
        return Library{name, gptq(s), [s](PackedCase c) { return packGptq(c, s); }, kind, bits};
    };
    const auto compressed = [](const char* format) {
        return Json{{"quant_method", "compressed-tensors"}, {"format", format}};
    };
    const auto packed = [&](const char* name, const CompressedSettings& s, const char* kind, double bits) {
        return Library{name, compressed("pack-quantized"), [s](PackedCase c) { return packCompressed(c, s); }, kind, bits};
    };
    static const std::vector<Library> rows{
        gptqRow("gptq 4 bits", {}, "packed", 4.7),
        gptqRow("gptq 2 bits", {2, 32}, "packed", 2.7),
        gptqRow("gptq 3 bits", {3, 32}, "packed", 3.8),
        gptqRow("gptq 8 bits v2", {8, 32, true}, "packed", 8.8),
        gptqRow("gptq 4 bits in order", {4, 32, false, true}, "gathered", 5.4),
        gptqRow("gptq 4 bits v2 in order", {4, 16, true, true}, "gathered", 6.1),
        {"awq", {{"quant_method", "awq"}, {"bits", 4}, {"group_size", 32}, {"version", "gemm"}},
         [](PackedCase c) { return packAwq(c, 32); }, "packed", 4.7},
        packed("compressed 4 bits", {}, "packed", 4.6),
        packed("compressed 2 bits", {2, 32}, "packed", 2.6),
        packed("compressed 8 bits", {8, 32}, "packed", 8.6),
        packed("compressed 4 bits with zeros", {4, 32, true}, "packed", 4.7),
        packed("compressed 4 bits, tiny scales", {4, 32, true, true}, "lookup", 6.2),
        packed("compressed 8 bits, tiny scales", {8, 32, false, true}, "lookup", 12),
        packed("compressed 4 bits in order", {4, 32, true, false, true}, "gathered", 5.4),
        {"compressed int8", compressed("int-quantized"),
         [](PackedCase c) { return packEightBits(c, false, 1, c.inputs, ".weight_scale", {c.outputs, 1}); }, "lookup", 13},
        {"compressed fp8 by output", compressed("float-quantized"),
         [](PackedCase c) { return packEightBits(c, true, 1, c.inputs, ".weight_scale", {c.outputs, 1}); }, "lookup", 13},
        {"compressed fp8 whole", compressed("float-quantized"),
         [](PackedCase c) { return packEightBits(c, true, c.outputs, c.inputs, ".weight_scale", {1}); }, "lookup", 13},
        {"compressed nvfp4", compressed("nvfp4-pack-quantized"), packNvfp4, "lookup", 6.5},
        {"fp8 blocks", {{"quant_method", "fp8"}, {"weight_block_size", {48, 40}}},
         [](PackedCase c) {
             return packEightBits(c, true, 48, 40, ".weight_scale_inv", {(c.outputs + 47) / 48, (c.inputs + 39) / 40});
         },
         "lookup", 13},
        {"nf4", {{"quant_method", "bitsandbytes"}, {"load_in_4bit", true}},
         [](PackedCase c) { return packNf4(c, 64, false); }, "lookup", 4.8},
        {"nf4 nested", {{"quant_method", "bitsandbytes"}, {"load_in_4bit", true}},
         [](PackedCase c) { return packNf4(c, 16, true); }, "lookup", 6.3},
        {"bitsandbytes int8", {{"quant_method", "bitsandbytes"}, {"load_in_8bit", true}},
         [](PackedCase c) {
             std::vector<float> dense = packEightBits(c, false, 1, c.inputs, ".SCB", {c.outputs});
             for (float& value : dense) value /= 127;
             return dense;
         },
         "lookup", 13}};
    return rows;
}

struct Written {
    Tensors tensors;
    std::map<std::string, std::vector<float>> dense; // by role
};

Written writeMaps(const Library& library)
{
    Random random(5, library.name);
    Written written;
    std::vector<float> table;
    for (int i = 0; i < 32 * hidden; ++i) table.push_back(float(random.normal()));
    const std::string layer = "model.layers.0.";
    written.tensors = {{"model.embed_tokens.weight", floats({32, hidden}, table)},
                       {"model.norm.weight", constant({hidden}, 1)},
                       {layer + "input_layernorm.weight", constant({hidden}, 1)},
                       {layer + "post_attention_layernorm.weight", constant({hidden}, 1)}};
    struct Map {
        const char *role, *name;
        int64_t outputs, inputs;
    };
    for (const Map& map : {Map{"attention.query", "self_attn.q_proj", hidden, hidden},
                           Map{"attention.key", "self_attn.k_proj", hidden / 2, hidden},
                           Map{"attention.value", "self_attn.v_proj", hidden / 2, hidden},
                           Map{"attention.output", "self_attn.o_proj", hidden, hidden},
                           Map{"feed_forward.gate", "mlp.gate_proj", inner, hidden},
                           Map{"feed_forward.up", "mlp.up_proj", inner, hidden},
                           Map{"feed_forward.down", "mlp.down_proj", hidden, inner}})
        written.dense[map.role] =
            library.pack({random, layer + map.name, map.outputs, map.inputs, written.tensors});
    return written;
}

void requireDense(const Model& model, const Written& written)
{
    size_t seen = 0;
    forEachLinear(model, [&](const LinearId& id, const Linear& linear) {
        const std::vector<float>& expected = written.dense.at(id.role);
        const std::vector<float> actual = linear.weight->toDense();
        QCOMPARE(actual.size(), expected.size());
        for (size_t i = 0; i < actual.size(); ++i)
            QVERIFY2(std::abs(actual[i] - expected[i]) <= 2e-6f * std::abs(expected[i]) + 1e-9f,
                     qPrintable(QString("%1[%2]: %3, not %4").arg(id.role.c_str()).arg(i).arg(actual[i]).arg(expected[i])));
        ++seen;
    });
    QCOMPARE(seen, written.dense.size());
}

// Of five tokens at once, then of one more.
std::vector<float> logitsOf(const ModelPtr& model)
{
    Session session(model, cpuBackend());
    const std::vector<int32_t> tokens{3, 1, 30, 7, 7};
    ConstMatrixView logits = session.forward(tokens, LogitRows::Last);
    std::vector<float> all(logits.row(0), logits.row(0) + logits.columns);
    const int32_t next = 5; // one row at a time has kernels of its own
    logits = session.forward({&next, 1});
    all.insert(all.end(), logits.row(0), logits.row(0) + logits.columns);
    return all;
}

} // namespace

class QuantizedCheckpointsTest : public QObject {
    Q_OBJECT

private slots:
    void codesStayCodesAndMeanWhatTheyShould_data()
    {
        QTest::addColumn<int>("index");
        for (size_t i = 0; i < libraries().size(); ++i) QTest::newRow(libraries()[i].name) << int(i);
    }
    void codesStayCodesAndMeanWhatTheyShould()
    {
        QFETCH(int, index);
        const Library& library = libraries()[size_t(index)];
        const Written written = writeMaps(library);
        const ScratchFolder scratch;
        writeTinyLlama(scratch.path() / "in", modelConfig(library.settings), written.tensors);
        const ModelPtr model = openModel((scratch.path() / "in").string());
        for (const std::string& warning : model->warnings) QVERIFY2(false, warning.c_str());
        requireDense(*model, written);
        forEachLinear(*model, [&](const LinearId&, const Linear& linear) {
            QCOMPARE(linear.weight->kind(), std::string(library.kind));
        });
        // Tables of eight-bit codes are a kibibyte each, which counts in maps as small as these.
        const double bits = linearFootprint(*model).bitsPerWeight();
        QVERIFY2(bits <= library.bits, qPrintable(QString::number(bits)));
        writeModelFolder(*model, Json::object(), scratch.path() / "out");
        const ModelPtr again = openModel((scratch.path() / "out").string());
        requireDense(*again, written);
        QVERIFY(logitsOf(again) == logitsOf(model));
        // The products on codes are those of the numbers.
        const ModelPtr dense = withLinears(*model, [](const LinearId&, const Linear& linear) -> LinearWeightPtr {
            return std::make_shared<DenseLinear>(
                Tensor::fromFloats({linear.weight->outputs(), linear.weight->inputs()}, linear.weight->toDense()));
        });
        const std::vector<float> expected = logitsOf(dense);
        const std::vector<float> actual = logitsOf(model);
        // Packed maps round the activations of a single row to 16 bits, which a random model enlarges.
        const bool rounds = std::string(library.kind) != "lookup";
        for (size_t i = 0; i < expected.size(); ++i) {
            const float tolerance = rounds && i >= expected.size() / 2 ? 5e-3f : 1e-4f;
            const float error = std::abs(actual[i] - expected[i]) / (1 + std::abs(expected[i]));
            QVERIFY2(error <= tolerance, qPrintable(QString("logit %1 is off by %2").arg(i).arg(double(error))));
        }
    }

    // gpt-oss stores its experts as MXFP4; the same numbers as plain floats are the same model.
    void expertsOfGptOssStayBlocks()
    {
        static const float table[8] = {0, 0.5f, 1, 1.5f, 2, 3, 4, 6};
        const Json config{{"architectures", {"GptOssForCausalLM"}}, {"hidden_size", 64}, {"intermediate_size", 32},
                          {"num_hidden_layers", 1}, {"num_attention_heads", 4}, {"num_key_value_heads", 2},
                          {"head_dim", 16}, {"vocab_size", 32}, {"max_position_embeddings", 64},
                          {"rms_norm_eps", 1e-5}, {"tie_word_embeddings", true}, {"attention_bias", false},
                          {"num_local_experts", 4}, {"num_experts_per_tok", 2}};
        Random random(9);
        const auto plain = [&](std::vector<int64_t> shape) {
            std::vector<float> values(size_t(elementCount(shape)));
            for (float& value : values) value = float(random.normal()) / 8;
            return floats(shape, values);
        };
        const std::string at = "model.layers.0.";
        Tensors common{{"model.embed_tokens.weight", plain({32, 64})}, {"model.norm.weight", constant({64}, 1)},
                       {at + "input_layernorm.weight", constant({64}, 1)},
                       {at + "post_attention_layernorm.weight", constant({64}, 1)},
                       {at + "self_attn.q_proj.weight", plain({64, 64})}, {at + "self_attn.k_proj.weight", plain({32, 64})},
                       {at + "self_attn.v_proj.weight", plain({32, 64})}, {at + "self_attn.o_proj.weight", plain({64, 64})},
                       {at + "self_attn.sinks", plain({4})}, {at + "mlp.router.weight", plain({4, 64})},
                       {at + "mlp.router.bias", plain({4})}, {at + "mlp.experts.gate_up_proj_bias", plain({4, 64})},
                       {at + "mlp.experts.down_proj_bias", plain({4, 64})}};
        Tensors blocks = common;
        Tensors dense = common;
        for (const auto& [name, inputs] : {std::pair("gate_up_proj", 64), std::pair("down_proj", 32)}) {
            const int64_t outputs = 64;
            std::vector<uint8_t> codes(size_t(4 * outputs * inputs / 2));
            std::vector<uint8_t> scales(size_t(4 * outputs * inputs / 32));
            for (uint8_t& scale : scales) scale = uint8_t(122 + random.below(3));
            std::vector<float> values(size_t(4 * outputs * inputs));
            for (int64_t i = 0; i < int64_t(values.size()); ++i) {
                const auto code = uint32_t(random.below(16));
                codes[size_t(i / 2)] = uint8_t(codes[size_t(i / 2)] | code << (4 * (i % 2)));
                const float value = (code & 8 ? -1.0f : 1.0f) * table[code & 7] * std::ldexp(1.0f, scales[size_t(i / 32)] - 127);
                const int64_t expert = i / (outputs * inputs);
                const int64_t row = i / inputs % outputs;
                values[size_t((expert * inputs + i % inputs) * outputs + row)] = value; // [experts, inputs, outputs]
            }
            const std::string full = at + "mlp.experts." + name;
            blocks[full + "_blocks"] = rawTensor("U8", {4, outputs, inputs / 32, 16}, codes);
            blocks[full + "_scales"] = rawTensor("U8", {4, outputs, inputs / 32}, scales);
            dense[full] = floats({4, inputs, outputs}, values);
        }
        const ScratchFolder scratch;
        writeTinyLlama(scratch.path() / "dense", config, dense);
        Json quantized = config;
        quantized["quantization_config"] = {{"quant_method", "mxfp4"}};
        writeTinyLlama(scratch.path() / "blocks", quantized, blocks);
        const ModelPtr model = openModel((scratch.path() / "blocks").string());
        QCOMPARE(model->blocks[0]->moe->experts[0].up.weight->kind(), std::string("blocks"));
        const std::vector<float> expected = logitsOf(openModel((scratch.path() / "dense").string()));
        const std::vector<float> actual = logitsOf(model);
        for (size_t i = 0; i < expected.size(); ++i) QVERIFY(std::abs(actual[i] - expected[i]) < 1e-4f);
        QVERIFY(*std::max_element(expected.begin(), expected.end()) > 0.05f);
    }

    void rowsCanBeSelected()
    {
        for (const Library& library : libraries()) {
            const Written written = writeMaps(library);
            const ScratchFolder scratch;
            writeTinyLlama(scratch.path() / "in", modelConfig(library.settings), written.tensors);
            const ModelPtr model = openModel((scratch.path() / "in").string());
            const LinearWeightPtr map = model->blocks[0]->feedForward.gate.weight;
            const std::vector<RowRange> ranges{{100, 110}, {3, 4}};
            const std::vector<float> all = map->toDense();
            const std::vector<float> part = map->selectRows(ranges)->toDense();
            QVERIFY2(std::equal(part.begin(), part.begin() + 10 * hidden, all.begin() + 100 * hidden), library.name);
            QVERIFY2(std::equal(part.begin() + 10 * hidden, part.end(), all.begin() + 3 * hidden), library.name);
        }
    }

    void contradictionsAreNamed()
    {
        const ScratchFolder scratch;
        int number = 0;
        const auto open = [&](const Library& library, const Json& settings, const Tensors& changes) {
            Written written = writeMaps(library);
            for (const auto& [name, tensor] : changes) written.tensors[name] = tensor;
            const fs::path folder = scratch.path() / std::to_string(number++);
            writeTinyLlama(folder, modelConfig(settings), written.tensors);
            openModel(folder.string());
        };
        const Library& gptq = libraries()[0];
        const std::string at = "model.layers.0.self_attn.q_proj";
        Json settings = gptq.settings;
        settings["quant_method"] = "mystery";
        PARETOSCOPE_EXPECT_ERROR(open(gptq, settings, {}), "'mystery' are not read");
        settings = gptq.settings;
        settings["bits"] = 5;
        PARETOSCOPE_EXPECT_ERROR(open(gptq, settings, {}), "5 bits");
        settings["bits"] = 8;
        PARETOSCOPE_EXPECT_ERROR(open(gptq, settings, {}), "q_proj.qweight' has shape [8, 64], expected [16, 64]");
        settings = gptq.settings;
        settings["group_size"] = 48;
        PARETOSCOPE_EXPECT_ERROR(open(gptq, settings, {}), "groups of 48");
        const std::vector<int32_t> uneven(size_t(hidden), 0);
        PARETOSCOPE_EXPECT_ERROR(open(gptq, gptq.settings, {{at + ".g_idx", rawTensor("I32", {hidden}, uneven)}}),
                                 "not all of 32 columns");
        PARETOSCOPE_EXPECT_ERROR(open(gptq, gptq.settings, {{at + ".qweight", constant({8, hidden}, 0)}}), "expected I32");
        for (const Library& library : libraries()) {
            if (std::string(library.name) == "fp8 blocks") {
                const std::vector<uint8_t> none(size_t(hidden * hidden), 0x7f);
                PARETOSCOPE_EXPECT_ERROR(
                    open(library, library.settings, {{at + ".weight", rawTensor("F8_E4M3", {hidden, hidden}, none)}}),
                    "holds NaN");
                PARETOSCOPE_EXPECT_ERROR(
                    open(library, library.settings, {{at + ".weight_scale_inv", constant({3, 3}, 1)}}), "expected [2, 2]");
            }
            if (std::string(library.name) == "nf4")
                PARETOSCOPE_EXPECT_ERROR(
                    open(library, library.settings, {{at + ".weight", rawTensor("U8", {7, 1}, std::vector<uint8_t>(7))}}),
                    "7 bytes for");
        }
    }
};

QTEST_GUILESS_MAIN(QuantizedCheckpointsTest)
#include "quantized_checkpoints_test.moc"
