// The evolutionary search over a level database.
#include "core/base/error.h"
#include "core/base/random.h"
#include "core/strategy/allocation.h"

#include <algorithm>
#include <map>
#include <set>

namespace paretoscope {

namespace {

using Levels = std::vector<int>;

class Search {
public:
    Search(const LevelDatabase& database, int64_t budget, const EvolutionSettings& settings,
           const MeasureAllocation& measure)
        : database_(database), budget_(budget), settings_(settings), measure_(measure),
          random_(settings.seed, "allocation")
    {
        // Layers whose levels cost the same can trade a level without changing the bytes.
        std::map<std::vector<int64_t>, std::vector<size_t>> groups;
        for (size_t layer = 0; layer < database.levels.size(); ++layer) {
            std::vector<int64_t> costs;
            for (const Level& level : database.levels[layer]) costs.push_back(level.bytes);
            groups[costs].push_back(layer);
        }
        for (auto& [costs, layers] : groups)
            if (layers.size() > 1 && costs.size() > 1) groups_.push_back(std::move(layers));
    }

    // Full levels everywhere, then steps down at random until it fits.
    Levels randomStart()
    {
        Levels levels;
        for (const std::vector<Level>& row : database_.levels) levels.push_back(int(row.size()) - 1);
        while (priceOf(database_, levels).bytes > budget_) {
            const size_t layer = random_.below(levels.size());
            if (levels[layer] > 0) --levels[layer];
        }
        return levels;
    }

    Levels mutated(Levels levels)
    {
        const int most = settings_.mostSwitches;
        const int64_t switches = std::min(random_.between(1, most), random_.between(1, most));
        for (int64_t i = 0; i < switches; ++i) {
            const std::vector<size_t>& group = groups_[random_.below(groups_.size())];
            switchLevels(levels, group);
        }
        return levels;
    }

    // The best of the candidates, measured stage by stage; every stage keeps some.
    Levels select(std::vector<Levels> candidates)
    {
        for (size_t stage = 0; stage < settings_.survivors.size(); ++stage) {
            std::vector<std::pair<double, size_t>> ranking;
            for (size_t i = 0; i < candidates.size(); ++i) ranking.emplace_back(measured(candidates[i], int(stage)), i);
            std::stable_sort(ranking.begin(), ranking.end(),
                             [](const auto& a, const auto& b) { return a.first < b.first; });
            ranking.resize(std::min(ranking.size(), size_t(settings_.survivors[stage])));
            std::vector<Levels> kept;
            for (const auto& [value, i] : ranking) kept.push_back(candidates[i]);
            candidates = std::move(kept);
        }
        return candidates.front();
    }

    double measured(const Levels& levels, int stage)
    {
        const auto key = std::pair(stage, levels);
        if (const auto known = known_.find(key); known != known_.end()) return known->second;
        return known_[key] = measure_(levels, stage);
    }

    bool canMutate() const { return !groups_.empty(); }

private:
    void switchLevels(Levels& levels, const std::vector<size_t>& group)
    {
        constexpr int attempts = 32; // a group may be all at one end
        for (int i = 0; i < attempts; ++i) {
            const size_t up = group[random_.below(group.size())], down = group[random_.below(group.size())];
            if (up == down || levels[up] + 1 >= int(database_.levels[up].size()) || levels[down] == 0) continue;
            const int64_t before = pairBytes(levels, up, down);
            ++levels[up];
            --levels[down];
            if (pairBytes(levels, up, down) <= before) return; // uneven steps may cost more
            --levels[up];
            ++levels[down];
        }
    }

    int64_t pairBytes(const Levels& levels, size_t a, size_t b) const
    {
        return database_.levels[a][size_t(levels[a])].bytes + database_.levels[b][size_t(levels[b])].bytes;
    }

    const LevelDatabase& database_;
    int64_t budget_;
    const EvolutionSettings& settings_;
    const MeasureAllocation& measure_;
    Random random_;
    std::vector<std::vector<size_t>> groups_;
    std::map<std::pair<int, Levels>, double> known_;
};

} // namespace

EvolutionResult evolveAllocation(const LevelDatabase& database, int64_t budget, const EvolutionSettings& settings,
                                 const std::vector<std::vector<int>>& seeds, const MeasureAllocation& measure,
                                 const std::function<void(int)>& generationDone)
{
    if (settings.survivors.empty() || settings.survivors.back() != 1)
        fail(ErrorCode::Internal, "the last stage of a search must leave one");
    requireFits(database, budget);
    Search search(database, budget, settings, measure);
    std::vector<Levels> start = seeds;
    for (const Levels& levels : seeds)
        if (priceOf(database, levels).bytes > budget) fail(ErrorCode::Internal, "a seed exceeds the budget");
    for (int i = 0; i < settings.initial; ++i) start.push_back(search.randomStart());
    EvolutionResult result;
    const int last = int(settings.survivors.size()) - 1;
    Levels parent = search.select(std::move(start));
    result.losses.push_back(search.measured(parent, last));
    for (int generation = 0; generation < settings.generations && search.canMutate(); ++generation) {
        std::set<Levels> offspring;
        for (int i = 0; i < settings.offspring; ++i) offspring.insert(search.mutated(parent));
        offspring.erase(parent);
        if (!offspring.empty()) {
            const Levels winner = search.select({offspring.begin(), offspring.end()});
            // The parent competes where it counts: in the last stage, on the same tokens.
            if (search.measured(winner, last) < result.losses.back()) parent = winner;
        }
        result.losses.push_back(search.measured(parent, last));
        if (generationDone) generationDone(generation + 1);
    }
    result.best = priceOf(database, std::move(parent));
    return result;
}

} // namespace paretoscope
