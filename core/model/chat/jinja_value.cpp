#include "core/model/chat/jinja_value.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

namespace paretoscope::jinja {

namespace {

std::string spelled(double number)
{
    if (std::isnan(number)) return "nan";
    if (std::isinf(number)) return number > 0 ? "inf" : "-inf";
    std::string text = fmt::format("{}", number);
    if (text.find_first_of(".e") == text.npos) text += ".0";
    return text;
}

std::string pythonQuoted(const std::string& text)
{
    const char mark = text.find('\'') != text.npos && text.find('"') == text.npos ? '"' : '\'';
    std::string result(1, mark);
    for (const char c : text) {
        if (c == mark || c == '\\') result += '\\';
        if (c == '\n') result += "\\n";
        else if (c == '\t') result += "\\t";
        else if (c == '\r') result += "\\r";
        else result += c;
    }
    return result + mark;
}

std::string jsonQuoted(const std::string& text)
{
    std::string result = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') result += std::string{'\\', c};
        else if (c == '\n') result += "\\n";
        else if (c == '\r') result += "\\r";
        else if (c == '\t') result += "\\t";
        else if (uint8_t(c) < 0x20) result += fmt::format("\\u{:04x}", uint8_t(c));
        else result += c;
    }
    return result + "\"";
}

} // namespace

const Value* Dict::find(const std::string& key) const
{
    for (const auto& [name, value] : entries)
        if (name == key) return &value;
    return nullptr;
}

void Dict::set(const std::string& key, Value value)
{
    for (auto& [name, old] : entries)
        if (name == key) {
            old = std::move(value);
            return;
        }
    entries.emplace_back(key, std::move(value));
}

const List* Value::list() const
{
    const auto* shared = std::get_if<std::shared_ptr<const List>>(&data_);
    return shared ? shared->get() : nullptr;
}

Dict* Value::dict() const
{
    const auto* shared = std::get_if<std::shared_ptr<Dict>>(&data_);
    return shared ? shared->get() : nullptr;
}

const Callable* Value::callable() const
{
    const auto* shared = std::get_if<std::shared_ptr<const Callable>>(&data_);
    return shared ? shared->get() : nullptr;
}

double Value::number() const
{
    if (integer()) return double(*integer());
    if (real()) return *real();
    return boolean() && *boolean() ? 1 : 0;
}

bool Value::truth() const
{
    if (isNumber()) return number() != 0;
    if (text()) return !text()->empty();
    if (list()) return !list()->empty();
    if (dict()) return !dict()->entries.empty();
    return callable() != nullptr;
}

std::string Value::printed() const
{
    if (isUndefined()) return "";
    return text() ? *text() : quoted();
}

std::string Value::quoted() const
{
    if (isUndefined()) return "Undefined";
    if (isNone()) return "None";
    if (boolean()) return *boolean() ? "True" : "False";
    if (integer()) return std::to_string(*integer());
    if (real()) return spelled(*real());
    if (text()) return pythonQuoted(*text());
    if (callable()) return "<function>";
    std::string result;
    if (list()) {
        for (const Value& value : *list()) result += (result.empty() ? "" : ", ") + value.quoted();
        return "[" + result + "]";
    }
    for (const auto& [key, value] : dict()->entries)
        result += (result.empty() ? "" : ", ") + pythonQuoted(key) + ": " + value.quoted();
    return "{" + result + "}";
}

std::string Value::json(int indent, int depth) const
{
    if (isUndefined() || isNone() || callable()) return "null";
    if (boolean()) return *boolean() ? "true" : "false";
    if (text()) return jsonQuoted(*text());
    if (isNumber()) return quoted();
    const std::string inner = indent < 0 ? "" : "\n" + std::string(size_t(indent * (depth + 1)), ' ');
    const std::string outer = indent < 0 ? "" : "\n" + std::string(size_t(indent * depth), ' ');
    const std::string separator = indent < 0 ? ", " : ",";
    std::string result;
    const auto add = [&](const std::string& part) { result += (result.empty() ? "" : separator) + inner + part; };
    if (list()) {
        for (const Value& value : *list()) add(value.json(indent, depth + 1));
        return result.empty() ? "[]" : "[" + result + outer + "]";
    }
    for (const auto& [key, value] : dict()->entries) add(jsonQuoted(key) + ": " + value.json(indent, depth + 1));
    return result.empty() ? "{}" : "{" + result + outer + "}";
}

bool equal(const Value& a, const Value& b)
{
    if (a.isNumber() && b.isNumber()) return a.number() == b.number();
    if (a.text() && b.text()) return *a.text() == *b.text();
    if (a.list() && b.list())
        return std::equal(a.list()->begin(), a.list()->end(), b.list()->begin(), b.list()->end(), equal);
    if (a.dict() && b.dict()) {
        if (a.dict()->entries.size() != b.dict()->entries.size()) return false;
        for (const auto& [key, value] : a.dict()->entries) {
            const Value* other = b.dict()->find(key);
            if (!other || !equal(value, *other)) return false;
        }
        return true;
    }
    return (a.isNone() && b.isNone()) || (a.isUndefined() && b.isUndefined());
}

} // namespace paretoscope::jinja
