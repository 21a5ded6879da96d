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

// Blocks of 32 as the authors store them, 16 bytes with the even values in the low halves, in GGML's
// order: the first 16 values in the low halves.
LinearWeightPtr blockMap(const Tensor& blocks, const Tensor& scales, int64_t expert, int64_t begin, int64_t step)
{
    const BlockFormat& format = *blockFormatByName("MXFP4");
    const int64_t stored = blocks.extent(1);
    const int64_t perRow = blocks.extent(2);
    BlockMatrix matrix{&format, (stored - begin + step - 1) / step, perRow * format.elements, {}};
    matrix.blocks = Tensor::zeros(DType::U8, {matrix.rows, matrix.rowBytes()});
    uint8_t* to = matrix.blocks.fill<uint8_t>().data();
    const std::span<const uint8_t> codes = blocks.view<uint8_t>();
    const std::span<const uint8_t> exponents = scales.view<uint8_t>();
    for (int64_t row = begin; row < stored; row += step)
        for (int64_t b = 0; b < perRow; ++b, to += format.bytes) {
            const int64_t block = (expert * stored + row) * perRow + b;
            to[0] = exponents[size_t(block)];
            for (int j = 0; j < 16; ++j) {
                const auto value = [&](int k) { return (codes[size_t(block * 16 + k / 2)] >> (4 * (k % 2))) & 15; };
                to[1 + j] = uint8_t(value(j) | value(j + 16) << 4);
            }
        }
    return std::make_shared<BlockLinear>(std::move(matrix));
}

std::vector<FeedForwardWeights> readBlockExperts(const WeightSource& weights, const std::string& at,
                                                 const BlockConfig& shape, int64_t hidden)
{
    const int64_t experts = shape.moe.experts;
    const int64_t inner = shape.feedForward;
    const auto bytes = [&](const char* name, const Shape& extents) {
        Tensor tensor = weights.tensor(at + name, extents);
        if (tensor.dtype() != DType::U8)
            fail(ErrorCode::BadFile, "{}: tensor '{}{}' has the type {}, expected U8", weights.describe(), at, name,
                 traits(tensor.dtype()).name);
        return tensor;
    };
    const Tensor gateUp = bytes("gate_up_proj_blocks", {experts, 2 * inner, hidden / 32, 16});
    const Tensor gateUpScales = bytes("gate_up_proj_scales", {experts, 2 * inner, hidden / 32});
    const Tensor gateUpBias = weights.tensor(at + "gate_up_proj_bias", {experts, 2 * inner});
    const Tensor down = bytes("down_proj_blocks", {experts, hidden, inner / 32, 16});
    const Tensor downScales = bytes("down_proj_scales", {experts, hidden, inner / 32});
    const Tensor downBias = weights.tensor(at + "down_proj_bias", {experts, hidden});
    std::vector<FeedForwardWeights> result;
    for (int64_t e = 0; e < experts; ++e)
        result.push_back({{blockMap(gateUp, gateUpScales, e, 0, 2), biasOf(gateUpBias, e, 0, 2)},
                          {blockMap(gateUp, gateUpScales, e, 1, 2), biasOf(gateUpBias, e, 1, 2)},
                          {blockMap(down, downScales, e, 0, 1), biasOf(downBias, e, 0, 1)}});
    return result;
}

// Stacked matrices [experts, inputs, outputs]; gate and up alternate in the outputs.
std::vector<FeedForwardWeights> readExperts(const WeightSource& weights, const std::string& at,
                                            const BlockConfig& shape, int64_t hidden)
{
    const int64_t experts = shape.moe.experts;
    const int64_t inner = shape.feedForward;
    if (weights.has(at + "0.gate_proj.weight")) return readSeparateExperts(weights, at, shape, hidden);
    if (weights.has(at + "gate_up_proj_blocks")) return readBlockExperts(weights, at, shape, hidden);
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
