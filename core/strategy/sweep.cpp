#include "core/base/error.h"
#include "core/base/json.h"
#include "core/base/text.h"
#include "core/strategy/recipe.h"
#include "core/strategy/strategy.h"

namespace paretoscope {

namespace {

constexpr size_t mostRuns = 100000;

// The only step that the axis can mean.
size_t stepOf(const Recipe& recipe, const SweepAxis& axis)
{
    std::vector<size_t> found;
    std::vector<std::string> names;
    for (size_t i = 0; i < recipe.steps.size(); ++i) {
        for (const auto& [name, value] : recipe.steps[i].settings.json().items()) {
            names.push_back(name);
            const bool strategyFits = axis.strategy.empty() || axis.strategy == recipe.steps[i].strategy;
            if (name == axis.parameter && strategyFits) found.push_back(i);
        }
    }
    if (found.empty())
        fail(ErrorCode::BadUsage, "sweep: no step of '{}' has a setting '{}'{}", recipe.text(), axis.parameter,
             didYouMean(axis.parameter, names));
    if (found.size() > 1)
        fail(ErrorCode::BadUsage, "sweep: several steps have a setting '{}'; write it as strategy.{}",
             axis.parameter, axis.parameter);
    return found.front();
}

Recipe withValue(const Recipe& recipe, const SweepAxis& axis, const std::string& value)
{
    Recipe result = recipe;
    RecipeStep& step = result.steps[stepOf(recipe, axis)];
    Json settings = step.settings.json();
    settings[axis.parameter] = value;
    const Strategy& strategy = StrategyRegistry::instance().get(step.strategy);
    step.settings = completeSettings(strategy.parameters(), settings, step.strategy);
    return result;
}

} // namespace

SweepAxis parseSweepAxis(std::string_view text)
{
    const size_t equals = text.find('=');
    if (equals == text.npos || equals == 0 || equals + 1 == text.size())
        fail(ErrorCode::BadUsage, "sweep '{}' must look like bits=2,3,4", text);
    SweepAxis axis;
    const std::string_view name = trimmed(text.substr(0, equals));
    const size_t dot = name.rfind('.');
    if (dot != name.npos) axis.strategy = name.substr(0, dot);
    axis.parameter = dot == name.npos ? name : name.substr(dot + 1);
    for (const std::string& value : splitText(text.substr(equals + 1), ',')) {
        if (trimmed(value).empty()) fail(ErrorCode::BadUsage, "sweep '{}' has an empty value", text);
        axis.values.emplace_back(trimmed(value));
    }
    return axis;
}

std::vector<Recipe> expandSweep(const Recipe& base, const std::vector<SweepAxis>& axes)
{
    std::vector<Recipe> recipes{base};
    for (const SweepAxis& axis : axes) {
        if (recipes.size() * axis.values.size() > mostRuns)
            fail(ErrorCode::BadUsage, "the sweep has more than {} runs", mostRuns);
        std::vector<Recipe> next;
        for (const Recipe& recipe : recipes)
            for (const std::string& value : axis.values) next.push_back(withValue(recipe, axis, value));
        recipes = std::move(next);
    }
    return recipes;
}

} // namespace paretoscope
