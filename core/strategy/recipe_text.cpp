// Recipes as text: id(key=value,...)+id(...)
#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/json.h"
#include "core/base/text.h"
#include "core/strategy/recipe.h"
#include "core/strategy/strategy.h"

namespace paretoscope {

namespace {

bool needsQuotes(const std::string& text)
{
    return text.empty() || text.find_first_of(",()+\"= \t\n") != std::string::npos;
}

std::string valueText(const Json& value)
{
    if (!value.is_string()) return value.is_number_float() ? numberText(value.get<double>()) : value.dump();
    const auto& text = value.get_ref<const std::string&>();
    return needsQuotes(text) ? value.dump() : text;
}

std::string stepText(const RecipeStep& step, bool withDefaults)
{
    const Strategy& strategy = StrategyRegistry::instance().get(step.strategy);
    std::string inside;
    for (const Parameter& parameter : strategy.parameters()) {
        const Json& value = step.settings.json().at(parameter.name);
        if (!withDefaults && value == toJson(parameter).at("default")) continue;
        inside += (inside.empty() ? "" : ",") + parameter.name + "=" + valueText(value);
    }
    return inside.empty() ? step.strategy : step.strategy + "(" + inside + ")";
}

std::string joined(const Recipe& recipe, bool withDefaults)
{
    std::string text;
    for (const RecipeStep& step : recipe.steps)
        text += (text.empty() ? "" : "+") + stepText(step, withDefaults);
    return text.empty() ? "none" : text;
}

// A reader over the inline form. Quoted values are JSON strings.
class Reader {
public:
    explicit Reader(std::string_view text) : text_(text) {}

    Recipe recipe()
    {
        Recipe result;
        do {
            result.steps.push_back(step());
        } while (accept('+'));
        skipBlanks();
        if (at_ < text_.size()) complain("expected '+' or the end");
        return result;
    }

private:
    RecipeStep step()
    {
        const std::string id = word("a strategy");
        Json given = Json::object();
        if (accept('(') && !accept(')')) {
            do {
                const std::string name = word("a setting");
                if (!accept('=')) complain("expected '=' after '" + name + "'");
                if (given.contains(name)) complain("'" + name + "' is given twice");
                given[name] = value();
            } while (accept(','));
            if (!accept(')')) complain("expected ',' or ')'");
        }
        const Strategy& strategy = StrategyRegistry::instance().get(id);
        return {id, completeSettings(strategy.parameters(), given, id)};
    }

    std::string word(const char* what)
    {
        skipBlanks();
        const size_t begin = at_;
        while (at_ < text_.size() && (std::isalnum(uint8_t(text_[at_])) || text_[at_] == '_' || text_[at_] == '.'))
            ++at_;
        if (at_ == begin) complain(std::string("expected ") + what);
        return std::string(text_.substr(begin, at_ - begin));
    }

    Json value()
    {
        skipBlanks();
        const size_t begin = at_;
        if (at_ < text_.size() && text_[at_] == '"') {
            for (++at_; at_ < text_.size() && text_[at_] != '"'; ++at_)
                if (text_[at_] == '\\') ++at_;
            at_ = std::min(at_ + 1, text_.size());
            return parseJson(text_.substr(begin, at_ - begin), "recipe");
        }
        while (at_ < text_.size() && text_[at_] != ',' && text_[at_] != ')') ++at_;
        return std::string(trimmed(text_.substr(begin, at_ - begin)));
    }

    bool accept(char wanted)
    {
        skipBlanks();
        if (at_ >= text_.size() || text_[at_] != wanted) return false;
        ++at_;
        return true;
    }

    void skipBlanks()
    {
        while (at_ < text_.size() && std::isspace(uint8_t(text_[at_]))) ++at_;
    }

    [[noreturn]] void complain(const std::string& reason) const
    {
        fail(ErrorCode::BadUsage, "recipe '{}', at character {}: {}", text_, at_ + 1, reason);
    }

    std::string_view text_;
    size_t at_ = 0;
};

// Inline or JSON text, not a file name: a file never names another.
Recipe parseContent(std::string_view text)
{
    const std::string_view bare = trimmed(text);
    if (bare.empty()) fail(ErrorCode::BadUsage, "the recipe is empty; write 'none' for the uncompressed model");
    if (bare == "none") return {};
    if (bare.front() == '[' || bare.front() == '{') return recipeFromJson(parseJson(bare, "recipe"), "recipe");
    return Reader(bare).recipe();
}

} // namespace

std::string Recipe::text() const
{
    return joined(*this, false);
}

std::string Recipe::fullText() const
{
    return joined(*this, true);
}

Recipe parseRecipe(std::string_view text)
{
    std::error_code ignored;
    const std::filesystem::path file(trimmed(text));
    if (!file.empty() && std::filesystem::is_regular_file(file, ignored))
        return parseContent(readFile(file, size_t{1} << 20));
    return parseContent(text);
}

} // namespace paretoscope
