// Whole models from GGUF files against float64 references of their logits.
#include "core/base/error.h"
#include "core/inference/session.h"
#include "core/model/open_model.h"
#include "tests/core/model/formats/gguf/gguf_convert.h"
#include "tests/test_data.h"

#include <cmath>

using namespace paretoscope;
using namespace paretoscope::test;

namespace {

namespace fs = std::filesystem;
using Names = GgufConversion::Names;

bool endsWith(const std::string& name, std::initializer_list<const char*> endings)
{
    return std::any_of(endings.begin(), endings.end(), [&](const char* e) { return name.ends_with(e); });
}

std::string convertLlama(const fs::path& folder)
{
    GgufConversion from(folder, "llama");
    from.extents();
    from.put("rope.dimension_count", from.headDim());
    if (const int64_t window = from.integer({"sliding_window"})) from.put("attention.sliding_window", window);
    if (const int64_t experts = from.integer({"num_local_experts"})) {
        from.put("expert_count", experts);
        from.put("expert_used_count", from.integer({"num_experts_per_tok"}));
        from.stackExperts(".block_sparse_moe.experts.",
                          {{"w1", "ffn_gate_exps"}, {"w2", "ffn_down_exps"}, {"w3", "ffn_up_exps"}}, experts);
    }
    const Json scaling = from.config.value("rope_scaling", Json());
    if (scaling.is_object() && scaling.value("rope_type", "") == "llama3") {
        // Frequencies below the band are divided by the factor, those inside it by a mixture.
        const double factor = scaling["factor"];
        const double low = scaling["low_freq_factor"];
        const double high = scaling["high_freq_factor"];
        const double original = scaling["original_max_position_embeddings"];
        Matrix factors{{from.headDim() / 2}, {}};
        for (int64_t i = 0; i < from.headDim() / 2; ++i) {
            const double theta = from.field<double>({"rope_theta"}, 10000);
            const double wave = 2 * M_PI * std::pow(theta, double(2 * i) / double(from.headDim()));
            const double smooth = std::clamp((original / wave - low) / (high - low), 0.0, 1.0);
            factors.values.push_back(float(1 / ((1 - smooth) / factor + smooth)));
        }
        from.tensors["rope_freqs.weight"] = factors;
    }
    return from.file(llamaNames({{".block_sparse_moe.gate.", ".ffn_gate_inp."}}),
                     [&](const std::string& name, Matrix& matrix) {
                         if (endsWith(name, {".attn_q.weight"})) matrix = paired(matrix, from.heads);
                         if (endsWith(name, {".attn_k.weight"})) matrix = paired(matrix, from.kvHeads);
                     });
}

std::string convertPlainly(const fs::path& folder, const char* architecture)
{
    GgufConversion from(folder, architecture);
    from.extents();
    return from.file(llamaNames());
}
std::string convertQwen2(const fs::path& folder) { return convertPlainly(folder, "qwen2"); }
std::string convertQwen3(const fs::path& folder) { return convertPlainly(folder, "qwen3"); }

void addOne(const std::string& name, Matrix& matrix)
{
    if (!name.ends_with("norm.weight")) return;
    for (float& value : matrix.values) value += 1;
}

std::string convertGemma(const fs::path& folder)
{
    GgufConversion from(folder, "gemma");
    from.extents();
    return from.file(llamaNames(), addOne);
}

std::string convertGemma2(const fs::path& folder)
{
    GgufConversion from(folder, "gemma2");
    from.extents();
    from.real("attn_logit_softcapping", {"attn_logit_softcapping"});
    from.real("final_logit_softcapping", {"final_logit_softcapping"});
    from.put("attention.sliding_window", from.integer({"sliding_window"}));
    from.writer.number("gemma2.attention.scale", 1 / std::sqrt(from.field<double>({"query_pre_attn_scalar"}, 256)));
    return from.file(llamaNames({{".post_attention_layernorm.", ".post_attention_norm."},
                                 {".pre_feedforward_layernorm.", ".ffn_norm."},
                                 {".post_feedforward_layernorm.", ".post_ffw_norm."}}),
                     addOne);
}

// The up-projection of latents in two: keys turned for each head, and values.
void splitLatentUp(GgufConversion& from)
{
    const int64_t rank = from.integer({"kv_lora_rank"});
    const int64_t key = from.integer({"qk_nope_head_dim"});
    const int64_t value = from.integer({"v_head_dim"});
    for (int64_t layer = 0; layer < from.integer({"num_hidden_layers"}); ++layer) {
        const auto found = from.tensors.find("model.layers." + std::to_string(layer) + ".self_attn.kv_b_proj.weight");
        Matrix keys{{from.heads, rank, key}, std::vector<float>(size_t(from.heads * rank * key))};
        Matrix values{{from.heads, value, rank}, {}};
        const float* row = found->second.values.data();
        for (int64_t head = 0; head < from.heads; ++head) {
            for (int64_t k = 0; k < key; ++k, row += rank)
                for (int64_t i = 0; i < rank; ++i) keys.values[size_t((head * rank + i) * key + k)] = row[i];
            values.values.insert(values.values.end(), row, row + value * rank);
            row += value * rank;
        }
        from.tensors.erase(found);
        from.tensors["blk." + std::to_string(layer) + ".attn_k_b.weight"] = keys;
        from.tensors["blk." + std::to_string(layer) + ".attn_v_b.weight"] = values;
    }
}

std::string convertExperts(const fs::path& folder, const char* architecture, bool splitUp = false)
{
    GgufConversion from(folder, architecture);
    from.extents();
    const int64_t experts = from.integer({"num_experts", "n_routed_experts"});
    from.put("expert_count", experts);
    from.put("expert_used_count", from.integer({"num_experts_per_tok"}));
    from.writer.boolean(from.arch + ".expert_weights_norm", from.field<bool>({"norm_topk_prob"}, false));
    if (from.arch == "deepseek2") {
        from.put("attention.kv_lora_rank", from.integer({"kv_lora_rank"}));
        const int64_t rotated = from.integer({"qk_rope_head_dim"});
        from.put("rope.dimension_count", rotated);
        from.put("attention.key_length_mla", rotated + from.integer({"qk_nope_head_dim"}));
        from.put("attention.value_length_mla", from.integer({"v_head_dim"}));
        from.put("expert_feed_forward_length", from.integer({"moe_intermediate_size"}));
        from.put("expert_shared_count", from.integer({"n_shared_experts"}));
        from.put("leading_dense_block_count", from.integer({"first_k_dense_replace"}));
        from.real("expert_weights_scale", {"routed_scaling_factor"});
    }
    if (splitUp) splitLatentUp(from);
    from.stackExperts(".mlp.experts.",
                      {{"gate_proj", "ffn_gate_exps"}, {"down_proj", "ffn_down_exps"}, {"up_proj", "ffn_up_exps"}},
                      experts);
    for (auto& [name, matrix] : from.tensors) // the gate of the shared expert is a vector
        if (name.ends_with("shared_expert_gate.weight")) matrix.shape = {matrix.shape[1]};
    return from.file(llamaNames({{".mlp.shared_expert_gate.", ".ffn_gate_inp_shexp."},
                                 {".mlp.shared_expert.gate_proj.", ".ffn_gate_shexp."},
                                 {".mlp.shared_expert.up_proj.", ".ffn_up_shexp."},
                                 {".mlp.shared_expert.down_proj.", ".ffn_down_shexp."},
                                 {".mlp.shared_experts.gate_proj.", ".ffn_gate_shexp."},
                                 {".mlp.shared_experts.up_proj.", ".ffn_up_shexp."},
                                 {".mlp.shared_experts.down_proj.", ".ffn_down_shexp."},
                                 {".self_attn.kv_a_proj_with_mqa.", ".attn_kv_a_mqa."},
                                 {".self_attn.kv_a_layernorm.", ".attn_kv_a_norm."},
                                 {".self_attn.kv_b_proj.", ".attn_kv_b."}}));
}
std::string convertQwen2Moe(const fs::path& folder) { return convertExperts(folder, "qwen2moe"); }
std::string convertOlmoe(const fs::path& folder) { return convertExperts(folder, "olmoe"); }
std::string convertDeepseek(const fs::path& folder) { return convertExperts(folder, "deepseek2"); }
std::string convertSplitDeepseek(const fs::path& folder) { return convertExperts(folder, "deepseek2", true); }

std::string convertPhi2(const fs::path& folder)
{
    GgufConversion from(folder, "phi2");
    from.extents();
    from.put("rope.dimension_count", int64_t(double(from.headDim()) * from.field<double>({"partial_rotary_factor"}, 1)));
    return from.file(llamaNames({{"model.final_layernorm.", "output_norm."},
                                 {".self_attn.dense.", ".attn_output."},
                                 {".mlp.fc1.", ".ffn_up."},
                                 {".mlp.fc2.", ".ffn_down."}}));
}

std::string convertPhi3(const fs::path& folder)
{
    GgufConversion from(folder, "phi3");
    from.extents();
    from.put("rope.dimension_count", from.headDim());
    if (const int64_t window = from.integer({"sliding_window"})) from.put("attention.sliding_window", window);
    const Json scaling = from.config.value("rope_scaling", Json());
    if (scaling.is_object()) {
        const auto original = from.integer({"original_max_position_embeddings"});
        const double factor = double(from.integer({"max_position_embeddings"})) / double(original);
        from.put("rope.scaling.original_context_length", original);
        from.writer.number("phi3.rope.scaling.attn_factor",
                           factor <= 1 ? 1 : std::sqrt(1 + std::log(factor) / std::log(double(original))));
        for (const auto& [field, name] : {std::pair("long_factor", "rope_factors_long.weight"),
                                          std::pair("short_factor", "rope_factors_short.weight")})
            from.tensors[name] = {{from.headDim() / 2}, scaling[field].get<std::vector<float>>()};
    }
    return from.file(llamaNames({{".self_attn.qkv_proj.", ".attn_qkv."}, {".mlp.gate_up_proj.", ".ffn_up."}}));
}

std::string convertGpt2(const fs::path& folder)
{
    GgufConversion from(folder, "gpt2");
    from.extents();
    return from.file({{"transformer.", ""},
                      {"wte.", "token_embd."},
                      {"wpe.", "position_embd."},
                      {"ln_f.", "output_norm."},
                      {"h.", "blk."},
                      {".ln_1.", ".attn_norm."},
                      {".ln_2.", ".ffn_norm."},
                      {".attn.c_attn.", ".attn_qkv."},
                      {".attn.c_proj.", ".attn_output."},
                      {".mlp.c_fc.", ".ffn_up."},
                      {".mlp.c_proj.", ".ffn_down."}},
                     [](const std::string& name, Matrix& matrix) {
                         if (endsWith(name, {"qkv.weight", "output.weight", "up.weight", "down.weight"}))
                             matrix = turned(matrix);
                     });
}

std::string convertGrouped(const fs::path& folder, const char* architecture, int64_t groupsOrHeads, Names names)
{
    GgufConversion from(folder, architecture);
    from.extents();
    if (from.arch == "gptneox") {
        from.put("rope.dimension_count", int64_t(double(from.headDim()) * from.field<double>({"rotary_pct"}, 1)));
        from.writer.boolean("gptneox.use_parallel_residual", from.field<bool>({"use_parallel_residual"}, true));
    }
    const int64_t groups = groupsOrHeads > 0 ? groupsOrHeads : from.heads;
    for (const auto& name : Names{{".query_key_value.", ".attn_qkv."},
                                  {".dense.", ".attn_output."},
                                  {".mlp.dense_h_to_4h.", ".ffn_up."},
                                  {".mlp.dense_4h_to_h.", ".ffn_down."},
                                  {".self_attention", ""},
                                  {".attention", ""}})
        names.push_back(name);
    return from.file(names, [&](const std::string& name, Matrix& matrix) {
        if (name.find("attn_qkv") != name.npos) matrix = stacked(matrix, groups, from.headDim());
    });
}
std::string convertBloom(const fs::path& folder)
{
    return convertGrouped(folder, "bloom", 0,
                          {{"transformer.", ""},
                           {"word_embeddings_layernorm.", "token_embd_norm."},
                           {"word_embeddings.", "token_embd."},
                           {"ln_f.", "output_norm."},
                           {"h.", "blk."},
                           {".input_layernorm.", ".attn_norm."},
                           {".post_attention_layernorm.", ".ffn_norm."}});
}
std::string convertFalcon(const fs::path& folder)
{
    return convertGrouped(folder, "falcon", readJsonFile(folder / "config.json").at("num_kv_heads"),
                          {{"transformer.", ""},
                           {"word_embeddings.", "token_embd."},
                           {"lm_head.", "output."},
                           {"ln_f.", "output_norm."},
                           {"h.", "blk."},
                           {".ln_mlp.", ".attn_norm."},
                           {".ln_attn.", ".attn_norm_2."}});
}
std::string convertNeox(const fs::path& folder)
{
    return convertGrouped(folder, "gptneox", 0,
                          {{"gpt_neox.embed_in.", "token_embd."},
                           {"gpt_neox.final_layer_norm.", "output_norm."},
                           {"embed_out.", "output."},
                           {"gpt_neox.layers.", "blk."},
                           {".input_layernorm.", ".attn_norm."},
                           {".post_attention_layernorm.", ".ffn_norm."}});
}

struct Case {
    const char* folder;
    std::string (*convert)(const fs::path& folder);
};

const std::vector<Case> cases{{"llama_mha", convertLlama},
                              {"llama_gqa", convertLlama},
                              {"llama_gqa_tied_rope3", convertLlama},
                              {"llama_gqa_sharded_f16", convertLlama},
                              {"mistral_swa", convertLlama},
                              {"mixtral", convertLlama},
                              {"qwen2", convertQwen2},
                              {"qwen2_tied_bf16", convertQwen2},
                              {"qwen3", convertQwen3},
                              {"qwen2_moe", convertQwen2Moe},
                              {"olmoe", convertOlmoe},
                              {"deepseek_v2_lite", convertDeepseek},
                              {"deepseek_v2_lite", convertSplitDeepseek},
                              {"gemma", convertGemma},
                              {"gemma2", convertGemma2},
                              {"phi2", convertPhi2},
                              {"phi3", convertPhi3},
                              {"gpt2", convertGpt2},
                              {"bloom", convertBloom},
                              {"falcon_new", convertFalcon},
                              {"gpt_neox", convertNeox}};

double largestDifference(const ModelPtr& model, const Json& golden)
{
    double largest = 0;
    for (const auto& [input, expected] : {std::pair("input_a", "last_logits_a"), std::pair("input_b", "last_logits_b")}) {
        Session session(model, cpuBackend());
        const auto tokens = golden.at(input).get<std::vector<int32_t>>();
        const ConstMatrixView logits = session.forward(tokens, LogitRows::Last);
        const Json& wanted = golden.at(expected);
        if (int64_t(wanted.size()) != logits.columns) return INFINITY;
        for (size_t i = 0; i < wanted.size(); ++i) {
            const double difference = std::abs(double(logits.row(0)[i]) - wanted[i].get<double>());
            largest = std::isnan(difference) ? INFINITY : std::max(largest, difference);
        }
    }
    return largest;
}

// The logits token by token through the cache, where one-row kernels work.
double largestDecodingDifference(const ModelPtr& model, const Json& golden)
{
    Session session(model, cpuBackend());
    const auto tokens = golden.at("input_b").get<std::vector<int32_t>>();
    ConstMatrixView logits;
    for (const int32_t& token : tokens) logits = session.forward({&token, 1});
    double largest = 0;
    const Json& wanted = golden.at("last_logits_b");
    for (size_t i = 0; i < wanted.size(); ++i)
        largest = std::max(largest, std::abs(double(logits.row(0)[i]) - wanted[i].get<double>()));
    return largest;
}

} // namespace

class GgufModelsTest : public QObject {
    Q_OBJECT

private slots:
    void goldenFilesGiveTheReferenceLogits_data()
    {
        QTest::addColumn<QString>("reference");
        QTest::addColumn<double>("tolerance");
        QTest::newRow("llama_gqa-f32.gguf") << "models/llama_gqa/golden.json" << 1e-4;
        QTest::newRow("llama_gqa-f16.gguf") << "models/llama_gqa/golden.json" << 2e-2; // rounded weights
        QTest::newRow("llama_kmix.gguf") << "gguf/llama_kmix.json" << 1e-4;
    }
    void goldenFilesGiveTheReferenceLogits()
    {
        QFETCH(QString, reference);
        QFETCH(double, tolerance);
        const fs::path path = goldenFolder() / "gguf" / QTest::currentDataTag();
        PARETOSCOPE_REQUIRE(path);
        const Json golden = readJsonFile(goldenFolder() / reference.toStdString());
        const ModelPtr model = openModel(path.string());
        const double difference = largestDifference(model, golden);
        const double decoding = largestDecodingDifference(model, golden);
        qInfo("%s: largest logit difference %.2e, decoding %.2e", QTest::currentDataTag(), difference, decoding);
        QVERIFY(difference < tolerance);
        QVERIFY(decoding < tolerance);
        QVERIFY(model->warnings.empty());
    }

    void convertedFamiliesGiveTheReferenceLogits_data()
    {
        QTest::addColumn<int>("index");
        for (size_t i = 0; i < cases.size(); ++i) QTest::addRow("%s %d", cases[i].folder, int(i)) << int(i);
    }
    void convertedFamiliesGiveTheReferenceLogits()
    {
        QFETCH(int, index);
        const Case& row = cases[size_t(index)];
        const fs::path folder = goldenFolder() / "models" / row.folder;
        PARETOSCOPE_REQUIRE(folder);
        const ScratchFolder scratch;
        const fs::path path = scratch.path() / "model.gguf";
        writeText(path, row.convert(folder));
        const ModelPtr model = openModel(path.string());
        const double difference = largestDifference(model, readJsonFile(folder / "golden.json"));
        qInfo("%s: largest logit difference %.2e", row.folder, difference);
        QVERIFY(difference < 1e-4);
        for (const std::string& warning : model->warnings) QVERIFY2(false, warning.c_str());
    }

    // Blocks, a table in blocks and the tokenizer survive the project's own folder.
    void writtenFolderIsTheSameModel()
    {
        const fs::path path = goldenFolder() / "gguf" / "llama_kmix.gguf";
        PARETOSCOPE_REQUIRE(path);
        const ScratchFolder scratch;
        const ModelPtr model = openModel(path.string());
        writeModelFolder(*model, Json::object(), scratch.path() / "out");
        const ModelPtr again = openModel((scratch.path() / "out").string());
        QCOMPARE(weightBytes(*again), weightBytes(*model));
        QVERIFY(largestDifference(again, readJsonFile(goldenFolder() / "gguf" / "llama_kmix.json")) < 1e-4);
        QVERIFY(again->tokenizer != nullptr);
        QVERIFY(again->tokenizer->encode("the other and on", true) == model->tokenizer->encode("the other and on", true));
        // And once more, from the folder.
        writeModelFolder(*again, Json::object(), scratch.path() / "more");
        QVERIFY(openModel((scratch.path() / "more").string())->tokenizer != nullptr);
    }

    void tokensAreThoseOfLlamaCpp()
    {
        const fs::path path = goldenFolder() / "gguf" / "llama_gqa-f32.gguf";
        PARETOSCOPE_REQUIRE(path);
        const ModelPtr model = openModel(path.string());
        QVERIFY(model->tokenizer != nullptr);
        for (const Json& row : readJsonFile(goldenFolder() / "gguf" / "llama_gqa_tokenize.json"))
            QVERIFY(model->tokenizer->encode(row.at("text").get<std::string>(), false) ==
                    row.at("ids").get<std::vector<int32_t>>());
    }
};

QTEST_GUILESS_MAIN(GgufModelsTest)
#include "gguf_models_test.moc"
