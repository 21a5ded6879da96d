// Everything the views show of a store at one moment. A value; made on any thread.
#pragma once

#include "core/store/store.h"

#include <set>
#include <string>
#include <vector>

namespace paretoscope {

struct SnapshotRequest {
    std::set<int64_t> shown; // experiments in the chart and the table
    bool withArchived = false;
    std::string filter;
    std::string sortBy = "id";
    bool descending = false;
    std::string xMetric, yMetric;
    std::vector<std::string> otherMetrics; // that points need beside these two

    bool operator==(const SnapshotRequest&) const = default;
};

struct Snapshot {
    SnapshotRequest request;
    std::vector<Experiment> experiments;
    std::vector<int64_t> rows; // run ids in the table's order
    std::vector<Run> points;   // Store::runPoints of the request's metrics
    std::vector<std::string> metrics, settings, differingMetrics, differingSettings;
    std::vector<Run> queue; // running, queued, failed, cancelled: the first of each
    int64_t queued = 0, running = 0, failed = 0, done = 0; // in the whole store, not archived
    double typicalSeconds = -1; // of a run of the queue's model; -1 unknown
};

Snapshot readSnapshot(const Store& store, const SnapshotRequest& request);

} // namespace paretoscope
