#include "core/strategy/strategy.h"

#include "core/base/error.h"
#include "core/base/text.h"

#include <algorithm>
#include <utility>

namespace paretoscope {

namespace {

bool before(const std::unique_ptr<const Strategy>& strategy, const std::string& id)
{
    return strategy->info().id < id;
}

} // namespace

StrategyRegistry& StrategyRegistry::instance()
{
    static StrategyRegistry registry;
    return registry;
}

void StrategyRegistry::add(std::unique_ptr<const Strategy> strategy)
{
    const std::string& id = strategy->info().id;
    const auto place = std::lower_bound(strategies_.begin(), strategies_.end(), id, before);
    if (place != strategies_.end() && (*place)->info().id == id)
        fail(ErrorCode::Internal, "strategy '{}' is registered twice", id);
    strategies_.insert(place, std::move(strategy));
}

const Strategy* StrategyRegistry::find(const std::string& id) const
{
    const auto place = std::lower_bound(strategies_.begin(), strategies_.end(), id, before);
    return place != strategies_.end() && (*place)->info().id == id ? place->get() : nullptr;
}

const Strategy& StrategyRegistry::get(const std::string& id) const
{
    if (const Strategy* strategy = find(id)) return *strategy;
    std::vector<std::string> ids;
    for (const auto& strategy : strategies_) ids.push_back(strategy->info().id);
    fail(ErrorCode::BadUsage, "there is no strategy '{}'{}", id, didYouMean(id, ids));
}

} // namespace paretoscope
