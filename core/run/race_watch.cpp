#include "core/run/race_watch.h"

#include "core/run/changes.h"
#include "core/run/run_executor.h"

#include <algorithm>

namespace paretoscope {

RaceWatch::RaceWatch(const Store& store, const Run& run)
    : store_(store)
    , run_(run)
{
}

bool RaceWatch::costsNoMore(const Run& other) const
{
    return !costs_.empty() && std::all_of(costs_.begin(), costs_.end(), [&](const Measurement& own) {
        const Measurement* theirs = other.measurement(own.metric);
        return theirs && theirs->value <= own.value;
    });
}

void RaceWatch::findRival()
{
    const std::string& metric = run_.request.race;
    RunQuery query;
    query.experiments = {run_.experimentId};
    query.states = {RunState::Done};
    std::vector<std::string> needed = raceCosts();
    needed.push_back(metric);
    std::vector<Run> runs = store_.runPoints(query, needed);
    std::erase_if(runs, [&](const Run& other) { return !other.measurement(metric) || !costsNoMore(other); });
    std::stable_sort(runs.begin(), runs.end(), [&](const Run& a, const Run& b) {
        return a.measurement(metric)->value > b.measurement(metric)->value;
    });
    for (const Run& candidate : runs) {
        const Run other = store_.run(candidate.id);
        const Measurement* measured = other.measurement(metric);
        if (other.foreign() || !askedTheSame(other, run_) || !measured || measured->items.empty()) continue;
        rival_ = other.id;
        for (const ItemScore& item : measured->items) rivalScores_[item.item] = item.score;
        race_.emplace(int64_t(rivalScores_.size()), errorRate);
        return;
    }
}

void RaceWatch::compare(const ItemScore& item)
{
    const auto theirs = rivalScores_.find(item.item);
    foreignItems_ = foreignItems_ || theirs == rivalScores_.end() || race_->seen() == race_->items();
    if (!foreignItems_) race_->add(theirs->second - item.score);
}

std::optional<EarlyStop> RaceWatch::add(const ItemScore& item)
{
    if (race_) {
        compare(item);
    } else {
        seen_.push_back(item);
        if (seen_.size() < nextSearch_) return std::nullopt;
        nextSearch_ *= 2; // others may finish meanwhile
        findRival();
        if (race_)
            for (const ItemScore& each : seen_) compare(each);
    }
    if (!race_ || foreignItems_ || !race_->decided()) return std::nullopt;
    EarlyStop stop;
    stop.metric = run_.request.race;
    stop.itemsSeen = race_->seen();
    stop.items = race_->items();
    stop.dominatedBy = rival_;
    stop.difference = race_->meanDifference();
    stop.confidence = 1 - errorRate;
    return stop;
}

} // namespace paretoscope
