// Visiting and exchanging the linear maps of a model.
#include "core/model/model.h"

#include <fmt/format.h>

namespace paretoscope {

namespace {

// One list of (role, member) serves visiting and replacing, so that they cannot disagree.
template <class BlockType, class Visit> void walkAttention(BlockType& block, int index, const Visit& visit)
{
    auto& a = block.attention;
    visit(LinearId{index, -1, "attention.query"}, a.query);
    visit(LinearId{index, -1, "attention.query_down"}, a.queryDown);
    visit(LinearId{index, -1, "attention.query_up"}, a.queryUp);
    visit(LinearId{index, -1, "attention.kv_down"}, a.kvDown);
    visit(LinearId{index, -1, "attention.kv_up"}, a.kvUp);
    visit(LinearId{index, -1, "attention.key"}, a.key);
    visit(LinearId{index, -1, "attention.value"}, a.value);
    visit(LinearId{index, -1, "attention.output"}, a.output);
}

template <class Weights, class Visit>
void walkFeedForward(Weights& weights, int index, int expert, const std::string& prefix, const Visit& visit)
{
    visit(LinearId{index, expert, prefix + "gate"}, weights.gate);
    visit(LinearId{index, expert, prefix + "up"}, weights.up);
    visit(LinearId{index, expert, prefix + "down"}, weights.down);
}

template <class BlockType, class Visit> void walkBlock(BlockType& block, int index, const Visit& visit)
{
    walkAttention(block, index, visit);
    walkFeedForward(block.feedForward, index, -1, "feed_forward.", visit);
    if (!block.moe) return;
    visit(LinearId{index, -1, "router"}, block.moe->router);
    for (size_t e = 0; e < block.moe->experts.size(); ++e)
        walkFeedForward(block.moe->experts[e], index, int(e), "", visit);
    walkFeedForward(block.moe->shared, index, -1, "shared_expert.", visit);
    visit(LinearId{index, -1, "shared_gate"}, block.moe->sharedGate);
}

} // namespace

std::string LinearId::text() const
{
    std::string result = block < 0 ? std::string() : fmt::format("blocks.{}.", block);
    if (expert >= 0) result += fmt::format("experts.{}.", expert);
    return result + role;
}

void forEachLinear(const Model& model, const std::function<void(const LinearId&, const Linear&)>& visit)
{
    for (size_t i = 0; i < model.blocks.size(); ++i)
        walkBlock(*model.blocks[i], int(i), [&](const LinearId& id, const Linear& linear) {
            if (linear) visit(id, linear);
        });
}

std::shared_ptr<Model> withLinears(
    const Model& model, const std::function<LinearWeightPtr(const LinearId&, const Linear&)>& replace)
{
    auto result = std::make_shared<Model>(model);
    for (size_t i = 0; i < result->blocks.size(); ++i) {
        auto block = std::make_shared<Block>(*result->blocks[i]);
        bool changed = false;
        walkBlock(*block, int(i), [&](const LinearId& id, Linear& linear) {
            if (!linear) return;
            LinearWeightPtr replacement = replace(id, linear);
            changed = changed || replacement != linear.weight;
            linear.weight = std::move(replacement);
        });
        if (changed) result->blocks[i] = std::move(block);
    }
    return result;
}

} // namespace paretoscope
