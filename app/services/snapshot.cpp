#include "app/services/snapshot.h"

#include <algorithm>

namespace paretoscope {

namespace {

constexpr int64_t mostQueueRows = 200; // of each state

void readShown(const Store& store, Snapshot& snapshot)
{
    const SnapshotRequest& request = snapshot.request;
    if (request.shown.empty()) return; // an empty list would mean all
    RunQuery query;
    query.experiments = {request.shown.begin(), request.shown.end()};
    query.text = request.filter;
    std::vector<std::string> metrics{request.xMetric, request.yMetric};
    for (const std::string& name : request.otherMetrics)
        if (std::find(metrics.begin(), metrics.end(), name) == metrics.end()) metrics.push_back(name);
    snapshot.points = store.runPoints(query, metrics);
    snapshot.metrics = store.metricNames(query);
    snapshot.settings = store.settingNames(query);
    snapshot.differingMetrics = store.differingMetrics(query);
    snapshot.differingSettings = store.differingSettings(query);
    query.sortBy = request.sortBy;
    query.descending = request.descending;
    snapshot.rows = store.runIds(query);
}

void readQueue(const Store& store, Snapshot& snapshot)
{
    for (const RunState state :
         {RunState::Running, RunState::Queued, RunState::Failed, RunState::Cancelled}) {
        RunQuery query;
        query.states = {state};
        query.limit = mostQueueRows;
        for (Run& run : store.runs(query)) snapshot.queue.push_back(std::move(run));
    }
    const std::map<RunState, int64_t> counts = store.countByState();
    const auto count = [&](RunState state) {
        const auto found = counts.find(state);
        return found == counts.end() ? int64_t(0) : found->second;
    };
    snapshot.queued = count(RunState::Queued);
    snapshot.running = count(RunState::Running);
    snapshot.failed = count(RunState::Failed);
    snapshot.done = count(RunState::Done);
    if (snapshot.queued + snapshot.running > 0)
        snapshot.typicalSeconds
            = store.typicalRunSeconds(snapshot.queue.front().request.model).value_or(-1);
}

} // namespace

Snapshot readSnapshot(const Store& store, const SnapshotRequest& request)
{
    Snapshot snapshot;
    snapshot.request = request;
    store.readConsistently([&] {
        snapshot.experiments = store.experiments(request.withArchived);
        readShown(store, snapshot);
        readQueue(store, snapshot);
    });
    return snapshot;
}

} // namespace paretoscope
