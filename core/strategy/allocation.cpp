#include "core/strategy/allocation.h"

#include "core/base/error.h"

#include <algorithm>
#include <limits>
#include <numeric>

namespace paretoscope {

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

std::vector<int> smallest(const LevelDatabase& database)
{
    return std::vector<int>(database.levels.size(), 0);
}

// Bytes above a layer's smallest level, in steps, rounded up.
struct Steps {
    int64_t size = 1; // bytes of a step
    int64_t budget = 0;

    int64_t of(int64_t bytes) const { return (bytes + size - 1) / size; }
};

Steps stepsOf(const LevelDatabase& database, int64_t spare, int64_t resolution)
{
    Steps steps;
    int64_t common = 0, most = 0;
    for (const std::vector<Level>& levels : database.levels) {
        for (const Level& level : levels) common = std::gcd(common, level.bytes - levels.front().bytes);
        most += levels.back().bytes - levels.front().bytes;
    }
    const int64_t useful = std::min(spare, most);
    steps.size = std::max<int64_t>(std::max<int64_t>(common, 1), (useful + resolution - 1) / resolution);
    steps.budget = useful / steps.size;
    return steps;
}

// What one more level would save for its bytes, over all layers; -1 when nothing fits.
int bestUpgrade(const LevelDatabase& database, const std::vector<int>& levels, int64_t spare)
{
    int best = -1;
    double bestGain = 0;
    for (size_t layer = 0; layer < levels.size(); ++layer) {
        const std::vector<Level>& row = database.levels[layer];
        const auto at = size_t(levels[layer]);
        if (at + 1 >= row.size()) continue;
        const int64_t bytes = row[at + 1].bytes - row[at].bytes;
        const double gain = (row[at].error - row[at + 1].error) / double(std::max<int64_t>(1, bytes));
        if (bytes <= spare && gain > bestGain) {
            best = int(layer);
            bestGain = gain;
        }
    }
    return best;
}

std::vector<int> cheapestAtPrice(const LevelDatabase& database, double price)
{
    std::vector<int> levels;
    for (const std::vector<Level>& row : database.levels) {
        const auto cost = [&](const Level& level) { return level.error + price * double(level.bytes); };
        const auto best = std::min_element(row.begin(), row.end(),
                                           [&](const Level& a, const Level& b) { return cost(a) < cost(b); });
        levels.push_back(int(best - row.begin()));
    }
    return levels;
}

} // namespace

Allocation priceOf(const LevelDatabase& database, std::vector<int> levels)
{
    if (levels.size() != database.levels.size())
        fail(ErrorCode::Internal, "an allocation of {} layers for {}", levels.size(), database.levels.size());
    Allocation result;
    for (size_t layer = 0; layer < levels.size(); ++layer) {
        const Level& level = database.levels[layer].at(size_t(levels[layer]));
        result.bytes += level.bytes;
        result.error += level.error;
    }
    result.levels = std::move(levels);
    return result;
}

void requireFits(const LevelDatabase& database, int64_t budget)
{
    for (size_t layer = 0; layer < database.levels.size(); ++layer)
        if (database.levels[layer].empty())
            fail(ErrorCode::Internal, "the level database has nothing for '{}'", database.layers[layer]);
    const Allocation least = priceOf(database, smallest(database));
    if (least.bytes > budget)
        fail(ErrorCode::BadUsage, "a budget of {} bytes is less than the {} bytes of the smallest levels", budget,
             least.bytes);
}

int64_t bytesAtLevel(const LevelDatabase& database, double level)
{
    double bytes = 0;
    for (const std::vector<Level>& row : database.levels) {
        const double at = std::clamp(level, 0.0, double(row.size() - 1));
        const auto below = size_t(at);
        const size_t above = std::min(below + 1, row.size() - 1);
        const double part = at - double(below);
        bytes += (1 - part) * double(row[below].bytes) + part * double(row[above].bytes);
    }
    return int64_t(bytes);
}

Allocation allocateByDynamicProgramme(const LevelDatabase& database, int64_t budget, int64_t resolution)
{
    requireFits(database, budget);
    const Steps steps = stepsOf(database, budget - priceOf(database, smallest(database)).bytes, resolution);
    const auto width = size_t(steps.budget + 1);
    // least[s]: the least error of the layers so far with at most s steps spent.
    std::vector<double> least(width, 0.0);
    std::vector<std::vector<uint8_t>> taken(database.levels.size(), std::vector<uint8_t>(width));
    for (size_t layer = 0; layer < database.levels.size(); ++layer) {
        const std::vector<Level>& row = database.levels[layer];
        std::vector<double> next(width, infinity);
        for (size_t level = 0; level < row.size(); ++level) {
            const auto cost = size_t(steps.of(row[level].bytes - row.front().bytes));
            for (size_t s = cost; s < width; ++s)
                if (const double error = least[s - cost] + row[level].error; error < next[s]) {
                    next[s] = error;
                    taken[layer][s] = uint8_t(level);
                }
        }
        least = std::move(next);
    }
    std::vector<int> levels(database.levels.size());
    size_t s = width - 1;
    for (size_t layer = levels.size(); layer-- > 0;) {
        levels[layer] = taken[layer][s];
        const std::vector<Level>& row = database.levels[layer];
        s -= size_t(steps.of(row[size_t(levels[layer])].bytes - row.front().bytes));
    }
    return priceOf(database, std::move(levels));
}

Allocation allocateByPrice(const LevelDatabase& database, int64_t budget)
{
    requireFits(database, budget);
    constexpr int halvings = 200;
    double low = 0, high = 1;
    while (priceOf(database, cheapestAtPrice(database, high)).bytes > budget && high < 1e300) high *= 4;
    for (int i = 0; i < halvings; ++i) {
        const double middle = (low + high) / 2;
        (priceOf(database, cheapestAtPrice(database, middle)).bytes > budget ? low : high) = middle;
    }
    Allocation result = priceOf(database, cheapestAtPrice(database, high));
    if (result.bytes > budget) result = priceOf(database, smallest(database)); // a price beyond all numbers
    for (int layer; (layer = bestUpgrade(database, result.levels, budget - result.bytes)) >= 0;) {
        ++result.levels[size_t(layer)];
        result = priceOf(database, std::move(result.levels));
    }
    return result;
}

} // namespace paretoscope
