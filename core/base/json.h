// JSON for files that may come from anywhere.
//
// Include this only where JSON is built or read; headers that merely pass it use json_forward.h.
#pragma once

#include "core/base/json_forward.h"

#include <filesystem>
#include <nlohmann/json.hpp>
#include <functional>
#include <string>
#include <string_view>

namespace paretoscope {

// Parses `text`; `where` names it in errors. Refuses text deeper than 64 levels, duplicate keys,
// invalid UTF-8 and anything after the value. Throws Error(BadFile).
Json parseJson(std::string_view text, const std::string& where);

// Every line of a JSON Lines text that is not empty, with `where` as "NAME: line 3". Throws Error(BadFile).
void forEachJsonLine(std::string_view text, const std::string& name,
                     const std::function<void(const Json& line, int64_t number, const std::string& where)>& visit);

// Reads and parses a file of at most `maxBytes`. Throws Error(NotFound, Io or BadFile).
Json readJsonFile(const std::filesystem::path& path, size_t maxBytes = size_t{256} << 20);

// Typed access with errors that name the place: "config.json: 'hidden_size' must be an integer".
// A number with a fraction is not an integer; an integer outside [low, high] is refused.
const Json& requireField(const Json& object, const char* field, const std::string& where);
int64_t requireInteger(const Json& object, const char* field, int64_t low, int64_t high,
                       const std::string& where);
std::string requireString(const Json& object, const char* field, const std::string& where);

// The same, with a value for an absent or null field.
int64_t optionalInteger(const Json& object, const char* field, int64_t low, int64_t high,
                        int64_t fallback, const std::string& where);
double optionalNumber(const Json& object, const char* field, double fallback,
                      const std::string& where);
bool optionalBool(const Json& object, const char* field, bool fallback, const std::string& where);
std::string optionalString(const Json& object, const char* field, const std::string& fallback,
                           const std::string& where);

} // namespace paretoscope
