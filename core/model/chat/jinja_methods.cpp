#include "core/base/error.h"
#include "core/model/chat/jinja_builtins.h"

#include <algorithm>

namespace paretoscope::jinja {

namespace {

constexpr const char* whitespace = " \t\r\n\v\f";

const std::string& textOf(const Arguments& arguments, size_t index)
{
    if (index >= arguments.size() || !arguments[index].text()) fail(ErrorCode::BadFile, "a text is expected as argument");
    return *arguments[index].text();
}

bool matchesAny(const Value& wanted, const auto& matches)
{
    if (wanted.text()) return matches(*wanted.text());
    if (!wanted.list()) fail(ErrorCode::BadFile, "a text is expected as argument");
    return std::any_of(wanted.list()->begin(), wanted.list()->end(), [&](const Value& each) { return each.text() && matches(*each.text()); });
}

List split(const std::string& text, const Arguments& arguments)
{
    List parts;
    const bool bySpace = arguments.empty() || arguments[0].isNone();
    const std::string separator = bySpace ? " " : textOf(arguments, 0);
    if (separator.empty()) fail(ErrorCode::BadFile, "an empty text separates nothing");
    int64_t left = arguments.size() > 1 && arguments[1].integer() ? *arguments[1].integer() : -1;
    size_t at = 0;
    for (;;) {
        if (bySpace) at = std::min(text.find_first_not_of(whitespace, at), text.size());
        if (bySpace && at == text.size()) return parts;
        const size_t found = left == 0 ? text.npos : bySpace ? text.find_first_of(whitespace, at) : text.find(separator, at);
        parts.push_back(text.substr(at, found == text.npos ? text.npos : found - at));
        if (found == text.npos) return parts;
        at = found + separator.size();
        --left;
    }
}

std::string replaced(const std::string& text, const Arguments& arguments)
{
    constexpr size_t most = size_t{16} << 20;
    const std::string &from = textOf(arguments, 0), &to = textOf(arguments, 1);
    int64_t left = arguments.size() > 2 && arguments[2].integer() ? *arguments[2].integer() : -1;
    if (from.empty()) return text;
    std::string result;
    size_t at = 0;
    for (size_t found; left != 0 && (found = text.find(from, at)) != text.npos; at = found + from.size(), --left) {
        result += text.substr(at, found - at) + to;
        if (result.size() > most) fail(ErrorCode::BadFile, "a text becomes too long");
    }
    return result + text.substr(at);
}

Value textMethod(const std::string& text, const std::string& name, const Arguments& arguments)
{
    const std::string characters = arguments.empty() || !arguments[0].text() ? "" : *arguments[0].text();
    if (name == "strip") return trimmedText(text, characters, true, true);
    if (name == "lstrip") return trimmedText(text, characters, true, false);
    if (name == "rstrip") return trimmedText(text, characters, false, true);
    if (name == "split") return split(text, arguments);
    if (name == "splitlines") return split(text, {Value("\n")});
    if (name == "replace") return replaced(text, arguments);
    if (name == "startswith" || name == "endswith") {
        if (arguments.empty()) fail(ErrorCode::BadFile, "'{}' needs a text", name);
        return matchesAny(arguments[0], [&](const std::string& part) { return name == "startswith" ? text.starts_with(part) : text.ends_with(part); });
    }
    if (name == "find") {
        const size_t found = text.find(textOf(arguments, 0));
        return found == text.npos ? int64_t{-1} : int64_t(found);
    }
    if (name == "count") {
        int64_t count = 0;
        const std::string& part = textOf(arguments, 0);
        for (size_t at = text.find(part); !part.empty() && at != text.npos; at = text.find(part, at + part.size())) ++count;
        return count;
    }
    if (name == "removeprefix") return text.starts_with(textOf(arguments, 0)) ? text.substr(textOf(arguments, 0).size()) : text;
    if (name == "removesuffix")
        return text.ends_with(textOf(arguments, 0)) ? text.substr(0, text.size() - textOf(arguments, 0).size()) : text;
    if (name == "join") return applyFilter("join", arguments.empty() ? Value(List{}) : arguments[0], {Value(text)}, {});
    if (name == "isdigit") return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
    for (const char* same : {"upper", "lower", "title", "capitalize"})
        if (name == same) return applyFilter(name, text, {}, {});
    fail(ErrorCode::Unsupported, "texts have no method '{}' here", name);
}

Value dictMethod(const Dict& dict, const std::string& name, const Arguments& arguments)
{
    List result;
    if (name == "get") {
        const Value* found = dict.find(textOf(arguments, 0));
        return found ? *found : arguments.size() > 1 ? arguments[1] : Value(None{});
    }
    for (const auto& [key, value] : dict.entries) {
        if (name == "items") result.push_back(List{key, value});
        else if (name == "keys") result.push_back(key);
        else if (name == "values") result.push_back(value);
        else fail(ErrorCode::Unsupported, "dictionaries have no method '{}' here", name);
    }
    return result;
}

} // namespace

std::string trimmedText(const std::string& text, const std::string& characters, bool left, bool right)
{
    const std::string set = characters.empty() ? whitespace : characters;
    const size_t begin = left ? text.find_first_not_of(set) : 0;
    if (begin == text.npos) return "";
    const size_t end = right ? text.find_last_not_of(set) : text.size() - 1;
    return end == text.npos ? "" : text.substr(begin, end + 1 - begin);
}

List itemsOf(const Value& value)
{
    if (value.list()) return *value.list();
    List items;
    if (value.dict())
        for (const auto& [key, unused] : value.dict()->entries) items.emplace_back(key);
    else if (value.text())
        for (size_t i = 0; i < value.text()->size();) { // characters, not bytes
            size_t end = i + 1;
            while (end < value.text()->size() && (uint8_t((*value.text())[end]) & 0xc0) == 0x80) ++end;
            items.emplace_back(value.text()->substr(i, end - i));
            i = end;
        }
    else if (!value.isUndefined())
        fail(ErrorCode::BadFile, "{} has no items", value.quoted());
    return items;
}

Value callMethod(const Value& value, const std::string& name, const Arguments& arguments)
{
    if (value.text()) return textMethod(*value.text(), name, arguments);
    if (value.dict()) return dictMethod(*value.dict(), name, arguments);
    fail(ErrorCode::BadFile, "{} has no method '{}'", value.quoted(), name);
}

Value rangeOf(const Arguments& arguments)
{
    constexpr int64_t most = 100000;
    int64_t numbers[] = {0, 0, 1};
    for (size_t i = 0; i < arguments.size() && i < 3; ++i) {
        if (!arguments[i].integer()) fail(ErrorCode::BadFile, "'range' takes integers");
        numbers[arguments.size() == 1 ? 1 : i] = *arguments[i].integer();
    }
    const int64_t begin = numbers[0], end = numbers[1], step = numbers[2];
    if (arguments.empty() || step == 0) fail(ErrorCode::BadFile, "'range' takes one to three integers, the last not 0");
    List result;
    for (int64_t i = begin; step > 0 ? i < end : i > end; i += step) {
        if (int64_t(result.size()) >= most) fail(ErrorCode::BadFile, "a range is too long");
        result.emplace_back(i);
    }
    return result;
}

bool contains(const Value& whole, const Value& part)
{
    if (whole.text()) return part.text() && whole.text()->find(*part.text()) != std::string::npos;
    if (whole.dict()) return part.text() && whole.dict()->find(*part.text());
    const List items = itemsOf(whole);
    return std::any_of(items.begin(), items.end(), [&](const Value& item) { return equal(item, part); });
}

Value memberOf(const Value& value, const Value& key)
{
    if (value.isUndefined()) fail(ErrorCode::BadFile, "'{}' is not defined", value.undefinedName());
    if (value.dict() && key.text()) {
        const Value* found = value.dict()->find(*key.text());
        return found ? *found : Value(Undefined{*key.text()});
    }
    if (key.integer() && (value.list() || value.text())) {
        const List items = itemsOf(value);
        const int64_t count = int64_t(items.size()), index = *key.integer() < 0 ? *key.integer() + count : *key.integer();
        if (index >= 0 && index < count) return items[size_t(index)];
    }
    return Undefined{key.printed()};
}

} // namespace paretoscope::jinja
