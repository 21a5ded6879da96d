#include "core/base/error.h"
#include "core/model/chat/jinja_builtins.h"

#include <algorithm>
#include <cmath>

namespace paretoscope::jinja {

namespace {

const Value* argument(const Arguments& arguments, const NamedArguments& named, size_t index, const char* name)
{
    if (index < arguments.size()) return &arguments[index];
    const auto found = named.find(name);
    return found == named.end() ? nullptr : &found->second;
}

std::string mapped(const std::string& text, int (*change)(int))
{
    std::string result = text;
    for (char& c : result)
        if (uint8_t(c) < 0x80) c = char(change(uint8_t(c)));
    return result;
}

std::string capitalized(const std::string& text)
{
    std::string result = mapped(text, std::tolower);
    if (!result.empty()) result[0] = char(std::toupper(uint8_t(result[0])));
    return result;
}

std::string titled(const std::string& text)
{
    std::string result = mapped(text, std::tolower);
    bool start = true;
    for (char& c : result) {
        if (start) c = char(std::toupper(uint8_t(c)));
        start = !std::isalnum(uint8_t(c)) && c != '\'';
    }
    return result;
}

std::string indented(const std::string& text, size_t width, bool first)
{
    std::string result = first ? std::string(width, ' ') : "";
    for (size_t i = 0; i < text.size(); ++i) {
        result += text[i];
        if (text[i] == '\n' && i + 1 < text.size() && text[i + 1] != '\n') result += std::string(width, ' ');
    }
    return result;
}

Value lengthOf(const Value& value)
{
    if (value.dict()) return int64_t(value.dict()->entries.size());
    if (value.list()) return int64_t(value.list()->size());
    return int64_t(itemsOf(value).size());
}

Value joined(const Value& value, const Value* separator, const Value* attribute)
{
    std::string result;
    bool first = true;
    for (const Value& item : itemsOf(value)) {
        if (!first && separator) result += separator->printed();
        result += (attribute ? memberOf(item, *attribute) : item).printed();
        first = false;
    }
    return result;
}

// "selectattr('role', 'equalto', 'user')" and its relatives.
Value selected(const Value& value, const Arguments& arguments, bool byAttribute, bool wanted)
{
    List result;
    const size_t test = byAttribute ? 1 : 0;
    for (const Value& item : itemsOf(value)) {
        const Value looked = byAttribute ? memberOf(item, arguments.at(0)) : item;
        bool passes = looked.truth();
        if (arguments.size() > test)
            passes = applyTest(arguments[test].printed(), looked, Arguments(arguments.begin() + std::ptrdiff_t(test) + 1, arguments.end()));
        if (passes == wanted) result.push_back(item);
    }
    return result;
}

Value mapItems(const Value& value, const Arguments& arguments, const NamedArguments& named)
{
    List result;
    const auto attribute = named.find("attribute");
    for (const Value& item : itemsOf(value)) {
        if (attribute != named.end()) result.push_back(memberOf(item, attribute->second));
        else if (arguments.empty()) fail(ErrorCode::BadFile, "'map' needs a filter or an attribute");
        else result.push_back(applyFilter(arguments[0].printed(), item, Arguments(arguments.begin() + 1, arguments.end()), {}));
    }
    return result;
}

Value pairsOf(const Value& value, bool sorted)
{
    if (!value.dict()) fail(ErrorCode::BadFile, "only dictionaries have items");
    List result;
    for (const auto& [key, item] : value.dict()->entries) result.push_back(List{key, item});
    if (sorted)
        std::sort(result.begin(), result.end(), [](const Value& a, const Value& b) { return *a.list()->front().text() < *b.list()->front().text(); });
    return result;
}

Value sortedItems(const Value& value)
{
    List items = itemsOf(value);
    std::stable_sort(items.begin(), items.end(), [](const Value& a, const Value& b) {
        return a.isNumber() && b.isNumber() ? a.number() < b.number() : a.printed() < b.printed();
    });
    return items;
}

Value uniqueItems(const Value& value)
{
    List result;
    for (const Value& item : itemsOf(value))
        if (std::none_of(result.begin(), result.end(), [&](const Value& kept) { return equal(kept, item); })) result.push_back(item);
    return result;
}

Value numberOf(const Value& value, bool whole)
{
    double number = 0;
    try {
        number = value.isNumber() ? value.number() : value.text() ? std::stod(*value.text()) : 0;
    } catch (const std::exception&) {
        number = 0; // as the filter's default
    }
    if (!whole) return number;
    return std::abs(number) < 9e18 ? int64_t(number) : int64_t{0};
}

} // namespace

Value applyFilter(const std::string& name, const Value& value, const Arguments& arguments, const NamedArguments& named)
{
    const auto given = [&](size_t index, const char* key) { return argument(arguments, named, index, key); };
    if (name == "trim") return trimmedText(value.printed(), given(0, "chars") ? given(0, "chars")->printed() : "", true, true);
    if (name == "length" || name == "count") return lengthOf(value);
    if (name == "upper") return mapped(value.printed(), std::toupper);
    if (name == "lower") return mapped(value.printed(), std::tolower);
    if (name == "capitalize") return capitalized(value.printed());
    if (name == "title") return titled(value.printed());
    if (name == "string") return value.printed();
    if (name == "safe" || name == "escape" || name == "e") return value;
    if (name == "int") return numberOf(value, true);
    if (name == "float") return numberOf(value, false);
    if (name == "abs") return value.integer() ? Value(std::abs(*value.integer())) : Value(std::abs(value.number()));
    if (name == "list") return itemsOf(value);
    if (name == "join") return joined(value, given(0, "d"), given(1, "attribute"));
    if (name == "tojson") {
        const Value* indent = given(0, "indent");
        return value.json(indent && indent->integer() ? int(std::clamp<int64_t>(*indent->integer(), 0, 16)) : -1);
    }
    if (name == "default" || name == "d") {
        const Value* falsy = given(1, "boolean");
        if (!value.isUndefined() && !(falsy && falsy->truth() && !value.truth())) return value;
        return given(0, "default_value") ? *given(0, "default_value") : Value("");
    }
    if (name == "first" || name == "last") {
        const List items = itemsOf(value);
        if (items.empty()) return Undefined{name};
        return name == "first" ? items.front() : items.back();
    }
    if (name == "reverse") {
        List items = itemsOf(value);
        std::reverse(items.begin(), items.end());
        return value.text() ? joined(Value(items), nullptr, nullptr) : Value(items);
    }
    if (name == "replace") return callMethod(value.printed(), "replace", arguments);
    if (name == "items") return pairsOf(value, false);
    if (name == "dictsort") return pairsOf(value, true);
    if (name == "sort") return sortedItems(value);
    if (name == "unique") return uniqueItems(value);
    if (name == "map") return mapItems(value, arguments, named);
    if (name == "select" || name == "reject") return selected(value, arguments, false, name == "select");
    if (name == "selectattr" || name == "rejectattr") {
        if (arguments.empty()) fail(ErrorCode::BadFile, "'{}' needs an attribute", name);
        return selected(value, arguments, true, name == "selectattr");
    }
    if (name == "indent") {
        const Value* width = given(0, "width");
        const Value* first = given(1, "first");
        return indented(value.printed(), size_t(width && width->integer() ? std::clamp<int64_t>(*width->integer(), 0, 64) : 4), first && first->truth());
    }
    fail(ErrorCode::Unsupported, "the filter '{}' is not supported", name);
}

bool applyTest(const std::string& name, const Value& value, const Arguments& arguments)
{
    const auto other = [&]() -> const Value& {
        if (arguments.empty()) fail(ErrorCode::BadFile, "the test '{}' compares with nothing", name);
        return arguments.front();
    };
    if (name == "defined") return !value.isUndefined();
    if (name == "undefined") return value.isUndefined();
    if (name == "none") return value.isNone();
    if (name == "string") return value.text() != nullptr;
    if (name == "mapping") return value.dict() != nullptr;
    if (name == "sequence") return value.list() || value.text() || value.dict();
    if (name == "iterable") return value.list() || value.dict() || value.text();
    if (name == "number") return value.isNumber();
    if (name == "integer") return value.integer() != nullptr;
    if (name == "float") return value.real() != nullptr;
    if (name == "boolean") return value.boolean() != nullptr;
    if (name == "callable") return value.callable() != nullptr;
    if (name == "true") return value.boolean() && *value.boolean();
    if (name == "false") return value.boolean() && !*value.boolean();
    if (name == "equalto" || name == "eq" || name == "sameas") return equal(value, other());
    if (name == "ne") return !equal(value, other());
    if (name == "in") return contains(other(), value);
    if (name == "odd" || name == "even" || name == "divisibleby") {
        const int64_t by = name == "divisibleby" && other().integer() ? *other().integer() : 2;
        if (!value.integer() || by == 0) fail(ErrorCode::BadFile, "the test '{}' is for integers", name);
        return (*value.integer() % by == 0) == (name != "odd");
    }
    fail(ErrorCode::Unsupported, "the test '{}' is not supported", name);
}

} // namespace paretoscope::jinja
