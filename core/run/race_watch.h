// Whether a run that is being worked on is certainly dominated by a finished one. Only for core/run/*.cpp.
#pragma once

#include "core/evaluation/race.h"
#include "core/store/store.h"

#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace paretoscope {

// The rival is the best of the finished runs of the experiment that were asked the same and cost no more in any of
// raceCosts(); it is chosen by its own scores over all items, once, so that no choice depends on what is seen of the run.
class RaceWatch {
public:
    static constexpr double errorRate = 0.01; // of stopping a run that would have ended level or above

    RaceWatch(const Store& store, const Run& run);

    void setCosts(std::vector<Measurement> costs) { costs_ = std::move(costs); }
    // The next item. A value, without `savedSeconds`, as soon as the run is certainly dominated.
    std::optional<EarlyStop> add(const ItemScore& item);

private:
    void findRival();
    bool costsNoMore(const Run& other) const;
    void compare(const ItemScore& item);

    const Store& store_;
    const Run& run_;
    std::vector<Measurement> costs_;
    std::vector<ItemScore> seen_;
    int64_t rival_ = 0;
    std::unordered_map<std::string, double> rivalScores_;
    std::optional<PairedRace> race_;
    bool foreignItems_ = false; // the rival lacks an item: nothing is decided
    size_t nextSearch_ = 1;
};

} // namespace paretoscope
