// gpt-oss (OpenAI 2025, arXiv:2508.10925): experts with biases and limited gates, attention with a
// learned sink for each head, every other layer sliding.
#include "core/base/error.h"
#include "core/base/json.h"
#include "core/model/architectures/fused.h"
#include "core/model/architectures/llama_block.h"

#include <fmt/format.h>

namespace paretoscope::architectures {

namespace {

ModelConfig configure(const Json& config, const std::string& where)
{
    families::ConfigDefaults defaults;
    defaults.contextLength = 131072;
    defaults.headDim = 64;
    defaults.rope.theta = 150000;
    ModelConfig result = families::readLlamaStyleConfig(config, where, defaults);
    families::refuseUnless(config, "hidden_act", "silu", where);
    const int64_t window = optionalInteger(config, "sliding_window", 0, int64_t{1} << 40, 128, where);
    families::setWindows(
        config, window, [](size_t i) { return i % 2 == 0; }, result, where);
    MoeConfig moe;
    moe.experts = optionalInteger(config, families::presentField(config, {"num_local_experts", "num_experts"}),
                                  1, 1 << 14, 128, where);
    moe.used = optionalInteger(
        config, families::presentField(config, {"num_experts_per_tok", "experts_per_token"}), 1, 1 << 14, 4,
        where);
    moe.scoring = MoeConfig::Scoring::TopThenSoftmax;
    moe.clamp = optionalNumber(config, "swiglu_limit", 7, where);
    moe.upOffset = 1;
    for (BlockConfig& block : result.blocks) {
        block.moe = moe;
        block.activation = Activation::QuickGelu; // gate · sigmoid(1.702 · gate)
    }
    return result;
}

Tensor biasOf(const Tensor& biases, int64_t expert, int64_t begin, int64_t step)
{
    const int64_t width = biases.extent(1);
    const std::vector<float> row = biases.rows(expert, expert + 1).toFloats();
    std::vector<float> values;
    for (int64_t i = begin; i < width; i += step) values.push_back(row[size_t(i)]);
    return Tensor::fromFloats({int64_t(values.size())}, values);
}

// One map an expert and part, as other files have them.
std::vector<FeedForwardWeights> readSeparateExperts(const WeightSource& weights, const std::string& at,
                                                    const BlockConfig& shape, int64_t hidden)
{
    std::vector<FeedForwardWeights> result;
    for (int64_t e = 0; e < shape.moe.experts; ++e) {
        const auto read = [&](const char* part, int64_t outputs, int64_t inputs) {
            return families::readLinear(weights, fmt::format("{}{}.{}", at, e, part), outputs, inputs,
                                        families::Bias::Required);
        };
        result.push_back({read("gate_proj", shape.feedForward, hidden), read("up_proj", shape.feedForward, hidden),
                          read("down_proj", hidden, shape.feedForward)});
    }
    return result;
}

// Stacked matrices [experts, inputs, outputs]; gate and up alternate in the outputs.
std::vector<FeedForwardWeights> readExperts(const WeightSource& weights, const std::string& at,
                                            const BlockConfig& shape, int64_t hidden)
{
    const int64_t experts = shape.moe.experts;
    const int64_t inner = shape.feedForward;
    if (weights.has(at + "0.gate_proj.weight")) return readSeparateExperts(weights, at, shape, hidden);
    if (weights.has(at + "gate_up_proj_blocks"))
        fail(ErrorCode::Unsupported,
             "{}: experts stored as MXFP4 are not supported, a bfloat16 copy of the model is",
             weights.describe());
    const Tensor gateUp = weights.tensor(at + "gate_up_proj", {experts, hidden, 2 * inner});
    const Tensor gateUpBias = weights.tensor(at + "gate_up_proj_bias", {experts, 2 * inner});
    const Tensor down = weights.tensor(at + "down_proj", {experts, inner, hidden});
    const Tensor downBias = weights.tensor(at + "down_proj_bias", {experts, hidden});
    std::vector<RowRange> even;
    std::vector<RowRange> odd;
    for (int64_t i = 0; i < inner; ++i) {
        even.push_back({2 * i, 2 * i + 1});
        odd.push_back({2 * i + 1, 2 * i + 2});
    }
    std::vector<FeedForwardWeights> result;
    for (int64_t e = 0; e < experts; ++e) {
        const auto matrix = [e](const Tensor& stack) {
            return families::transposedMap(
                stack.rows(e, e + 1).reshaped({stack.extent(1), stack.extent(2)}));
        };
        const LinearWeightPtr fused = matrix(gateUp);
        FeedForwardWeights expert;
        expert.gate = {fused->selectRows(even), biasOf(gateUpBias, e, 0, 2)};
        expert.up = {fused->selectRows(odd), biasOf(gateUpBias, e, 1, 2)};
        expert.down = {matrix(down), biasOf(downBias, e, 0, 1)};
        result.push_back(std::move(expert));
    }
    return result;
}

void load(const Json& config, const WeightSource& weights, Model& model)
{
    families::LlamaStyle style = families::readLlamaStyle(config, weights.describe());
    style.norm.epsilon = families::readEpsilon(config, "rms_norm_eps", 1e-5, weights.describe());
    style.query = style.output =
        families::biasWhen(optionalBool(config, "attention_bias", true, weights.describe()));
    const int64_t hidden = model.config.hidden;
    families::readLlamaStyleModel(weights, style, model, [&](const std::string& prefix, Block& block) {
        block.attention.sinks = families::readVector(weights, prefix + "self_attn.sinks", block.config.heads);
        block.moe.emplace();
        block.moe->router = families::readLinear(weights, prefix + "mlp.router", block.config.moe.experts,
                                                 hidden, families::Bias::Required);
        block.moe->experts = readExperts(weights, prefix + "mlp.experts.", block.config, hidden);
    });
}

} // namespace

const Architecture& gptOss()
{
    static const Architecture row{"gpt_oss", {"GptOssForCausalLM"}, {"gpt_oss"}, configure, load};
    return row;
}

} // namespace paretoscope::architectures
