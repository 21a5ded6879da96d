// Experiments, runs and measurements in one SQLite file.
//
// The store is the truth: views read it, the scheduler writes it, a kill at any moment loses at
// most the runs in flight. WAL, STRICT tables, numbered migrations, prepared statements only.
#pragma once

#include "core/experiment/experiment.h"

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace paretoscope {

enum class StoreAccess { ReadWrite, ReadOnly };

// What runs to list, and how: turned into SQL, so that large stores stay fast.
struct RunQuery {
    std::vector<int64_t> experiments; // empty = all that are not archived
    std::vector<RunState> states;     // empty = all
    std::string text;                 // in recipe, experiment name or error; empty = all
    std::string sortBy;               // "id", "recipe", "state", "experiment" or a metric's name
    bool descending = false;
    int64_t offset = 0;
    int64_t limit = -1; // -1 = all
};

// Not thread-safe: one Store a thread (SQLite connections are cheap). Several processes may have
// one file open; writers wait for each other.
class Store {
public:
    // Creates the file when it does not exist (ReadWrite only) and upgrades older schemas. Errors:
    // BadFile "is not a Paretoscope store" or "was written by a newer version", Io, DiskFull.
    static std::unique_ptr<Store> open(const std::filesystem::path& path,
                                       StoreAccess access = StoreAccess::ReadWrite);
    ~Store();
    Store(const Store&) = delete;
    Store& operator=(const Store&) = delete;

    const std::filesystem::path& path() const;

    // --- experiments
    // Finds the experiment of that name or makes it. An existing one of another model is
    // Error(BadUsage).
    Experiment openExperiment(const std::string& name, const std::string& model);
    std::vector<Experiment> experiments(bool withArchived = false) const; // newest first
    std::optional<Experiment> experimentByName(const std::string& name) const;
    Experiment experimentById(int64_t id) const;                // Error(NotFound)
    void renameExperiment(int64_t id, const std::string& name); // Error(BadUsage) when taken
    void setExperimentNote(int64_t id, const std::string& note);
    void setExperimentTags(int64_t id, const std::vector<std::string>& tags);
    void setExperimentArchived(int64_t id, bool archived);

    // --- runs
    // Adds the requests that the experiment does not hold yet (same model, recipe, tasks, seed,
    // backend and, but for the baseline, calibration text); ones that failed or were cancelled are
    // queued again when `retry`, those that a race stopped only by a request without one. Returns all matching run ids in the order of the requests.
    // `settings` are the merged settings as JSON texts; empty = none known.
    std::vector<int64_t> addRuns(int64_t experiment, const std::vector<RunRequest>& requests,
                                 const std::vector<std::string>& settings, bool retry = true);
    std::vector<Run> runs(const RunQuery& query = {}) const; // measurements without items
    int64_t countRuns(const RunQuery& query = {}) const;
    Run run(int64_t id) const; // with items; Error(NotFound)
    std::vector<ItemScore> items(int64_t run, const std::string& metric) const;
    // Names of the metrics that any run of the query has; of the settings that appear.
    std::vector<std::string> metricNames(const RunQuery& query = {}) const;
    std::vector<std::string> settingNames(const RunQuery& query = {}) const;

    // --- runs in bulk, for views of large stores
    std::vector<int64_t> runIds(const RunQuery& query = {}) const; // in the order of the query
    std::vector<Run> runsById(const std::vector<int64_t>& ids) const; // as runs(); unknown ids skipped
    // Only id, experiment, order, recipe, state and the named measurements, ordered by id: what a
    // chart needs, many times faster than runs().
    std::vector<Run> runPoints(const RunQuery& query, const std::vector<std::string>& metrics) const;
    // Settings that are not the same in every run of the query that is not a baseline; metrics
    // that are not the same in every run.
    std::vector<std::string> differingSettings(const RunQuery& query = {}) const;
    std::vector<std::string> differingMetrics(const RunQuery& query = {}) const;
    std::map<RunState, int64_t> countByState(const RunQuery& query = {}) const;

    // The next queued run becomes Running, owned by this process. Nothing when none is queued.
    // Without a list of experiments, those of archived ones wait.
    std::optional<Run> takeQueuedRun(const std::vector<int64_t>& experiments = {});
    // finishRun, failRun and cancelRun change a run that is queued or running and leave any other
    // as it is: what was cancelled stays cancelled, and the first of two results stays.
    void finishRun(int64_t id, const Provenance& provenance,
                   const std::vector<Measurement>& measurements);
    // Adds to the measurements of a finished run, replacing those of the same metrics; leaves any
    // other run as it is.
    void addMeasurements(int64_t id, const std::vector<Measurement>& measurements);
    // Adds runs that are done already, measured by another program (Run::foreign): of each its request,
    // settings, provenance and measurements count. One that is there already gets the new measurements.
    // All or nothing; returns the ids. Error(BadUsage) where a run without origin is in the way.
    std::vector<int64_t> importRuns(int64_t experiment, const std::vector<Run>& runs);
    void failRun(int64_t id, ErrorCode code, const std::string& error);
    void cancelRun(int64_t id);
    void stopRun(int64_t id, const EarlyStop& stop); // as cancelRun, with the reason: Run::stoppedEarly
    void queueRunAgain(int64_t id); // whatever its state; its measurements are dropped
    // Runs marked Running whose process is gone become Queued. Returns how many.
    int64_t requeueAbandonedRuns();

    // Seconds that runs like this one took: for "time left". Nothing without history.
    std::optional<double> typicalRunSeconds(const std::string& model) const;

    // Runs `read`, which may call any of the reading functions: they all see the store as it is at
    // one instant, so that counts and lists agree whatever other connections write meanwhile.
    void readConsistently(const std::function<void()>& read) const;

    // Grows with every change by any process; cheap to poll. View settings do not count.
    int64_t changeCounter() const;

    // --- small settings of views (axes, filters), by name
    void setSetting(const std::string& name, const std::string& value);
    std::optional<std::string> setting(const std::string& name) const;

    static constexpr int schemaVersion = 1;

private:
    struct Implementation;
    explicit Store(std::unique_ptr<Implementation> implementation);
    std::unique_ptr<Implementation> implementation_;
};

} // namespace paretoscope
