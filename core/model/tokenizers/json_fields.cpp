#include "core/model/tokenizers/json_fields.h"

#include "core/base/error.h"

namespace paretoscope::tokenizers {

const Json& requireSteps(const Json& json, const char* field, const std::string& where)
{
    const Json& steps = requireField(json, field, where);
    if (!steps.is_array()) fail(ErrorCode::BadFile, "{}: '{}' must be an array", where, field);
    if (steps.size() > maxSequenceSteps)
        fail(ErrorCode::BadFile, "{}: '{}' has {} steps, more than {}", where, field, steps.size(),
             maxSequenceSteps);
    return steps;
}

Regex requirePattern(const Json& json, const char* field, const std::string& where)
{
    const Json& pattern = requireField(json, field, where);
    const std::string place = where + "." + field;
    if (pattern.is_string()) return Regex::literal(pattern.get_ref<const std::string&>(), place);
    if (pattern.is_object() && pattern.contains("String"))
        return Regex::literal(requireString(pattern, "String", place), place);
    if (pattern.is_object() && pattern.contains("Regex"))
        return Regex(requireString(pattern, "Regex", place), place);
    fail(ErrorCode::BadFile, "{}: '{}' must hold a 'String' or a 'Regex'", where, field);
}

int32_t requireTokenId(const Json& value, const std::string& where)
{
    if (!value.is_number_integer()) fail(ErrorCode::BadFile, "{} must be an integer", where);
    const bool tooLarge =
        value.is_number_unsigned() && value.get<uint64_t>() > uint64_t(maxTokenId);
    if (tooLarge || value.get<int64_t>() < 0)
        fail(ErrorCode::BadFile, "{} is {}, outside 0 to {}", where, value.dump(), maxTokenId);
    return int32_t(value.get<int64_t>());
}

} // namespace paretoscope::tokenizers
