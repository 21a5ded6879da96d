#include "core/base/error.h"
#include "core/base/text.h"
#include "core/strategy/strategy.h"

#include <algorithm>

namespace paretoscope {

StrategyRegistry& StrategyRegistry::instance()
{
    static StrategyRegistry registry;
    return registry;
}

void StrategyRegistry::add(std::unique_ptr<const Strategy> strategy)
{
    const std::string& id = strategy->info().id;
    const auto place = std::lower_bound(strategies_.begin(), strategies_.end(), id,
                                        [](const auto& row, const std::string& name) { return row->info().id < name; });
    if (place != strategies_.end() && (*place)->info().id == id)
        fail(ErrorCode::Internal, "strategy '{}' is registered twice", id);
    strategies_.insert(place, std::move(strategy));
}

const Strategy* StrategyRegistry::find(const std::string& id) const
{
    for (const auto& strategy : strategies_)
        if (strategy->info().id == id) return strategy.get();
    return nullptr;
}

const Strategy& StrategyRegistry::get(const std::string& id) const
{
    if (const Strategy* found = find(id)) return *found;
    std::vector<std::string> names;
    for (const auto& strategy : strategies_) names.push_back(strategy->info().id);
    fail(ErrorCode::BadUsage, "there is no strategy '{}'{}", id, didYouMean(id, names));
}

} // namespace paretoscope
