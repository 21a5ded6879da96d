// What was asked and what came of it: plain values, kept by the store.
#pragma once

#include "core/base/error.h"
#include "core/base/json_forward.h"
#include "core/evaluation/measurement.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace paretoscope {

enum class RunState { Queued, Running, Done, Failed, Cancelled };
const char* runStateName(RunState state);
RunState runStateFromName(const std::string& name); // Error(BadFile)

// One task to run, with its settings and text.
struct TaskRequest {
    std::string task;
    std::string settings = "{}"; // JSON object
    std::string textFile;        // path, or empty

    bool operator==(const TaskRequest&) const = default;
};

// Everything a worker needs to know about a run.
struct RunRequest {
    std::string model;  // path or builtin:NAME
    std::string recipe; // Recipe::text()
    std::vector<TaskRequest> tasks;
    uint64_t seed = 1;
    int threads = 0; // 0 = all cores
    std::string backend = "cpu";
    std::string calibrationFile;
    // A metric of scores from 0 to 1 by which the run may be stopped early; empty = it is measured in full. No part
    // of what makes two requests the same run.
    std::string race;

    bool operator==(const RunRequest&) const = default;
};

// Why a run was ended before all its items were measured: it would have ended below another that costs no more.
struct EarlyStop {
    std::string metric;
    int64_t itemsSeen = 0, items = 0;
    int64_t dominatedBy = 0;    // run
    double difference = 0;      // the other's score minus its own, over the items seen
    double confidence = 0;      // that it would have ended below
    double savedSeconds = 0;    // about what the rest would have taken

    // "stopped early after 40 of 300 items: dominated by run 7"
    std::string text() const;
    bool operator==(const EarlyStop&) const = default;
};

struct Provenance {
    std::string version;
    uint64_t seed = 0;
    int threads = 0;
    std::string backend;       // "cpu"
    std::string backendDetail; // BLAS core type, SIMD target
    std::string modelFingerprint;
    std::string dataFingerprint;
    std::string recipeFingerprint;
    std::string machine; // processor and memory
    std::string origin;  // the program that measured an imported run; empty = this one
    std::vector<std::string> notes;
    std::optional<EarlyStop> earlyStop = {};
};

struct Run {
    int64_t id = 0;
    int64_t experimentId = 0;
    std::string experiment; // name
    int64_t order = 0;      // place in the experiment; the baseline is 0
    RunRequest request;
    std::string settings = "{}"; // JSON object of all the recipe's settings
    RunState state = RunState::Queued;
    std::string error; // one sentence when failed
    ErrorCode errorCode = ErrorCode::Internal;
    double createdAt = 0, startedAt = 0, finishedAt = 0; // seconds since 1970; 0 = not yet
    Provenance provenance;
    std::vector<Measurement> measurements; // items only when asked for

    bool baseline() const { return request.recipe == "none"; }
    bool foreign() const { return !provenance.origin.empty(); } // imported, not measured here
    // By a race: nothing of it counts as measured, `error` tells why. What a user cancelled has no error.
    bool stoppedEarly() const { return state == RunState::Cancelled && !error.empty(); }
    std::string stateName() const; // "done", "stopped early"
    const Measurement* measurement(const std::string& metric) const;
};

struct Experiment {
    int64_t id = 0;
    std::string name;
    std::string model;
    std::string note;
    std::vector<std::string> tags;
    bool archived = false;
    double createdAt = 0;
    int64_t runs = 0, done = 0, failed = 0, queued = 0, cancelled = 0; // counts, filled by the store
};

// The file that `paretoscope run EXPERIMENT.json` reads, and the options that stand for it.
struct ExperimentPlan {
    std::string name;
    std::string model;
    std::vector<std::string> recipes; // texts, without the baseline; sweeps already expanded
    std::vector<TaskRequest> tasks;
    uint64_t seed = 1;
    int threads = 0;
    std::string backend = "cpu";
    std::string calibrationFile;
    std::string race; // of the runs, see RunRequest; never of the baseline

    std::vector<RunRequest> requests() const; // the baseline ("none") first, no recipe twice
};

// The forms of the worker protocol and the store. Numbers that JSON does not have (a perplexity
// can be infinite) are the texts "infinity", "-infinity" and "nan". Error(BadFile) names `where`.
Json toJson(const TaskRequest& task);
TaskRequest taskRequestFromJson(const Json& json, const std::string& where); // or just its id
Json toJson(const RunRequest& request);
RunRequest runRequestFromJson(const Json& json, const std::string& where);
Json toJson(const Provenance& provenance);
Provenance provenanceFromJson(const Json& json, const std::string& where);
Json toJson(const Measurement& measurement); // with items
Measurement measurementFromJson(const Json& json, const std::string& where);

// {"name", "model", "recipes": [text or object, ...], "sweep": {"bits": [2, 3], ...}, "tasks":
// [{"task", "settings", "text"}], "seed", "threads", "backend", "calibration", "race"}. Relative paths are
// relative to the file. Error(NotFound, BadFile, BadUsage).
ExperimentPlan readExperimentPlan(const std::string& path);

} // namespace paretoscope
