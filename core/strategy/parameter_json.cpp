// A parameter from the form that toJson gives it.
#include "core/base/error.h"
#include "core/base/json.h"
#include "core/base/text.h"
#include "core/strategy/parameter.h"

#include <algorithm>

namespace paretoscope {

namespace {

ParameterType typeFrom(const std::string& name, const std::string& where)
{
    std::vector<std::string> known;
    for (const ParameterType type : {ParameterType::Integer, ParameterType::Number, ParameterType::Boolean,
                                     ParameterType::Choice, ParameterType::Text}) {
        if (name == parameterTypeName(type)) return type;
        known.emplace_back(parameterTypeName(type));
    }
    fail(ErrorCode::BadFile, "{}: there is no type '{}' of parameters{}", where, name, didYouMean(name, known));
}

bool isNumeric(const Parameter& parameter)
{
    return parameter.type == ParameterType::Integer || parameter.type == ParameterType::Number;
}

void readChoices(const Json& json, const std::string& where, Parameter& parameter)
{
    const bool needed = parameter.type == ParameterType::Choice;
    if (!json.contains("choices") && !needed) return;
    const Json& list = requireField(json, "choices", where);
    const auto fits = [&](const Json& each) { return isNumeric(parameter) ? each.is_number() : each.is_string(); };
    if (!list.is_array() || list.empty() || !std::all_of(list.begin(), list.end(), fits))
        fail(ErrorCode::BadFile, "{}: 'choices' must be a list of {}", where, isNumeric(parameter) ? "numbers" : "texts");
    if (isNumeric(parameter)) parameter.allowed = list.get<std::vector<double>>();
    else parameter.choices = list.get<std::vector<std::string>>();
}

// The default obeys the same rules as any value, so the same code checks it.
void readDefault(const Json& json, const std::string& where, Parameter& parameter)
{
    const Json& given = requireField(json, "default", where);
    try {
        const Settings settings = completeSettings({parameter}, {{parameter.name, given}}, where);
        if (isNumeric(parameter)) parameter.defaultNumber = settings.number(parameter.name);
        else if (parameter.type == ParameterType::Boolean) parameter.defaultNumber = settings.boolean(parameter.name);
        else parameter.defaultText = settings.text(parameter.name);
    } catch (const Error& error) {
        fail(ErrorCode::BadFile, "the default of {}", error.what());
    }
}

} // namespace

Parameter parameterFromJson(const Json& json, const std::string& place)
{
    static const std::vector<std::string> known{"name", "type", "title", "unit",    "help",
                                                "min",  "max",  "default", "choices", "advanced"};
    if (!json.is_object()) fail(ErrorCode::BadFile, "{}: a parameter must be an object", place);
    Parameter parameter;
    parameter.name = requireString(json, "name", place);
    const std::string where = fmt::format("{}: parameter '{}'", place, parameter.name);
    const auto plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; };
    if (parameter.name.empty() || !std::all_of(parameter.name.begin(), parameter.name.end(), plain) || parameter.name[0] < 'a')
        fail(ErrorCode::BadFile, "{}: 'name' must be lower-case letters, digits and '_'", where);
    for (const auto& [field, value] : json.items())
        if (std::find(known.begin(), known.end(), field) == known.end())
            fail(ErrorCode::BadFile, "{}: there is no field '{}'{}", where, field, didYouMean(field, known));
    parameter.type = typeFrom(requireString(json, "type", where), where);
    parameter.title = optionalString(json, "title", parameter.name, where);
    parameter.unit = optionalString(json, "unit", "", where);
    parameter.help = requireString(json, "help", where);
    parameter.advanced = optionalBool(json, "advanced", false, where);
    if (isNumeric(parameter)) {
        parameter.low = optionalNumber(json, "min", parameter.low, where);
        parameter.high = optionalNumber(json, "max", parameter.high, where);
        if (parameter.low > parameter.high) fail(ErrorCode::BadFile, "{}: 'min' is above 'max'", where);
    }
    readChoices(json, where, parameter);
    readDefault(json, where, parameter);
    return parameter;
}

} // namespace paretoscope
