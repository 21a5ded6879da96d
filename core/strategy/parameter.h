// Settings described as data. The settings form, the command line, sweep axes, JSON and the
// documentation are all made from these; a plugin never draws.
#pragma once

#include "core/base/json_forward.h"

#include <limits>
#include <memory>
#include <string>
#include <vector>

namespace paretoscope {

enum class ParameterType { Integer, Number, Boolean, Choice, Text };

struct Parameter {
    std::string name; // snake_case
    ParameterType type = ParameterType::Integer;
    std::string title; // for the form: "Group size"
    std::string unit;  // "bit", "tokens"; may be empty
    std::string help;  // one or two sentences
    bool advanced = false;

    double low = -std::numeric_limits<double>::infinity();
    double high = std::numeric_limits<double>::infinity();
    std::vector<double> allowed;      // numbers only: when not empty, nothing else
    std::vector<std::string> choices; // Choice only
    // The default, in the member that `type` says (Integer, Number: number; Boolean: 0 or 1).
    double defaultNumber = 0;
    std::string defaultText;

    static Parameter integer(std::string name, std::string title, int64_t fallback, int64_t low,
                             int64_t high, std::string help);
    static Parameter number(std::string name, std::string title, double fallback, double low,
                            double high, std::string help);
    static Parameter boolean(std::string name, std::string title, bool fallback, std::string help);
    static Parameter choice(std::string name, std::string title, std::string fallback,
                            std::vector<std::string> choices, std::string help);
    static Parameter text(std::string name, std::string title, std::string fallback,
                          std::string help);
    Parameter&& withUnit(std::string u) && { unit = std::move(u); return std::move(*this); }
    Parameter&& withAllowed(std::vector<double> values) && { allowed = std::move(values); return std::move(*this); }
    Parameter&& asAdvanced() && { advanced = true; return std::move(*this); }
};

// "int", "float", "bool", "choice", "text": the words of COMMANDS.md.
const char* parameterTypeName(ParameterType type);
Json toJson(const Parameter& parameter);
// The inverse. Error(BadFile): `where` and the parameter, then what is wrong.
Parameter parameterFromJson(const Json& json, const std::string& where);

// Values for a list of parameters: complete, checked, typed. A value.
class Settings {
public:
    int64_t integer(const std::string& name) const;
    double number(const std::string& name) const;
    bool boolean(const std::string& name) const;
    std::string text(const std::string& name) const; // Choice and Text

    const Json& json() const; // an object with every parameter
    bool operator==(const Settings& other) const;

private:
    friend Settings completeSettings(const std::vector<Parameter>&, const Json&, const std::string&);
    const Json& at(const std::string& name) const;
    std::shared_ptr<const Json> values_; // immutable, so sharing is copying
};

// Fills in defaults and checks every given value. Values may be JSON of the right type or text
// (from a command line). Error(BadUsage): "quantization.rtn: 'bits' is 9, allowed are 2, 3, 4..."
// or "... no setting 'bit' (did you mean 'bits'?)".
Settings completeSettings(const std::vector<Parameter>& parameters, const Json& given,
                          const std::string& where);

} // namespace paretoscope
