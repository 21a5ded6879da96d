// Reading and checking the description of an external tool.
#include "core/base/error.h"
#include "core/base/json.h"
#include "core/base/text.h"
#include "core/model/formats/export/export.h"
#include "core/strategy/external_tool.h"

#include <algorithm>
#include <cctype>
#include <cmath>

namespace paretoscope {

namespace {

constexpr size_t mostBytes = size_t{1} << 20;
constexpr double longestSeconds = 30 * 86400;

using Names = std::vector<std::string>;

const Names commonFields{"kind", "id", "name", "summary", "command", "timeout_seconds", "model_format"};
const Names strategyFields{"paper", "output_name", "parameters"};
const Names metricFields{"unit", "higher_is_better"};

bool isSnakeCase(const std::string& text)
{
    const auto allowed = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; };
    return !text.empty() && text.size() <= 64 && std::isalpha(static_cast<unsigned char>(text[0])) &&
           std::all_of(text.begin(), text.end(), allowed);
}

void refuseUnknownFields(const Json& object, Names known, const std::string& where)
{
    if (!object.is_object()) fail(ErrorCode::BadFile, "{}: must be an object", where);
    for (const auto& [name, value] : object.items())
        if (std::find(known.begin(), known.end(), name) == known.end())
            fail(ErrorCode::BadFile, "{}: there is no field '{}'{}", where, name, didYouMean(name, known));
}

std::string requireText(const Json& json, const char* field, const std::string& where)
{
    const std::string text = requireString(json, field, where);
    if (trimmed(text).empty()) fail(ErrorCode::BadFile, "{}: '{}' must not be empty", where, field);
    return text;
}

// "{name}" in `text` from `begin` on; npos when there is none. Other braces mean themselves.
size_t findPlaceholder(const std::string& text, size_t begin, std::string& name)
{
    for (size_t open = text.find('{', begin); open != std::string::npos; open = text.find('{', open + 1)) {
        const size_t close = text.find('}', open);
        if (close == std::string::npos) return std::string::npos;
        name = text.substr(open + 1, close - open - 1);
        if (isSnakeCase(name)) return open;
    }
    return std::string::npos;
}

Names placeholdersOf(const std::vector<std::string>& command)
{
    Names names;
    for (const std::string& word : command) {
        std::string name;
        for (size_t at = findPlaceholder(word, 0, name); at != std::string::npos; at = findPlaceholder(word, at + 1, name))
            names.push_back(name);
    }
    return names;
}

std::vector<std::string> commandFrom(const Json& json, const std::string& where)
{
    const Json& list = requireField(json, "command", where);
    if (!list.is_array() || list.empty() || !std::all_of(list.begin(), list.end(), [](const Json& w) { return w.is_string(); }))
        fail(ErrorCode::BadFile, "{}: 'command' must be a list of texts, the program first", where);
    auto command = list.get<std::vector<std::string>>();
    for (const std::string& word : command)
        if (word.find('\0') != std::string::npos) fail(ErrorCode::BadFile, "{}: 'command' holds a zero byte", where);
    if (command[0].empty()) fail(ErrorCode::BadFile, "{}: 'command' names no program", where);
    return command;
}

void checkPlaceholders(const ExternalTool& tool, const std::string& where)
{
    const bool strategy = tool.kind == ExternalTool::Kind::Strategy;
    Names known = strategy ? Names{"input", "output", "seed", "calibration", "here"} : Names{"model", "seed", "here"};
    for (const Parameter& parameter : tool.parameters) known.push_back(parameter.name);
    for (const std::string& name : placeholdersOf(tool.command))
        if (std::find(known.begin(), known.end(), name) == known.end())
            fail(ErrorCode::BadFile, "{}: 'command' uses '{{{}}}', which is not known{}", where, name, didYouMean(name, known));
    for (const char* needed : strategy ? std::vector<const char*>{"input", "output"} : std::vector<const char*>{"model"})
        if (!tool.uses(needed)) fail(ErrorCode::BadFile, "{}: 'command' must use '{{{}}}'", where, needed);
    for (const Parameter& parameter : tool.parameters)
        if (!tool.uses(parameter.name))
            fail(ErrorCode::BadFile, "{}: 'command' does not use '{{{}}}', so that setting would do nothing", where, parameter.name);
}

std::string formatFrom(const Json& json, const std::string& where)
{
    const std::string format = optionalString(json, "model_format", "safetensors", where);
    Names known{"paretoscope"};
    for (const ExportFormat* each : exports::all()) known.push_back(each->id);
    if (std::find(known.begin(), known.end(), format) == known.end())
        fail(ErrorCode::BadFile, "{}: there is no 'model_format' '{}'{}", where, format, didYouMean(format, known));
    return format;
}

void readStrategyFields(const Json& json, const std::string& where, ExternalTool& tool)
{
    tool.paper = optionalString(json, "paper", "", where);
    tool.outputName = optionalString(json, "output_name", tool.outputName, where);
    if (tool.outputName.empty() || tool.outputName[0] == '.' || tool.outputName.find('/') != std::string::npos)
        fail(ErrorCode::BadFile, "{}: 'output_name' must be a plain file name", where);
    if (!json.contains("parameters")) return;
    const Json& list = json["parameters"];
    if (!list.is_array()) fail(ErrorCode::BadFile, "{}: 'parameters' must be a list", where);
    for (const Json& each : list) {
        Parameter parameter = parameterFromJson(each, where);
        for (const Parameter& other : tool.parameters)
            if (other.name == parameter.name) fail(ErrorCode::BadFile, "{}: two parameters are called '{}'", where, parameter.name);
        for (const char* taken : {"input", "output", "seed", "calibration", "here"})
            if (parameter.name == taken) fail(ErrorCode::BadFile, "{}: a parameter cannot be called '{}'", where, taken);
        tool.parameters.push_back(std::move(parameter));
    }
}

} // namespace

bool ExternalTool::uses(const std::string& placeholder) const
{
    const Names used = placeholdersOf(command);
    return std::find(used.begin(), used.end(), placeholder) != used.end();
}

ExternalTool readExternalTool(const std::filesystem::path& file)
{
    const Json json = readJsonFile(file, mostBytes);
    const std::string where = "'" + file.string() + "'";
    if (!json.is_object()) fail(ErrorCode::BadFile, "{}: must be an object", where);
    const std::string kind = requireText(json, "kind", where);
    if (kind != "strategy" && kind != "metric") fail(ErrorCode::BadFile, "{}: 'kind' must be strategy or metric", where);
    ExternalTool tool;
    tool.file = std::filesystem::absolute(file);
    tool.kind = kind == "strategy" ? ExternalTool::Kind::Strategy : ExternalTool::Kind::Metric;
    Names known = commonFields;
    const Names& own = tool.kind == ExternalTool::Kind::Strategy ? strategyFields : metricFields;
    known.insert(known.end(), own.begin(), own.end());
    refuseUnknownFields(json, known, where);
    tool.id = requireText(json, "id", where);
    if (!isSnakeCase(tool.id)) fail(ErrorCode::BadFile, "{}: 'id' must be lower-case letters, digits and '_'", where);
    tool.name = requireText(json, "name", where);
    tool.summary = requireText(json, "summary", where);
    tool.command = commandFrom(json, where);
    tool.timeoutSeconds = optionalNumber(json, "timeout_seconds", tool.timeoutSeconds, where);
    if (!(tool.timeoutSeconds > 0 && tool.timeoutSeconds <= longestSeconds))
        fail(ErrorCode::BadFile, "{}: 'timeout_seconds' must be above 0 and at most {:.0f}", where, longestSeconds);
    tool.modelFormat = formatFrom(json, where);
    if (tool.kind == ExternalTool::Kind::Strategy) {
        readStrategyFields(json, where, tool);
    } else {
        tool.unit = optionalString(json, "unit", "", where);
        if (!requireField(json, "higher_is_better", where).is_boolean())
            fail(ErrorCode::BadFile, "{}: 'higher_is_better' must be true or false", where);
        tool.higherIsBetter = json["higher_is_better"].get<bool>();
    }
    checkPlaceholders(tool, where);
    return tool;
}

CommandOutcome runTool(const ExternalTool& tool, const std::map<std::string, std::string>& values,
                       const std::filesystem::path& folder, JobContext& job)
{
    CommandRequest request;
    request.folder = folder;
    request.timeoutSeconds = tool.timeoutSeconds;
    for (const std::string& word : tool.command) {
        std::string filled, name;
        size_t begin = 0;
        for (size_t at = findPlaceholder(word, 0, name); at != std::string::npos; at = findPlaceholder(word, begin, name)) {
            filled += word.substr(begin, at - begin);
            filled += name == "here" ? tool.file.parent_path().string() : values.at(name);
            begin = at + name.size() + 2;
        }
        request.words.push_back(filled + word.substr(begin));
    }
    std::string& program = request.words[0];
    if (program.find('/') != std::string::npos && program[0] != '/') program = (tool.file.parent_path() / program).string();
    CommandOutcome outcome = runCommand(request, job, tool.name);
    if (outcome.exitStatus == 0) return outcome;
    const std::string reason = lastLine(outcome.errors);
    fail(ErrorCode::Unsupported, "{}: '{}' ended with exit status {}{}", tool.fullId(), program, outcome.exitStatus,
         reason.empty() ? " and gave no reason" : ": " + reason);
}

} // namespace paretoscope
