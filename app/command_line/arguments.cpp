#include "app/command_line/arguments.h"

#include "core/base/error.h"
#include "core/base/text.h"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace paretoscope {

namespace {

const Option& findOption(const std::string& name, const std::vector<Option>& options)
{
    std::vector<std::string> names{"help"};
    for (const Option& option : options) {
        if (option.name == name) return option;
        names.push_back(option.name);
    }
    const std::string nearest = nearestName(name, names);
    fail(ErrorCode::BadUsage, "there is no option '--{}'{}", name,
         nearest.empty() ? std::string() : fmt::format(" (did you mean '--{}'?)", nearest));
}

void requirePositionals(size_t count, const std::vector<Positional>& positionals)
{
    size_t needed = 0;
    for (const Positional& positional : positionals) needed += positional.optional ? 0 : 1;
    if (count < needed) fail(ErrorCode::BadUsage, "{} is missing", positionals[count].name);
}

} // namespace

Arguments Arguments::parse(const std::vector<std::string>& words, const std::vector<Positional>& positionals,
                           const std::vector<Option>& options)
{
    Arguments result;
    bool onlyPositionals = false;
    for (size_t i = 0; i < words.size(); ++i) {
        const std::string& word = words[i];
        if (word == "--" && !onlyPositionals) {
            onlyPositionals = true;
            continue;
        }
        if (onlyPositionals || word.size() < 2 || word[0] != '-') {
            if (result.positionals_.size() == positionals.size())
                fail(ErrorCode::BadUsage, "'{}' is one argument too many", word);
            result.positionals_.push_back(word);
            continue;
        }
        if (word[1] != '-') fail(ErrorCode::BadUsage, "there is no option '{}'; options begin with '--'", word);
        const size_t equals = word.find('=');
        const Option& option = findOption(word.substr(2, equals == word.npos ? word.npos : equals - 2), options);
        std::vector<std::string>& values = result.values_[option.name];
        if (!values.empty() && !option.repeated)
            fail(ErrorCode::BadUsage, "'--{}' is given twice", option.name);
        if (option.value.empty()) {
            if (equals != word.npos) fail(ErrorCode::BadUsage, "'--{}' takes no value", option.name);
            values.emplace_back();
        } else if (equals != word.npos) {
            values.push_back(word.substr(equals + 1));
        } else if (i + 1 < words.size()) {
            values.push_back(words[++i]);
        } else {
            fail(ErrorCode::BadUsage, "'--{}' needs a value: {}", option.name, option.value);
        }
    }
    requirePositionals(result.positionals_.size(), positionals);
    return result;
}

std::optional<std::string> Arguments::given(const std::string& option) const
{
    const auto found = values_.find(option);
    if (found == values_.end()) return std::nullopt;
    return found->second.back();
}

std::string Arguments::text(const std::string& option, const std::string& fallback) const
{
    return given(option).value_or(fallback);
}

std::string Arguments::required(const std::string& option) const
{
    if (auto value = given(option)) return *value;
    fail(ErrorCode::BadUsage, "'--{}' is missing", option);
}

const std::vector<std::string>& Arguments::all(const std::string& option) const
{
    static const std::vector<std::string> none;
    const auto found = values_.find(option);
    return found == values_.end() ? none : found->second;
}

int64_t Arguments::integer(const std::string& option, int64_t fallback, int64_t low, int64_t high) const
{
    const auto text = given(option);
    if (!text) return fallback;
    const auto value = parseInteger(*text);
    if (!value || *value < low || *value > high)
        fail(ErrorCode::BadUsage, "'--{}' is '{}', but must be a whole number from {} to {}", option, *text, low,
             high);
    return *value;
}

double Arguments::number(const std::string& option, double fallback, double low, double high) const
{
    const auto text = given(option);
    if (!text) return fallback;
    const auto value = parseNumber(*text);
    if (!value || !std::isfinite(*value) || *value < low || *value > high)
        fail(ErrorCode::BadUsage, "'--{}' is '{}', but must be a number from {} to {}", option, *text,
             numberText(low), numberText(high));
    return *value;
}

uint64_t Arguments::seed() const
{
    const auto text = given("seed");
    if (!text) return 1;
    uint64_t value = 0;
    const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), value);
    if (error != std::errc() || end != text->data() + text->size())
        fail(ErrorCode::BadUsage, "'--seed' is '{}', but must be a whole number from 0", *text);
    return value;
}

} // namespace paretoscope
