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
    Json operator()(const WorkerCosts& message) const
    {
        Json costs = Json::object();
        for (const Measurement& cost : message.costs) costs[cost.metric] = cost.value;
        return {{"run", message.run}, {"costs", std::move(costs)}};
    }
    Json operator()(const WorkerItem& message) const
    {
        return {{"run", message.run}, {"item", {message.item.item, message.item.score}}};
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

WorkerCosts costsFromJson(const Json& json)
{
    WorkerCosts message{runOf(json), {}};
    const Json& costs = requireField(json, "costs", speaker);
    if (!costs.is_object()) fail(ErrorCode::BadFile, "worker: 'costs' must be an object");
    for (const auto& [metric, value] : costs.items()) {
        if (!value.is_number()) fail(ErrorCode::BadFile, "worker: the cost '{}' must be a number", metric);
        Measurement cost;
        cost.metric = metric;
        cost.value = value.get<double>();
        message.costs.push_back(std::move(cost));
    }
    return message;
}

WorkerItem itemFromJson(const Json& json)
{
    const Json& item = requireField(json, "item", speaker);
    if (!item.is_array() || item.size() != 2 || !item[0].is_string() || !item[1].is_number())
        fail(ErrorCode::BadFile, "worker: 'item' must be a name and a score");
    return {runOf(json), {item[0].get<std::string>(), item[1].get<double>(), 1}};
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
    if (json.contains("costs")) return costsFromJson(json);
    if (json.contains("item")) return itemFromJson(json);
    if (json.contains("done")) return doneFromJson(json);
    if (json.contains("failed"))
        return WorkerFailed{runOf(json), errorCodeFromName(optionalString(json, "code", "", speaker)),
                            requireString(json, "error", speaker)};
    fail(ErrorCode::BadFile, "worker: a line says none of ready, progress, costs, item, done and failed");
}

} // namespace paretoscope
