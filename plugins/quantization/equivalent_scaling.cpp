#include "plugins/quantization/equivalent_scaling.h"

#include "core/base/error.h"
#include "core/model/formats/model_parts.h"

namespace paretoscope::quantization {

namespace {

struct Finder {
    std::string name;
    Linear* found = nullptr;

    void linear(const std::string& at, Linear& map)
    {
        if (at == name && map) found = &map;
    }
    void norm(const std::string&, std::optional<NormParameters>&) {}
    void tensor(const std::string&, Tensor&) {}
};

class GroupFinder {
public:
    GroupFinder(const Block& block, int index, std::set<std::string>& notes)
        : block_(block), index_(index), notes_(notes)
    {
    }

    std::vector<ScalingGroup> run()
    {
        addNormGroups();
        if (block_.attention.output) addOutput();
        addDown(block_.feedForward, -1, "feed_forward.");
        if (!block_.moe) return std::move(groups_);
        for (size_t e = 0; e < block_.moe->experts.size(); ++e) addDown(block_.moe->experts[e], int(e), "");
        addDown(block_.moe->shared, -1, "shared_expert.");
        return std::move(groups_);
    }

private:
    LinearId id(const std::string& role, int expert = -1) const { return {index_, expert, role}; }

    void addReader(std::vector<LinearId>& readers, const Linear& map, const char* role) const
    {
        if (map) readers.push_back(id(role));
    }

    std::vector<LinearId> attentionReaders() const
    {
        const AttentionWeights& a = block_.attention;
        std::vector<LinearId> readers;
        if (!a.output) return readers;
        addReader(readers, a.query, "attention.query");
        addReader(readers, a.queryDown, "attention.query_down");
        addReader(readers, a.key, "attention.key");
        addReader(readers, a.value, "attention.value");
        addReader(readers, a.kvDown, "attention.kv_down");
        return readers;
    }

    void addNormGroups()
    {
        std::vector<LinearId> attention = attentionReaders(), feedForward;
        addReader(feedForward, block_.feedForward.gate, "feed_forward.gate");
        addReader(feedForward, block_.feedForward.up, "feed_forward.up");
        const bool shared = block_.config.parallel && !block_.feedForwardNorm;
        if (block_.config.normAfterAdd || (!block_.attentionNorm && !attention.empty()))
            notes_.insert("inputs that do not come from a norm stay unscaled");
        if (block_.moe) notes_.insert("inputs of experts stay unscaled, because their router reads them too");
        const bool attentionNorm = block_.attentionNorm && !block_.config.normAfterAdd;
        if (shared) {
            attention.insert(attention.end(), feedForward.begin(), feedForward.end());
            if (attentionNorm && !block_.moe && !attention.empty())
                groups_.push_back({attention, ScalingGroup::Source::AttentionNorm, {}, true, true});
            return;
        }
        if (attentionNorm && !attention.empty())
            groups_.push_back({attention, ScalingGroup::Source::AttentionNorm, {}, true, false});
        if (block_.feedForwardNorm && !block_.config.normAfterAdd && !block_.moe && !feedForward.empty())
            groups_.push_back({feedForward, ScalingGroup::Source::FeedForwardNorm, {}, false, false});
    }

    void addOutput()
    {
        const AttentionWeights& a = block_.attention;
        if (!a.value || a.value.weight->outputs() != a.output.weight->inputs())
            notes_.insert("the attention's output projection stays unscaled, because its inputs share value heads");
        else if (block_.config.clampQkv > 0)
            notes_.insert("the attention's output projection stays unscaled, because values are limited");
        else
            groups_.push_back({{id("attention.output")}, ScalingGroup::Source::Map, id("attention.value"), true, false});
    }

    void addDown(const FeedForwardWeights& maps, int expert, const std::string& prefix)
    {
        if (!maps.up || !maps.down) return;
        const bool linear = block_.config.gated && maps.gate ? block_.config.moe.clamp == 0 && block_.config.moe.upOffset == 0
                                                             : block_.config.activation == Activation::Relu ||
                                                                   block_.config.activation == Activation::Identity;
        if (!linear) notes_.insert("down projections stay unscaled, because no scale passes their activation");
        else groups_.push_back({{id(prefix + "down", expert)}, ScalingGroup::Source::Map, id(prefix + "up", expert), false, false});
    }

    const Block& block_;
    int index_;
    std::set<std::string>& notes_;
    std::vector<ScalingGroup> groups_;
};

Tensor divided(const Tensor& values, std::span<const float> scales)
{
    std::vector<float> result = values.toFloats();
    for (size_t i = 0; i < result.size(); ++i) result[i] /= scales[i];
    return Tensor::fromFloats(values.shape(), result);
}

void divideNorm(NormParameters& norm, std::span<const float> scales)
{
    // A norm without weights has ones.
    if (norm.weight.empty()) norm.weight = Tensor::fromFloats({int64_t(scales.size())}, std::vector<float>(scales.size(), 1));
    norm.weight = divided(norm.weight, scales);
    if (!norm.bias.empty()) norm.bias = divided(norm.bias, scales);
}

void divideRows(Linear& map, std::span<const float> scales)
{
    std::vector<float> dense = map.weight->toDense();
    const auto columns = size_t(map.weight->inputs());
    for (size_t i = 0; i < dense.size(); ++i) dense[i] /= scales[i / columns];
    map.weight = std::make_shared<DenseLinear>(Tensor::fromFloats({map.weight->outputs(), map.weight->inputs()}, dense));
    if (!map.bias.empty()) map.bias = divided(map.bias, scales);
}

} // namespace

std::vector<ScalingGroup> scalingGroups(const Block& block, int index, std::set<std::string>& notes)
{
    return GroupFinder(block, index, notes).run();
}

Linear* findLinear(Block& block, const LinearId& id)
{
    Finder finder{id.text()};
    visitBlock(size_t(id.block), block, finder);
    return finder.found;
}

void foldScales(Block& block, const ScalingGroup& group, std::span<const float> scales)
{
    for (const LinearId& id : group.readers) {
        Linear& map = *findLinear(block, id);
        if (map.weight->inputs() != int64_t(scales.size()))
            fail(ErrorCode::Internal, "{} reads {} inputs, not {}", id.text(), map.weight->inputs(), scales.size());
        std::vector<float> dense = map.weight->toDense();
        scaleColumns(dense, scales);
        map.weight = std::make_shared<DenseLinear>(Tensor::fromFloats({map.weight->outputs(), map.weight->inputs()}, dense));
    }
    if (group.source == ScalingGroup::Source::Map) divideRows(*findLinear(block, group.sourceMap), scales);
    else divideNorm(group.source == ScalingGroup::Source::AttentionNorm ? *block.attentionNorm : *block.feedForwardNorm, scales);
}

void scaleColumns(std::span<float> weights, std::span<const float> scales)
{
    for (size_t i = 0; i < weights.size(); ++i) weights[i] *= scales[i % scales.size()];
}

} // namespace paretoscope::quantization
