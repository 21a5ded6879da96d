#include "core/model/chat/jinja_operators.h"

#include "core/base/error.h"
#include "core/model/chat/jinja_builtins.h"

#include <algorithm>
#include <cmath>

namespace paretoscope::jinja {

namespace {

constexpr size_t longest = size_t{16} << 20; // of a text that an operator makes

[[noreturn]] void refuse(const std::string& name, const Value& left, const Value& right)
{
    fail(ErrorCode::BadFile, "'{}' does not work on {} and {}", name, left.isUndefined() ? "something undefined" : left.quoted().substr(0, 40),
         right.isUndefined() ? "something undefined" : right.quoted().substr(0, 40));
}

Value added(const Value& left, const Value& right)
{
    if (left.text() && right.text()) {
        if (left.text()->size() + right.text()->size() > longest) fail(ErrorCode::BadFile, "a text becomes too long");
        return *left.text() + *right.text();
    }
    if (!left.list() || !right.list()) refuse("+", left, right);
    List joined = *left.list();
    joined.insert(joined.end(), right.list()->begin(), right.list()->end());
    if (joined.size() > longest / 64) fail(ErrorCode::BadFile, "a list becomes too long");
    return joined;
}

Value repeated(const Value& left, const Value& right)
{
    const Value& text = left.text() ? left : right;
    const Value& times = left.text() ? right : left;
    if (!text.text() || !times.integer()) refuse("*", left, right);
    const auto count = uint64_t(std::max<int64_t>(0, *times.integer()));
    if (count > longest || text.text()->size() * count > longest) fail(ErrorCode::BadFile, "a text becomes too long");
    std::string result;
    for (uint64_t i = 0; i < count; ++i) result += *text.text();
    return result;
}

std::optional<int64_t> wholeOf(const Value& value)
{
    if (value.integer()) return *value.integer();
    if (value.boolean()) return *value.boolean() ? 1 : 0;
    return std::nullopt;
}

Value wholeResult(const std::string& name, int64_t a, int64_t b)
{
    int64_t result = 0;
    const bool overflows = name == "+"   ? __builtin_add_overflow(a, b, &result)
                           : name == "-" ? __builtin_sub_overflow(a, b, &result)
                                         : __builtin_mul_overflow(a, b, &result);
    if (overflows) fail(ErrorCode::BadFile, "a number becomes too large");
    return result;
}

Value arithmetic(const std::string& name, const Value& left, const Value& right)
{
    const auto a = wholeOf(left), b = wholeOf(right);
    const double x = left.number(), y = right.number();
    if (name == "**") return std::pow(x, y) == std::floor(std::pow(x, y)) && a && b && std::abs(std::pow(x, y)) < 9e15 ? Value(int64_t(std::pow(x, y))) : Value(std::pow(x, y));
    if (name != "/" && name != "//" && name != "%") {
        if (a && b) return wholeResult(name, *a, *b);
        return name == "+" ? x + y : name == "-" ? x - y : x * y;
    }
    if (y == 0) fail(ErrorCode::BadFile, "a division by zero");
    if (name == "/") return x / y;
    const double quotient = std::floor(x / y);
    if (a && b && *b != -1 && *a != INT64_MIN) {
        const int64_t floor = *a / *b - (*a % *b != 0 && (*a < 0) != (*b < 0) ? 1 : 0);
        return name == "//" ? floor : *a - floor * *b;
    }
    return name == "//" ? quotient : x - quotient * y;
}

bool less(const std::string& name, const Value& left, const Value& right)
{
    if (left.isNumber() && right.isNumber()) return left.number() < right.number();
    if (left.text() && right.text()) return *left.text() < *right.text();
    refuse(name, left, right);
}

} // namespace

Value applyUnary(const std::string& name, const Value& value)
{
    if (name == "not") return !value.truth();
    if (!value.isNumber()) refuse(name, value, value);
    if (name == "+") return value;
    if (const auto whole = wholeOf(value)) return wholeResult("-", 0, *whole);
    return -value.number();
}

Value applyBinary(const std::string& name, const Value& left, const Value& right)
{
    if (name == "~") return added(left.printed(), right.printed());
    if (name == "==") return equal(left, right);
    if (name == "!=") return !equal(left, right);
    if (name == "in") return contains(right, left);
    if (name == "not in") return !contains(right, left);
    if (name == "<") return less(name, left, right);
    if (name == ">") return less(name, right, left);
    if (name == "<=") return !less(name, right, left);
    if (name == ">=") return !less(name, left, right);
    if (left.isNumber() && right.isNumber()) return arithmetic(name, left, right);
    if (name == "+") return added(left, right);
    if (name == "*") return repeated(left, right);
    refuse(name, left, right);
}

Value applySlice(const Value& value, std::optional<int64_t> begin, std::optional<int64_t> end, std::optional<int64_t> step)
{
    if (value.isUndefined()) fail(ErrorCode::BadFile, "'{}' is not defined", value.undefinedName());
    const List items = itemsOf(value);
    const int64_t count = int64_t(items.size()), by = step.value_or(1);
    if (by == 0) fail(ErrorCode::BadFile, "a slice in steps of 0");
    const int64_t lowest = by > 0 ? 0 : -1, highest = by > 0 ? count : count - 1;
    const auto place = [&](std::optional<int64_t> bound, int64_t fallback) {
        if (!bound) return fallback;
        return std::clamp(*bound < 0 ? *bound + count : *bound, lowest, highest);
    };
    const int64_t from = place(begin, by > 0 ? 0 : count - 1), to = place(end, by > 0 ? count : -1);
    List chosen;
    for (int64_t i = from; by > 0 ? i < to : i > to; i += by) {
        chosen.push_back(items[size_t(i)]);
        if (by > count || by < -count) break;
    }
    return value.text() ? applyFilter("join", Value(chosen), {}, {}) : Value(chosen);
}

} // namespace paretoscope::jinja
