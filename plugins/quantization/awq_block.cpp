#include "plugins/quantization/awq_block.h"

#include "core/base/error.h"

namespace paretoscope::quantization {

namespace {

using Part = ScaledGroup::Part;

bool isPlain(const Block& block)
{
    return block.attention.query && block.attention.key && block.attention.value && block.config.mla.kvRank == 0;
}

void addAttention(const Block& block, std::vector<ScaledGroup>& groups, std::vector<std::string>& left)
{
    if (!block.attention.output) return;
    const bool normed = block.attentionNorm && !block.config.normAfterAdd && !(block.config.parallel && !block.feedForwardNorm);
    if (isPlain(block) && normed)
        groups.push_back({{"attention.query", "attention.key", "attention.value"}, &Block::attentionNorm, "", Part::Attention});
    else left.emplace_back("queries, keys and values");
    const bool rows = isPlain(block) && block.attention.value.weight->outputs() == block.attention.output.weight->inputs() &&
                      block.config.clampQkv == 0;
    if (rows) groups.push_back({{"attention.output"}, nullptr, "attention.value", Part::Map});
    else left.emplace_back("the attention's output");
}

void addFeedForward(const Block& block, std::vector<ScaledGroup>& groups, std::vector<std::string>& left)
{
    if (block.moe) {
        left.emplace_back("experts");
        return;
    }
    const FeedForwardWeights& weights = block.feedForward;
    if (!weights.up) return;
    std::vector<std::string> readers{"feed_forward.up"};
    if (weights.gate) readers.insert(readers.begin(), "feed_forward.gate");
    if (block.feedForwardNorm && !block.config.normAfterAdd)
        groups.push_back({readers, &Block::feedForwardNorm, "", Part::FeedForward});
    else left.emplace_back("gate and up");
    if (weights.gate && weights.down) groups.push_back({{"feed_forward.down"}, nullptr, "feed_forward.up", Part::Map});
    else if (weights.down) left.emplace_back("down");
}

} // namespace

std::vector<ScaledGroup> scaledGroups(const Block& block, std::vector<std::string>& left)
{
    std::vector<ScaledGroup> groups;
    addAttention(block, groups, left);
    addFeedForward(block, groups, left);
    return groups;
}

Linear& linearOf(Block& block, const std::string& role)
{
    if (role == "attention.query") return block.attention.query;
    if (role == "attention.key") return block.attention.key;
    if (role == "attention.value") return block.attention.value;
    if (role == "attention.output") return block.attention.output;
    if (role == "feed_forward.gate") return block.feedForward.gate;
    if (role == "feed_forward.up") return block.feedForward.up;
    if (role == "feed_forward.down") return block.feedForward.down;
    fail(ErrorCode::Internal, "there is no map '{}'", role);
}

void divideInput(Block& block, const ScaledGroup& group, std::span<const float> scales)
{
    const auto divided = [&](const Tensor& values) {
        std::vector<float> numbers = values.empty() ? std::vector<float>(scales.size(), 1.0f) : values.toFloats();
        for (size_t i = 0; i < numbers.size(); ++i) numbers[i] /= scales[i];
        return Tensor::fromFloats({int64_t(numbers.size())}, numbers);
    };
    if (group.norm) {
        NormParameters& norm = *(block.*group.norm);
        norm.weight = divided(norm.weight);
        if (!norm.bias.empty()) norm.bias = divided(norm.bias);
        return;
    }
    Linear& map = linearOf(block, group.rows);
    std::vector<float> dense = map.weight->toDense();
    const auto columns = size_t(map.weight->inputs());
    for (size_t i = 0; i < dense.size(); ++i) dense[i] /= scales[i / columns];
    map.weight = std::make_shared<DenseLinear>(Tensor::fromFloats({map.weight->outputs(), int64_t(columns)}, dense));
    if (!map.bias.empty()) map.bias = divided(map.bias);
}

} // namespace paretoscope::quantization
