#include "widgets/charts/series_style.h"

#include "core/strategy/strategy.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <numeric>
#include <set>
#include <utility>

namespace paretoscope {

namespace {

constexpr std::array<std::pair<std::string_view, int>, 12> familyColors{{
    {"quantization", 0},
    {"pruning", 1},
    {"factorization", 2},
    {"kv_cache", 3},
    {"experts", 4},
    {"decoding", 5},
    {"prompt", 6},
    {"reasoning", 7},
    {"latent_context", 2},
    {"retrieval", 4},
    {"vision", 5},
    {"recovery", 6},
}};

uint32_t textHash(std::string_view text)
{
    uint32_t hash = 2166136261u;
    for (const char c : text) hash = (hash ^ uint8_t(c)) * 16777619u;
    return hash;
}

int familyColor(std::string_view family)
{
    for (const auto& [name, color] : familyColors)
        if (name == family) return color;
    return int(textHash(family) % seriesColorCount);
}

// Place among the registered strategies of the family; a hash for one that is not registered.
int placeInFamily(const std::string& id, std::string_view family)
{
    int place = 0;
    for (const auto& strategy : StrategyRegistry::instance().all()) {
        if (strategy->info().family != family) continue;
        if (strategy->info().id == id) return place;
        ++place;
    }
    return int(textHash(id) % seriesColorCount);
}

} // namespace

std::string recipeSignature(std::string_view recipe)
{
    std::string signature;
    int depth = 0;
    char quote = 0;
    for (const char c : recipe) {
        if (quote) {
            if (c == quote) quote = 0;
            continue;
        }
        if (depth > 0 && (c == '"' || c == '\'')) quote = c;
        if (c == '(') ++depth;
        else if (c == ')') depth = std::max(0, depth - 1);
        else if (depth == 0) signature += c;
    }
    return signature;
}

int preferredColor(const std::string& signature)
{
    const size_t plus = signature.find('+');
    if (plus != std::string::npos) return int(textHash(signature) % seriesColorCount);
    const std::string_view family = std::string_view(signature).substr(0, signature.find('.'));
    return (familyColor(family) + placeInFamily(signature, family)) % seriesColorCount;
}

std::vector<SeriesStyle> assignSeriesStyles(const std::vector<std::string>& signatures)
{
    std::vector<size_t> order(signatures.size());
    std::iota(order.begin(), order.end(), size_t{0});
    std::stable_sort(order.begin(), order.end(),
                     [&](size_t a, size_t b) { return signatures[a] < signatures[b]; });

    std::vector<SeriesStyle> styles(signatures.size());
    std::array<int, seriesColorCount> uses{};
    for (const size_t index : order) {
        const int wanted = preferredColor(signatures[index]);
        const int fewest = *std::min_element(uses.begin(), uses.end());
        int color = wanted;
        while (uses[size_t(color)] > fewest) color = (color + 1) % seriesColorCount;
        const int shape = (color + uses[size_t(color)]) % markShapeCount;
        ++uses[size_t(color)];
        styles[index] = {color, MarkShape(shape)};
    }
    return styles;
}

} // namespace paretoscope
