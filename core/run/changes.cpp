#include "core/run/changes.h"

#include "core/base/log.h"
#include "core/evaluation/metric.h"

namespace paretoscope {

bool askedTheSame(const Run& a, const Run& b)
{
    const RunRequest &x = a.request, &y = b.request;
    return x.model == y.model && x.tasks == y.tasks && x.seed == y.seed && x.backend == y.backend;
}

namespace {

// Finished runs of the run's experiment; only baselines where it is none itself.
std::vector<int64_t> candidates(const Store& store, const Run& run)
{
    RunQuery query;
    query.experiments = {run.experimentId};
    query.states = {RunState::Done};
    if (!run.baseline()) query.text = "none";
    std::vector<int64_t> ids;
    for (const Run& other : store.runPoints(query, {}))
        if (run.baseline() || other.baseline()) ids.push_back(other.id);
    return ids;
}

void measure(Store& store, const Run& run, const Run& baseline)
{
    const std::vector<Measurement> changes = measureChanges(run.measurements, baseline.measurements);
    if (!changes.empty()) store.addMeasurements(run.id, changes);
}

} // namespace

void measureChangesOf(Store& store, int64_t id)
{
    try {
        const Run run = store.run(id);
        if (run.state != RunState::Done || run.foreign()) return;
        if (measureChanges(run.measurements, run.measurements).empty()) return; // it has no answers
        for (const int64_t other : candidates(store, run)) {
            const Run found = other == id ? run : store.run(other);
            if (!askedTheSame(run, found) || found.foreign()) continue;
            if (run.baseline())
                measure(store, found, run);
            else
                measure(store, run, found);
        }
    } catch (const Error& error) {
        logWarning("what changed in run {} was not measured: {}", id, error.what());
    }
}

} // namespace paretoscope
