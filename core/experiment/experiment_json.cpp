#include "core/base/json.h"
#include "core/experiment/experiment.h"

#include <cmath>
#include <limits>

namespace paretoscope {

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr int64_t anyInteger = std::numeric_limits<int64_t>::max();
constexpr int64_t maxThreads = 4096;

Json numberJson(double value)
{
    if (std::isfinite(value)) return value;
    if (std::isnan(value)) return "nan";
    return value > 0 ? "infinity" : "-infinity";
}

double numberOf(const Json& json, const std::string& where)
{
    if (json.is_number()) return json.get<double>();
    if (json == "infinity") return infinity;
    if (json == "-infinity") return -infinity;
    if (json.is_null() || json == "nan") return std::numeric_limits<double>::quiet_NaN();
    fail(ErrorCode::BadFile, "{}: {} is not a number", where,
         json.dump(-1, ' ', true, Json::error_handler_t::replace).substr(0, 40));
}

std::optional<double> optionalNumberOf(const Json& json, const char* field,
                                       const std::string& where)
{
    const auto found = json.find(field);
    if (found == json.end() || found->is_null()) return std::nullopt;
    return numberOf(*found, where);
}

// Seeds use all 64 bits.
uint64_t seedOf(const Json& json, uint64_t fallback, const std::string& where)
{
    const auto found = json.find("seed");
    if (found == json.end() || found->is_null()) return fallback;
    if (!found->is_number_unsigned())
        fail(ErrorCode::BadFile, "{}: 'seed' must be a whole number from 0", where);
    return found->get<uint64_t>();
}

const Json& listOf(const Json& json, const char* field, const std::string& where)
{
    static const Json none = Json::array();
    const auto found = json.find(field);
    if (found == json.end() || found->is_null()) return none;
    if (!found->is_array()) fail(ErrorCode::BadFile, "{}: '{}' must be a list", where, field);
    return *found;
}

void requireObject(const Json& json, const std::string& where)
{
    if (!json.is_object()) fail(ErrorCode::BadFile, "{}: expected a JSON object", where);
}

ItemScore itemFromJson(const Json& json, const std::string& where)
{
    if (!json.is_array() || json.size() < 2 || json.size() > 3 || !json[0].is_string())
        fail(ErrorCode::BadFile, "{}: an item must be [name, score] or [name, score, weight]",
             where);
    ItemScore item{json[0].get<std::string>(), numberOf(json[1], where), 1};
    if (json.size() == 3) item.weight = numberOf(json[2], where);
    return item;
}

} // namespace

Json toJson(const TaskRequest& task)
{
    Json json{{"task", task.task}, {"settings", parseJson(task.settings, "task settings")}};
    if (!task.textFile.empty()) json["text"] = task.textFile;
    return json;
}

TaskRequest taskRequestFromJson(const Json& json, const std::string& where)
{
    if (json.is_string()) return {json.get<std::string>(), "{}", ""};
    requireObject(json, where);
    TaskRequest task;
    task.task = requireString(json, "task", where);
    task.textFile = optionalString(json, "text", "", where);
    const auto settings = json.find("settings");
    if (settings == json.end() || settings->is_null()) return task;
    if (!settings->is_object()) fail(ErrorCode::BadFile, "{}: 'settings' must be an object", where);
    task.settings = settings->dump();
    return task;
}

Json toJson(const RunRequest& request)
{
    Json tasks = Json::array();
    for (const TaskRequest& task : request.tasks)
        tasks.push_back(toJson(task));
    Json json{{"model", request.model},
            {"recipe", request.recipe},
            {"tasks", std::move(tasks)},
            {"seed", request.seed},
            {"threads", request.threads},
            {"backend", request.backend},
            {"calibration", request.calibrationFile}};
    if (!request.race.empty()) json["race"] = request.race;
    return json;
}

RunRequest runRequestFromJson(const Json& json, const std::string& where)
{
    RunRequest request;
    request.model = requireString(json, "model", where);
    request.recipe = requireString(json, "recipe", where);
    for (const Json& task : listOf(json, "tasks", where))
        request.tasks.push_back(taskRequestFromJson(task, where));
    request.seed = seedOf(json, 1, where);
    request.threads = int(optionalInteger(json, "threads", 0, maxThreads, 0, where));
    request.backend = optionalString(json, "backend", "cpu", where);
    request.calibrationFile = optionalString(json, "calibration", "", where);
    request.race = optionalString(json, "race", "", where);
    return request;
}

namespace {

Json earlyStopJson(const EarlyStop& stop)
{
    return {{"metric", stop.metric},
            {"items_seen", stop.itemsSeen},
            {"items", stop.items},
            {"dominated_by", stop.dominatedBy},
            {"difference", stop.difference},
            {"confidence", stop.confidence},
            {"saved_seconds", stop.savedSeconds}};
}

EarlyStop earlyStopFromJson(const Json& json, const std::string& where)
{
    requireObject(json, where);
    EarlyStop stop;
    stop.metric = requireString(json, "metric", where);
    stop.itemsSeen = requireInteger(json, "items_seen", 0, anyInteger, where);
    stop.items = requireInteger(json, "items", 0, anyInteger, where);
    stop.dominatedBy = requireInteger(json, "dominated_by", 0, anyInteger, where);
    stop.difference = optionalNumber(json, "difference", 0, where);
    stop.confidence = optionalNumber(json, "confidence", 0, where);
    stop.savedSeconds = optionalNumber(json, "saved_seconds", 0, where);
    return stop;
}

} // namespace

Json toJson(const Provenance& p)
{
    Json json{{"version", p.version},
            {"seed", p.seed},
            {"threads", p.threads},
            {"backend", p.backend},
            {"backend_detail", p.backendDetail},
            {"model_fingerprint", p.modelFingerprint},
            {"data_fingerprint", p.dataFingerprint},
            {"recipe_fingerprint", p.recipeFingerprint},
            {"machine", p.machine},
            {"notes", p.notes}};
    if (!p.origin.empty()) json["origin"] = p.origin;
    if (p.earlyStop) json["stopped_early"] = earlyStopJson(*p.earlyStop);
    return json;
}

Provenance provenanceFromJson(const Json& json, const std::string& where)
{
    requireObject(json, where);
    Provenance p;
    p.version = optionalString(json, "version", "", where);
    p.seed = seedOf(json, 0, where);
    p.threads = int(optionalInteger(json, "threads", 0, maxThreads, 0, where));
    p.backend = optionalString(json, "backend", "", where);
    p.backendDetail = optionalString(json, "backend_detail", "", where);
    p.modelFingerprint = optionalString(json, "model_fingerprint", "", where);
    p.dataFingerprint = optionalString(json, "data_fingerprint", "", where);
    p.recipeFingerprint = optionalString(json, "recipe_fingerprint", "", where);
    p.machine = optionalString(json, "machine", "", where);
    p.origin = optionalString(json, "origin", "", where);
    if (json.contains("stopped_early")) p.earlyStop = earlyStopFromJson(json["stopped_early"], where);
    for (const Json& note : listOf(json, "notes", where)) {
        if (!note.is_string()) fail(ErrorCode::BadFile, "{}: a note must be a text", where);
        p.notes.push_back(note.get<std::string>());
    }
    return p;
}

Json toJson(const Measurement& measurement)
{
    Json json{{"metric", measurement.metric},
              {"value", numberJson(measurement.value)},
              {"count", measurement.count}};
    const auto put = [&json](const char* field, const std::optional<double>& value) {
        if (value) json[field] = numberJson(*value);
    };
    put("stderr", measurement.standardError);
    put("low", measurement.low);
    put("high", measurement.high);
    if (measurement.items.empty()) return json;
    Json items = Json::array();
    for (const ItemScore& item : measurement.items) {
        Json row{item.item, numberJson(item.score)};
        if (item.weight != 1) row.push_back(numberJson(item.weight));
        items.push_back(std::move(row));
    }
    json["items"] = std::move(items);
    return json;
}

Measurement measurementFromJson(const Json& json, const std::string& where)
{
    Measurement m;
    m.metric = requireString(json, "metric", where);
    if (!json.contains("value")) fail(ErrorCode::BadFile, "{}: 'value' is missing", where);
    m.value = numberOf(json["value"], where);
    m.standardError = optionalNumberOf(json, "stderr", where);
    m.low = optionalNumberOf(json, "low", where);
    m.high = optionalNumberOf(json, "high", where);
    m.count = optionalInteger(json, "count", 0, anyInteger, 0, where);
    for (const Json& item : listOf(json, "items", where))
        m.items.push_back(itemFromJson(item, where));
    return m;
}

} // namespace paretoscope
