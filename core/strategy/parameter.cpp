#include "core/strategy/parameter.h"

#include "core/base/error.h"
#include "core/base/json.h"

#include <cmath>

namespace paretoscope {

namespace {

Parameter described(std::string name, ParameterType type, std::string title, std::string help)
{
    Parameter parameter;
    parameter.name = std::move(name);
    parameter.type = type;
    parameter.title = std::move(title);
    parameter.help = std::move(help);
    return parameter;
}

} // namespace

Parameter Parameter::integer(std::string name, std::string title, int64_t fallback, int64_t low, int64_t high,
                             std::string help)
{
    Parameter parameter = described(std::move(name), ParameterType::Integer, std::move(title), std::move(help));
    parameter.defaultNumber = double(fallback);
    parameter.low = double(low);
    parameter.high = double(high);
    return parameter;
}

Parameter Parameter::number(std::string name, std::string title, double fallback, double low, double high,
                            std::string help)
{
    Parameter parameter = described(std::move(name), ParameterType::Number, std::move(title), std::move(help));
    parameter.defaultNumber = fallback;
    parameter.low = low;
    parameter.high = high;
    return parameter;
}

Parameter Parameter::boolean(std::string name, std::string title, bool fallback, std::string help)
{
    Parameter parameter = described(std::move(name), ParameterType::Boolean, std::move(title), std::move(help));
    parameter.defaultNumber = fallback ? 1 : 0;
    return parameter;
}

Parameter Parameter::choice(std::string name, std::string title, std::string fallback,
                            std::vector<std::string> choices, std::string help)
{
    Parameter parameter = described(std::move(name), ParameterType::Choice, std::move(title), std::move(help));
    parameter.defaultText = std::move(fallback);
    parameter.choices = std::move(choices);
    return parameter;
}

Parameter Parameter::text(std::string name, std::string title, std::string fallback, std::string help)
{
    Parameter parameter = described(std::move(name), ParameterType::Text, std::move(title), std::move(help));
    parameter.defaultText = std::move(fallback);
    return parameter;
}

const char* parameterTypeName(ParameterType type)
{
    switch (type) {
    case ParameterType::Integer: return "int";
    case ParameterType::Number: return "float";
    case ParameterType::Boolean: return "bool";
    case ParameterType::Choice: return "choice";
    case ParameterType::Text: return "text";
    }
    return "text";
}

Json toJson(const Parameter& parameter)
{
    Json json{{"name", parameter.name}, {"type", parameterTypeName(parameter.type)}, {"title", parameter.title},
              {"unit", parameter.unit}, {"help", parameter.help},                    {"advanced", parameter.advanced}};
    const bool integer = parameter.type == ParameterType::Integer;
    const auto numeric = [integer](double value) { return integer ? Json(int64_t(value)) : Json(value); };
    if (integer || parameter.type == ParameterType::Number) {
        json["default"] = numeric(parameter.defaultNumber);
        if (std::isfinite(parameter.low)) json["min"] = numeric(parameter.low);
        if (std::isfinite(parameter.high)) json["max"] = numeric(parameter.high);
        for (const double value : parameter.allowed) json["choices"].push_back(numeric(value));
    } else if (parameter.type == ParameterType::Boolean) {
        json["default"] = parameter.defaultNumber != 0;
    } else {
        json["default"] = parameter.defaultText;
        if (!parameter.choices.empty()) json["choices"] = parameter.choices;
    }
    return json;
}

} // namespace paretoscope
