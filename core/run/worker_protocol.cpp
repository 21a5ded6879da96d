#include "core/run/worker_protocol.h"

#include "core/base/json.h"

#include <limits>
#include <utility>

namespace paretoscope {

namespace {

constexpr const char* speaker = "worker";

std::string line(const Json& json)
{
    return json.dump(-1, ' ', false, Json::error_handler_t::replace) + '\n';
}

int64_t runOf(const Json& json)
{
    return requireInteger(json, "run", 0, std::numeric_limits<int64_t>::max(), speaker);
}

struct ToJson {
    Json operator()(const WorkerReady& ready) const
    {
        return {{"ready", true}, {"version", ready.version}};
    }
    Json operator()(const WorkerProgress& progress) const
    {
        return {{"run", progress.run}, {"progress", progress.fraction}, {"stage", progress.stage}};
    }
    Json operator()(const WorkerDone& done) const
    {
        Json measurements = Json::array();
        for (const Measurement& measurement : done.outcome.measurements)
            measurements.push_back(toJson(measurement));
        return {{"run", done.run},
                {"done", true},
                {"provenance", toJson(done.outcome.provenance)},
                {"measurements", std::move(measurements)}};
    }
    Json operator()(const WorkerFailed& failed) const
    {
        return {{"run", failed.run},
                {"failed", true},
                {"code", errorCodeName(failed.code)},
                {"error", failed.error}};
    }
};

WorkerDone doneFromJson(const Json& json)
{
    WorkerDone done{runOf(json), {}};
    done.outcome.provenance = provenanceFromJson(requireField(json, "provenance", speaker), speaker);
    const Json& measurements = requireField(json, "measurements", speaker);
    if (!measurements.is_array()) fail(ErrorCode::BadFile, "worker: 'measurements' must be a list");
    for (const Json& measurement : measurements)
        done.outcome.measurements.push_back(measurementFromJson(measurement, speaker));
    return done;
}

} // namespace

std::string requestLine(int64_t run, const RunRequest& request)
{
    return line({{"run", run}, {"request", toJson(request)}});
}

WorkerRequest parseRequestLine(const std::string& text)
{
    const Json json = parseJson(text, "request");
    if (!json.is_object()) fail(ErrorCode::BadFile, "request: a line must be a JSON object");
    return {requireInteger(json, "run", 0, std::numeric_limits<int64_t>::max(), "request"),
            runRequestFromJson(requireField(json, "request", "request"), "request")};
}

std::string messageLine(const WorkerMessage& message)
{
    return line(std::visit(ToJson{}, message));
}

WorkerMessage parseMessageLine(const std::string& text)
{
    const Json json = parseJson(text, speaker);
    if (!json.is_object()) fail(ErrorCode::BadFile, "worker: a line must be a JSON object");
    if (json.contains("ready")) return WorkerReady{requireString(json, "version", speaker)};
    if (json.contains("progress"))
        return WorkerProgress{runOf(json), optionalNumber(json, "progress", 0, speaker),
                              optionalString(json, "stage", "", speaker)};
    if (json.contains("done")) return doneFromJson(json);
    if (json.contains("failed"))
        return WorkerFailed{runOf(json), errorCodeFromName(optionalString(json, "code", "", speaker)),
                            requireString(json, "error", speaker)};
    fail(ErrorCode::BadFile, "worker: a line says none of ready, progress, done and failed");
}

} // namespace paretoscope
