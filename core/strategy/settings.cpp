#include "core/base/error.h"
#include "core/base/json.h"
#include "core/base/text.h"
#include "core/strategy/parameter.h"

#include <algorithm>
#include <cmath>
#include <fmt/ranges.h>
#include <optional>

namespace paretoscope {

namespace {

[[noreturn]] void refuse(const Parameter& parameter, const Json& value, const std::string& where,
                         const std::string& wanted)
{
    const std::string shown = value.is_string() ? value.get<std::string>() : value.dump();
    fail(ErrorCode::BadUsage, "{}: '{}' is '{}', but must be {}", where, parameter.name, shown, wanted);
}

std::string numberList(const std::vector<double>& values)
{
    std::vector<std::string> texts;
    for (const double value : values) texts.push_back(numberText(value));
    return fmt::format("one of {}", fmt::join(texts, ", "));
}

Json checkedNumber(const Parameter& parameter, const Json& value, const std::string& where)
{
    const bool integer = parameter.type == ParameterType::Integer;
    std::optional<double> number;
    if (value.is_number()) number = value.get<double>();
    if (value.is_string()) number = parseNumber(value.get_ref<const std::string&>());
    const bool whole = number && std::isfinite(*number) && *number == std::floor(*number);
    if (!number || !std::isfinite(*number) || (integer && (!whole || std::abs(*number) > 9e15)))
        refuse(parameter, value, where, integer ? "a whole number" : "a number");
    if (!parameter.allowed.empty() &&
        std::find(parameter.allowed.begin(), parameter.allowed.end(), *number) == parameter.allowed.end())
        refuse(parameter, value, where, numberList(parameter.allowed));
    if (*number < parameter.low || *number > parameter.high)
        refuse(parameter, value, where,
               fmt::format("{} to {}", numberText(parameter.low), numberText(parameter.high)));
    return integer ? Json(int64_t(*number)) : Json(*number);
}

Json checkedBoolean(const Parameter& parameter, const Json& value, const std::string& where)
{
    if (value.is_boolean()) return value;
    if (value == "true" || value == "1" || value == "on" || value == 1) return true;
    if (value == "false" || value == "0" || value == "off" || value == 0) return false;
    refuse(parameter, value, where, "true or false");
}

Json checkedText(const Parameter& parameter, const Json& value, const std::string& where)
{
    if (!value.is_string() && !value.is_number()) refuse(parameter, value, where, "text");
    const std::string text = value.is_string() ? value.get<std::string>() : value.dump();
    const auto& choices = parameter.choices;
    if (parameter.type == ParameterType::Choice && std::find(choices.begin(), choices.end(), text) == choices.end())
        refuse(parameter, value, where, fmt::format("one of {}", fmt::join(choices, ", ")));
    return text;
}

Json checkedValue(const Parameter& parameter, const Json& value, const std::string& where)
{
    switch (parameter.type) {
    case ParameterType::Integer:
    case ParameterType::Number: return checkedNumber(parameter, value, where);
    case ParameterType::Boolean: return checkedBoolean(parameter, value, where);
    case ParameterType::Choice:
    case ParameterType::Text: return checkedText(parameter, value, where);
    }
    return value;
}

} // namespace

const Json& Settings::at(const std::string& name) const
{
    if (!values_ || !values_->contains(name)) fail(ErrorCode::Internal, "no setting '{}'", name);
    return values_->at(name);
}

int64_t Settings::integer(const std::string& name) const
{
    return at(name).get<int64_t>();
}

double Settings::number(const std::string& name) const
{
    return at(name).get<double>();
}

bool Settings::boolean(const std::string& name) const
{
    return at(name).get<bool>();
}

std::string Settings::text(const std::string& name) const
{
    return at(name).get<std::string>();
}

const Json& Settings::json() const
{
    static const Json none = Json::object();
    return values_ ? *values_ : none;
}

bool Settings::operator==(const Settings& other) const
{
    return json() == other.json();
}

Settings completeSettings(const std::vector<Parameter>& parameters, const Json& given, const std::string& where)
{
    if (!given.is_object()) fail(ErrorCode::BadUsage, "{}: settings must be a JSON object", where);
    std::vector<std::string> names;
    Json values = Json::object();
    for (const Parameter& parameter : parameters) {
        names.push_back(parameter.name);
        values[parameter.name] = given.contains(parameter.name)
                                     ? checkedValue(parameter, given.at(parameter.name), where)
                                     : toJson(parameter).at("default");
    }
    for (const auto& [name, value] : given.items())
        if (!values.contains(name))
            fail(ErrorCode::BadUsage, "{}: there is no setting '{}'{}", where, name, didYouMean(name, names));
    Settings settings;
    settings.values_ = std::make_shared<const Json>(std::move(values));
    return settings;
}

} // namespace paretoscope
