// Families of which the golden data has no model: the same made-up weights through config.json and
// through a GGUF file give the same configuration and the same logits.
#include "core/base/error.h"
#include "core/base/random.h"
#include "core/inference/session.h"
#include "core/model/architecture.h"
#include "core/model/open_model.h"
#include "tests/core/model/formats/gguf/gguf_convert.h"
#include "tests/test_data.h"

#include <cmath>

using namespace paretoscope;
using namespace paretoscope::test;

namespace {

using Names = GgufConversion::Names;

// Makes up every tensor that a family asks for and remembers it.
class MadeUpSource : public WeightSource {
public:
    explicit MadeUpSource(bool biases) : biases_(biases) {}

    bool has(const std::string& name) const override
    {
        if (name.ends_with("_blocks") || name.find("pooler") != name.npos) return false;
        return !name.ends_with(".bias") || biases_;
    }
    Tensor tensor(const std::string& name, const Shape& shape) const override
    {
        Matrix& matrix = made[name];
        if (matrix.values.empty()) {
            matrix.shape = shape;
            for (int64_t& extent : matrix.shape) extent = extent < 0 ? 64 : extent;
            matrix.values.resize(size_t(elementCount(matrix.shape)));
            const bool norm = name.find("norm") != name.npos && name.ends_with(".weight");
            const double width = matrix.shape.size() > 1 ? 1.5 / std::sqrt(double(matrix.shape.back())) : 0.3;
            Random random(1, name);
            for (float& value : matrix.values) value = float((norm ? 1 : 0) + width * random.normal());
        }
        return Tensor::fromFloats(matrix.shape, matrix.values);
    }
    LinearWeightPtr linear(const std::string& name, int64_t outputs, int64_t inputs) const override
    {
        return std::make_shared<DenseLinear>(tensor(name + ".weight", {outputs, inputs}));
    }
    std::string describe() const override { return "made up"; }

    mutable std::map<std::string, Matrix> made;

private:
    bool biases_;
};

struct Case {
    const char* name;
    const char* arch;
    Json config;
    bool biases;
    Names names;
    void (*prepare)(GgufConversion& to);
    std::function<void(const GgufConversion&, const std::string&, Matrix&)> change;
};

Json decoder(const char* className, const Json& more)
{
    Json config{{"architectures", {className}}, {"hidden_size", 32},         {"num_attention_heads", 4},
                {"num_key_value_heads", 2},     {"num_hidden_layers", 4},    {"intermediate_size", 48},
                {"vocab_size", 50},             {"max_position_embeddings", 64}, {"rope_theta", 5000.0},
                {"tie_word_embeddings", false}};
    config.update(more);
    return config;
}

void nothing(GgufConversion&) {}

void pairRows(const GgufConversion& to, const std::string& name, Matrix& matrix)
{
    if (name.find(".attn_q.") != name.npos) matrix = paired(matrix, to.heads);
    if (name.find(".attn_k.") != name.npos) matrix = paired(matrix, to.kvHeads);
}

void addOne(const GgufConversion&, const std::string& name, Matrix& matrix)
{
    if (!name.ends_with("norm.weight")) return;
    for (float& value : matrix.values) value += 1;
}

void partly(GgufConversion& to)
{
    to.put("rope.dimension_count", int64_t(double(to.headDim()) * to.field<double>({"partial_rotary_factor"}, 1)));
}

void experts(GgufConversion& to)
{
    const int64_t count = to.integer({"num_experts", "n_routed_experts", "num_local_experts"});
    to.put("expert_count", count);
    to.put("expert_used_count", to.integer({"num_experts_per_tok"}));
    to.put("expert_feed_forward_length", to.integer({"moe_intermediate_size", "intermediate_size"}));
    to.stackExperts(".mlp.experts.",
                    {{"gate_proj", "ffn_gate_exps"}, {"down_proj", "ffn_down_exps"}, {"up_proj", "ffn_up_exps"}}, count);
}

void multipliers(GgufConversion& to)
{
    to.real("embedding_scale", {"embedding_multiplier"});
    to.real("residual_scale", {"residual_multiplier"});
    to.real("attention.scale", {"attention_multiplier"});
    to.real("logit_scale", {"logits_scaling"});
}

void logitScale(GgufConversion& to)
{
    to.real("logit_scale", {"logit_scale"});
    if (const int64_t window = to.integer({"sliding_window"})) to.put("attention.sliding_window", window);
}

void stableHeads(GgufConversion& to)
{
    partly(to);
    for (int64_t layer = 0; layer < 4; ++layer)
        for (const auto& [part, name, heads] : {std::tuple("q", "attn_q_norm", 4), std::tuple("k", "attn_k_norm", 2)}) {
            Matrix stack{{heads, to.headDim()}, {}};
            for (int h = 0; h < heads; ++h) {
                const auto found = to.tensors.find("model.layers." + std::to_string(layer) + ".self_attn." + part +
                                                   "_layernorm.norms." + std::to_string(h) + ".weight");
                stack.values.insert(stack.values.end(), found->second.values.begin(), found->second.values.end());
                to.tensors.erase(found);
            }
            to.tensors["blk." + std::to_string(layer) + "." + name + ".weight"] = stack;
        }
}

// Queries, keys and values on top of each other, with their biases.
void fuse(GgufConversion& to)
{
    to.put("rope.dimension_count", to.headDim() / 2);
    for (int64_t layer = 0; layer < 4; ++layer)
        for (const char* suffix : {".weight", ".bias"}) {
            Matrix whole;
            for (const char* part : {"q", "k", "v"}) {
                const auto found = to.tensors.find("model.layers." + std::to_string(layer) + ".self_attn." + part +
                                                   "_proj" + suffix);
                if (whole.shape.empty()) whole.shape = found->second.shape, whole.shape[0] = 0;
                whole.shape[0] += found->second.shape[0];
                whole.values.insert(whole.values.end(), found->second.values.begin(), found->second.values.end());
                to.tensors.erase(found);
            }
            to.tensors["blk." + std::to_string(layer) + ".attn_qkv" + suffix] = whole;
        }
}

void clamp(GgufConversion& to)
{
    to.real("attention.clamp_kqv", {"clip_qkv"});
    if (to.arch == "mpt") to.writer.number("mpt.attention.max_alibi_bias", 8);
}

void window(GgufConversion& to)
{
    to.put("attention.sliding_window", to.integer({"sliding_window"}));
}

void gemma3(GgufConversion& to)
{
    window(to);
    to.writer.number("gemma3.attention.scale", 1 / std::sqrt(to.field<double>({"query_pre_attn_scalar"}, 256)));
}

void scaled(GgufConversion& to)
{
    const Json& scaling = to.config.at("rope_scaling");
    to.writer.string(to.arch + ".rope.scaling.type", scaling.at("rope_type"));
    to.writer.number(to.arch + ".rope.scaling.factor", scaling.at("factor"));
    if (scaling.contains("original_max_position_embeddings"))
        to.put("rope.scaling.original_context_length", scaling.at("original_max_position_embeddings"));
}

void gptOss(GgufConversion& to)
{
    window(to);
    scaled(to);
    for (const char* part : {"gate_proj", "up_proj", "down_proj"}) // biases of experts, stacked
        for (int64_t layer = 0; layer < 4; ++layer) {
            Matrix stack;
            for (int e = 0; e < 4; ++e) {
                const auto found = to.tensors.find("model.layers." + std::to_string(layer) + ".mlp.experts." +
                                                   std::to_string(e) + "." + part + ".bias");
                stack.shape = {4, found->second.shape[0]};
                stack.values.insert(stack.values.end(), found->second.values.begin(), found->second.values.end());
                to.tensors.erase(found);
            }
            const std::string kind(part, std::string_view(part).find('_'));
            to.tensors["blk." + std::to_string(layer) + ".ffn_" + kind + "_exps.bias"] = stack;
        }
    experts(to);
}

void deepseek(GgufConversion& to)
{
    to.put("attention.q_lora_rank", to.integer({"q_lora_rank"}));
    to.put("attention.kv_lora_rank", to.integer({"kv_lora_rank"}));
    to.put("rope.dimension_count", to.integer({"qk_rope_head_dim"}));
    to.put("attention.key_length", to.integer({"qk_rope_head_dim"}) + to.integer({"qk_nope_head_dim"}));
    to.put("attention.value_length", to.integer({"v_head_dim"}));
    to.put("expert_shared_count", to.integer({"n_shared_experts"}));
    to.put("leading_dense_block_count", to.integer({"first_k_dense_replace"}));
    to.put("expert_gating_func", 2);
    to.put("expert_group_count", to.integer({"n_group"}));
    to.put("expert_group_used_count", to.integer({"topk_group"}));
    to.real("expert_weights_scale", {"routed_scaling_factor"});
    to.writer.boolean("deepseek2.expert_weights_norm", true);
    scaled(to);
    to.writer.number("deepseek2.rope.scaling.yarn_log_multiplier", 0.1 * 0.8);
    experts(to);
}

const Names sandwich{{".post_attention_layernorm.", ".post_attention_norm."},
                     {".pre_feedforward_layernorm.", ".ffn_norm."},
                     {".post_feedforward_layernorm.", ".post_ffw_norm."}};
const Names glmNames{{".post_self_attn_layernorm.", ".post_attention_norm."},
                     {".post_mlp_layernorm.", ".post_ffw_norm."},
                     {".mlp.gate_up_proj.", ".ffn_up."}};
const Names deepseekNames{{".mlp.gate.e_score_correction_bias", ".exp_probs_b.bias"},
                          {".mlp.shared_experts.gate_proj.", ".ffn_gate_shexp."},
                          {".mlp.shared_experts.up_proj.", ".ffn_up_shexp."},
                          {".mlp.shared_experts.down_proj.", ".ffn_down_shexp."},
                          {".self_attn.q_a_proj.", ".attn_q_a."},
                          {".self_attn.q_a_layernorm.", ".attn_q_a_norm."},
                          {".self_attn.q_b_proj.", ".attn_q_b."},
                          {".self_attn.kv_a_proj_with_mqa.", ".attn_kv_a_mqa."},
                          {".self_attn.kv_a_layernorm.", ".attn_kv_a_norm."},
                          {".self_attn.kv_b_proj.", ".attn_kv_b."}};
const Names mptNames{{"transformer.wte.", "token_embd."},   {"transformer.norm_f.", "output_norm."},
                     {"transformer.blocks.", "blk."},       {".norm_1.", ".attn_norm."},
                     {".norm_2.", ".ffn_norm."},            {".attn.Wqkv.", ".attn_qkv."},
                     {".attn.out_proj.", ".attn_output."},  {".ffn.up_proj.", ".ffn_up."},
                     {".ffn.down_proj.", ".ffn_down."}};
const Names bertNames{{"embeddings.word_embeddings.", "token_embd."},
                      {"embeddings.position_embeddings.", "position_embd."},
                      {"embeddings.token_type_embeddings.", "token_types."},
                      {"embeddings.LayerNorm.", "token_embd_norm."},
                      {"encoder.layer.", "blk."},
                      {".attention.self.query.", ".attn_q."},
                      {".attention.self.key.", ".attn_k."},
                      {".attention.self.value.", ".attn_v."},
                      {".attention.output.dense.", ".attn_output."},
                      {".attention.output.LayerNorm.", ".attn_output_norm."},
                      {".intermediate.dense.", ".ffn_up."},
                      {".output.dense.", ".ffn_down."},
                      {".output.LayerNorm.", ".layer_output_norm."}};

const Json rms{{"rms_norm_eps", 1e-5}};

Json with(Json config, const Json& more)
{
    config.update(more);
    return config;
}

const std::vector<Case>& cases()
{
    static const std::vector<Case> rows{
        {"llama, linear", "llama",
         decoder("LlamaForCausalLM", with(rms, {{"rope_scaling", {{"rope_type", "linear"}, {"factor", 2.0}}}})), false,
         {}, scaled, pairRows},
        {"llama, yarn", "llama",
         decoder("LlamaForCausalLM", with(rms, {{"rope_scaling", {{"rope_type", "yarn"}, {"factor", 4.0}, {"original_max_position_embeddings", 16}}}})),
         false, {}, scaled, pairRows},
        {"llama, biases", "llama", decoder("LlamaForCausalLM", with(rms, {{"attention_bias", true}, {"mlp_bias", true}})),
         true, {}, nothing, pairRows},
        {"qwen3moe", "qwen3moe",
         decoder("Qwen3MoeForCausalLM", with(rms, {{"num_experts", 4}, {"num_experts_per_tok", 2}, {"moe_intermediate_size", 24}, {"norm_topk_prob", true}, {"head_dim", 8}})),
         false, {}, experts, {}},
        {"stablelm", "stablelm",
         decoder("StableLmForCausalLM", {{"layer_norm_eps", 1e-5}, {"partial_rotary_factor", 0.25}, {"use_qkv_bias", true}, {"qk_layernorm", true}}),
         true, {}, stableHeads, {}},
        {"olmo", "olmo", decoder("OlmoForCausalLM", {{"clip_qkv", 0.5}}), false, {}, clamp, pairRows},
        {"olmo2", "olmo2", decoder("Olmo2ForCausalLM", rms), false, sandwich, nothing, {}},
        {"olmo3", "olmo2", decoder("Olmo3ForCausalLM", with(rms, {{"sliding_window", 5}})), false, sandwich, window, {}},
        {"granite", "granite",
         decoder("GraniteForCausalLM", with(rms, {{"embedding_multiplier", 3.0}, {"residual_multiplier", 0.25}, {"attention_multiplier", 0.125}, {"logits_scaling", 4.0}})),
         false, {}, multipliers, pairRows},
        {"command-r", "command-r",
         decoder("CohereForCausalLM", {{"layer_norm_eps", 1e-5}, {"logit_scale", 0.25}, {"use_qk_norm", true}, {"tie_word_embeddings", true}}),
         false, {}, logitScale, {}},
        {"cohere2", "cohere2",
         decoder("Cohere2ForCausalLM", {{"layer_norm_eps", 1e-5}, {"logit_scale", 0.25}, {"sliding_window", 5}, {"tie_word_embeddings", true}}),
         false, {}, logitScale, {}},
        {"glm4", "glm4", decoder("Glm4ForCausalLM", with(rms, {{"head_dim", 8}, {"attention_bias", true}})), true,
         glmNames, [](GgufConversion& to) { to.put("rope.dimension_count", 4); }, {}},
        {"chatglm", "chatglm", decoder("GlmForCausalLM", with(rms, {{"head_dim", 8}, {"attention_bias", true}})), true,
         glmNames, fuse, {}},
        {"nemotron", "nemotron", decoder("NemotronForCausalLM", {{"norm_eps", 1e-5}, {"partial_rotary_factor", 0.5}}),
         true, {}, partly, addOne},
        {"starcoder2", "starcoder2", decoder("Starcoder2ForCausalLM", {{"norm_epsilon", 1e-5}, {"use_bias", true}}), true,
         {{".mlp.c_fc.", ".ffn_up."}, {".mlp.c_proj.", ".ffn_down."}}, nothing, {}},
        {"mpt", "mpt",
         {{"architectures", {"MptForCausalLM"}}, {"d_model", 32}, {"hidden_size", 32}, {"n_heads", 4}, {"num_attention_heads", 4}, {"n_layers", 4}, {"num_hidden_layers", 4}, {"vocab_size", 50}, {"max_seq_len", 64}, {"max_position_embeddings", 64}, {"intermediate_size", 64}, {"expansion_ratio", 2}, {"layer_norm_epsilon", 1e-5}, {"clip_qkv", 0.5}, {"attn_config", {{"clip_qkv", 0.5}}}},
         false, mptNames, clamp, {}},
        {"gemma3", "gemma3",
         decoder("Gemma3ForCausalLM", with(rms, {{"head_dim", 8}, {"sliding_window", 5}, {"query_pre_attn_scalar", 12}, {"tie_word_embeddings", true}})),
         false, sandwich, gemma3, addOne},
        {"gpt-oss", "gpt-oss",
         decoder("GptOssForCausalLM", with(rms, {{"head_dim", 8}, {"num_local_experts", 4}, {"num_experts_per_tok", 2}, {"sliding_window", 5}, {"rope_scaling", {{"rope_type", "yarn"}, {"factor", 4.0}, {"original_max_position_embeddings", 16}, {"truncate", false}}}})),
         true, {{".post_attention_layernorm.", ".post_attention_norm."}, {".mlp.router.", ".ffn_gate_inp."}, {".self_attn.sinks", ".attn_sinks.weight"}},
         gptOss, {}},
        {"deepseek3", "deepseek2",
         decoder("DeepseekV3ForCausalLM", with(rms, {{"q_lora_rank", 12}, {"kv_lora_rank", 16}, {"qk_rope_head_dim", 4}, {"qk_nope_head_dim", 6}, {"v_head_dim", 10}, {"n_routed_experts", 8}, {"num_experts_per_tok", 3}, {"moe_intermediate_size", 16}, {"n_shared_experts", 1}, {"first_k_dense_replace", 1}, {"routed_scaling_factor", 2.5}, {"n_group", 4}, {"topk_group", 2}, {"norm_topk_prob", true}, {"rope_scaling", {{"rope_type", "yarn"}, {"factor", 4.0}, {"original_max_position_embeddings", 16}, {"mscale", 0.8}, {"mscale_all_dim", 0.8}}}})),
         false, deepseekNames, deepseek, {}},
        {"bert", "bert",
         {{"architectures", {"BertModel"}}, {"hidden_size", 32}, {"num_attention_heads", 4}, {"num_hidden_layers", 2}, {"intermediate_size", 48}, {"vocab_size", 50}, {"max_position_embeddings", 64}, {"type_vocab_size", 2}, {"layer_norm_eps", 1e-5}, {"tie_word_embeddings", true}},
         true, bertNames, nothing, {}}};
    return rows;
}

// Numbers pass through f32 in a GGUF file, and pairs may lie side by side there.
void requireSameConfig(Json a, Json b, const std::string& path = {})
{
    if (path.ends_with("/interleaved")) return;
    if (a.is_number() && b.is_number()) {
        const double x = a.get<double>();
        const double y = b.get<double>();
        QVERIFY2(std::abs(x - y) <= 1e-6 * std::abs(x), qPrintable(QString("%1: %2, not %3").arg(path.c_str()).arg(y).arg(x)));
        return;
    }
    QVERIFY2(a.is_structured() == b.is_structured() && a.size() == b.size(), path.c_str());
    if (!a.is_structured()) {
        QVERIFY2(a == b, path.c_str());
        return;
    }
    if (a.is_array()) {
        for (size_t i = 0; i < a.size(); ++i) requireSameConfig(a[i], b[i], path + "/" + std::to_string(i));
        return;
    }
    for (const auto& [key, value] : a.items()) {
        QVERIFY2(b.contains(key), (path + "/" + key).c_str());
        requireSameConfig(value, b.at(key), path + "/" + key);
    }
}

std::vector<float> outputsOf(const ModelPtr& model)
{
    Session session(model, cpuBackend());
    const std::vector<int32_t> tokens{3, 1, 30, 7, 7, 49, 0, 12, 9, 22, 41};
    const ConstMatrixView logits = session.forward(tokens, LogitRows::Last);
    return {logits.row(0), logits.row(0) + logits.columns};
}

} // namespace

class GgufFamiliesTest : public QObject {
    Q_OBJECT

private slots:
    void bothWaysGiveOneModel_data()
    {
        QTest::addColumn<int>("index");
        for (size_t i = 0; i < cases().size(); ++i) QTest::newRow(cases()[i].name) << int(i);
    }
    void bothWaysGiveOneModel()
    {
        QFETCH(int, index);
        const Case& row = cases()[size_t(index)];
        const Architecture& architecture = architectureFor(row.config, "config");
        const MadeUpSource source(row.biases);
        auto expected = std::make_shared<Model>();
        expected->config = architecture.configure(row.config, "config");
        expected->config.architecture = architecture.id;
        architecture.load(row.config, source, *expected);

        GgufConversion to(row.config, source.made, row.arch);
        to.extents();
        row.prepare(to);
        const Names names = row.arch == std::string("mpt") || row.arch == std::string("bert") ? row.names : llamaNames(row.names);
        const ScratchFolder scratch;
        const auto path = scratch.path() / "model.gguf";
        writeText(path, to.file(names, [&](const std::string& name, Matrix& matrix) {
            if (row.change) row.change(to, name, matrix);
        }));
        const ModelPtr actual = openModel(path.string());
        for (const std::string& warning : actual->warnings) QVERIFY2(false, warning.c_str());
        requireSameConfig(toJson(expected->config), toJson(actual->config));
        QCOMPARE(weightBytes(*actual), weightBytes(*expected));
        if (!expected->config.languageHead) {
            std::map<std::string, std::vector<float>> maps;
            forEachLinear(*expected, [&](const LinearId& id, const Linear& map) { maps[id.text()] = map.weight->toDense(); });
            forEachLinear(*actual, [&](const LinearId& id, const Linear& map) {
                QVERIFY2(maps[id.text()] == map.weight->toDense(), id.text().c_str());
            });
            return;
        }
        const std::vector<float> wanted = outputsOf(expected);
        const std::vector<float> got = outputsOf(actual);
        float largest = 0;
        for (size_t i = 0; i < wanted.size(); ++i) largest = std::max(largest, std::abs(got[i] - wanted[i]));
        QVERIFY(std::isfinite(largest));
        QVERIFY2(largest < 1e-4f, qPrintable(QString::number(double(largest))));
        QVERIFY(*std::max_element(wanted.begin(), wanted.end()) > 0.05f);
    }
};

QTEST_GUILESS_MAIN(GgufFamiliesTest)
#include "gguf_families_test.moc"
