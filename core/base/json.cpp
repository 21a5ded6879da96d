#include "core/base/json.h"

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/text.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <vector>

namespace paretoscope {

namespace {

constexpr int maxDepth = 64;

// Refuses what nlohmann accepts silently: excessive depth and duplicate keys.
class Guard {
public:
    explicit Guard(const std::string& where) : where_(where) {}

    bool operator()(int depth, Json::parse_event_t event, Json& parsed)
    {
        if (depth > maxDepth)
            fail(ErrorCode::BadFile, "{}: JSON is nested deeper than {} levels", where_, maxDepth);
        if (event == Json::parse_event_t::object_start) keys_.emplace_back();
        if (event == Json::parse_event_t::object_end) keys_.pop_back();
        if (event == Json::parse_event_t::key) {
            const auto& key = parsed.get_ref<const std::string&>();
            if (!keys_.back().insert(key).second)
                fail(ErrorCode::BadFile, "{}: JSON key '{}' appears twice", where_, key);
        }
        return true;
    }

private:
    const std::string& where_;
    std::vector<std::set<std::string>> keys_;
};

bool absent(const Json& object, const char* field)
{
    return !object.contains(field) || object.at(field).is_null();
}

} // namespace

Json parseJson(std::string_view text, const std::string& where)
{
    try {
        Guard guard(where);
        return Json::parse(text, [&guard](int depth, Json::parse_event_t event, Json& parsed) {
            return guard(depth, event, parsed);
        });
    } catch (const Json::exception& error) {
        // The library's text has its own prefix and may quote raw bytes; keep only the position.
        const auto* parse = dynamic_cast<const Json::parse_error*>(&error);
        fail(ErrorCode::BadFile, "{}: not valid JSON (at byte {})", where, parse ? parse->byte : 0);
    }
}

void forEachJsonLine(std::string_view text, const std::string& name,
                     const std::function<void(const Json& line, int64_t number, const std::string& where)>& visit)
{
    int64_t number = 0;
    for (size_t begin = 0; begin < text.size();) {
        const size_t end = std::min(text.find('\n', begin), text.size());
        const std::string_view line = trimmed(text.substr(begin, end - begin));
        begin = end + 1;
        ++number;
        if (line.empty()) continue;
        const std::string where = fmt::format("{}: line {}", name, number);
        visit(parseJson(line, where), number, where);
    }
}

Json readJsonFile(const std::filesystem::path& path, size_t maxBytes)
{
    return parseJson(readFile(path, maxBytes), path.string());
}

const Json& requireField(const Json& object, const char* field, const std::string& where)
{
    if (!object.is_object()) fail(ErrorCode::BadFile, "{}: expected a JSON object", where);
    const auto found = object.find(field);
    if (found == object.end() || found->is_null())
        fail(ErrorCode::BadFile, "{}: '{}' is missing", where, field);
    return *found;
}

int64_t requireInteger(const Json& object, const char* field, int64_t low, int64_t high,
                       const std::string& where)
{
    const Json& value = requireField(object, field, where);
    if (!value.is_number_integer())
        fail(ErrorCode::BadFile, "{}: '{}' must be an integer", where, field);
    // Unsigned values above int64 would wrap to negative ones.
    const bool huge = value.is_number_unsigned() && value.get<uint64_t>() > uint64_t(INT64_MAX);
    const int64_t number = huge ? 0 : value.get<int64_t>();
    if (huge || number < low || number > high)
        fail(ErrorCode::BadFile, "{}: '{}' is {}, outside {} to {}", where, field, value.dump(), low,
             high);
    return number;
}

std::string requireString(const Json& object, const char* field, const std::string& where)
{
    const Json& value = requireField(object, field, where);
    if (!value.is_string()) fail(ErrorCode::BadFile, "{}: '{}' must be a string", where, field);
    return value.get<std::string>();
}

int64_t optionalInteger(const Json& object, const char* field, int64_t low, int64_t high,
                        int64_t fallback, const std::string& where)
{
    return absent(object, field) ? fallback : requireInteger(object, field, low, high, where);
}

double optionalNumber(const Json& object, const char* field, double fallback,
                      const std::string& where)
{
    if (absent(object, field)) return fallback;
    const Json& value = object.at(field);
    if (!value.is_number()) fail(ErrorCode::BadFile, "{}: '{}' must be a number", where, field);
    const double number = value.get<double>();
    if (!std::isfinite(number)) fail(ErrorCode::BadFile, "{}: '{}' is not finite", where, field);
    return number;
}

bool optionalBool(const Json& object, const char* field, bool fallback, const std::string& where)
{
    if (absent(object, field)) return fallback;
    if (!object.at(field).is_boolean())
        fail(ErrorCode::BadFile, "{}: '{}' must be true or false", where, field);
    return object.at(field).get<bool>();
}

std::string optionalString(const Json& object, const char* field, const std::string& fallback,
                           const std::string& where)
{
    return absent(object, field) ? fallback : requireString(object, field, where);
}

} // namespace paretoscope
