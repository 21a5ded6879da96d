#include "core/evaluation/interaction.h"

#include <cmath>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace paretoscope {

namespace {

using ItemsByName = std::unordered_map<std::string_view, const ItemScore*>;

ItemsByName byName(const Measurement& measurement)
{
    ItemsByName items;
    for (const ItemScore& item : measurement.items)
        items.emplace(item.item, &item);
    return items;
}

} // namespace

std::optional<PairedDifference> stackingInteraction(const Measurement& base,
                                                    const Measurement& first,
                                                    const Measurement& second,
                                                    const Measurement& both, uint64_t seed)
{
    const ItemsByName ofFirst = byName(first);
    const ItemsByName ofSecond = byName(second);
    ItemsByName ofBoth = byName(both);
    std::vector<double> terms;
    std::vector<double> weights;
    std::vector<double> weighted;
    for (const ItemScore& item : base.items) {
        const auto one = ofFirst.find(item.item);
        const auto two = ofSecond.find(item.item);
        const auto stack = ofBoth.find(item.item);
        if (one == ofFirst.end() || two == ofSecond.end() || stack == ofBoth.end()) continue;
        const double term =
            stack->second->score - one->second->score - two->second->score + item.score;
        ofBoth.erase(stack); // a name that is there twice counts once
        if (!std::isfinite(term)) continue;
        terms.push_back(term);
        weights.push_back(item.weight);
        weighted.push_back(item.weight * term);
    }
    if (terms.empty()) return std::nullopt;
    const Interval interval = weightedMeanInterval(terms, weights);
    return PairedDifference{interval.mean, interval.low, interval.high,
                            signFlipTest(weighted, seed), interval.count};
}

} // namespace paretoscope
