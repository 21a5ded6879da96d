#include "core/strategy/recipe.h"

#include "core/base/error.h"
#include "core/base/fingerprint.h"
#include "core/base/json.h"
#include "core/base/version.h"
#include "core/strategy/strategy.h"

namespace paretoscope {

std::string Recipe::fingerprint() const
{
    return fingerprintOf(fullText());
}

Json Recipe::mergedSettings() const
{
    std::map<std::string, int> uses;
    for (const RecipeStep& step : steps)
        for (const auto& [name, value] : step.settings.json().items()) ++uses[name];
    Json merged = Json::object();
    for (const RecipeStep& step : steps)
        for (const auto& [name, value] : step.settings.json().items())
            merged[uses[name] > 1 ? step.strategy + "." + name : name] = value;
    return merged;
}

Json toJson(const Recipe& recipe)
{
    Json json = Json::array();
    for (const RecipeStep& step : recipe.steps)
        json.push_back({{"strategy", step.strategy}, {"settings", step.settings.json()}});
    return json;
}

Recipe recipeFromJson(const Json& json, const std::string& where)
{
    const Json& steps = json.is_object() && json.contains("steps") ? json.at("steps") : json;
    if (!steps.is_array()) fail(ErrorCode::BadUsage, "{}: a recipe must be a list of steps", where);
    Recipe recipe;
    for (const Json& step : steps) {
        const std::string id = requireString(step, "strategy", where);
        const Strategy& strategy = StrategyRegistry::instance().get(id);
        const Json given = step.value("settings", Json::object());
        recipe.steps.push_back({id, completeSettings(strategy.parameters(), given, id)});
    }
    return recipe;
}

void checkRecipe(const Recipe& recipe, const Pipeline& pipeline)
{
    for (const RecipeStep& step : recipe.steps)
        StrategyRegistry::instance().get(step.strategy).check(pipeline, step.settings);
}

namespace {

std::string originOf(const Pipeline& pipeline, const Recipe& done, const Workbench& workbench)
{
    if (!pipeline.model || pipeline.model->fingerprint.empty()) return {};
    return Fingerprint()
        .add(version())
        .add(pipeline.model->fingerprint)
        .add(done.fingerprint())
        .add(workbench.seed)
        .add(workbench.calibrationText)
        .hex();
}

} // namespace

Pipeline applyRecipe(const Recipe& recipe, const Pipeline& pipeline, Workbench& workbench)
{
    Pipeline current = pipeline;
    Recipe done;
    for (const RecipeStep& step : recipe.steps) {
        workbench.job->throwIfCancelled();
        const Strategy& strategy = StrategyRegistry::instance().get(step.strategy);
        strategy.check(current, step.settings);
        workbench.origin = originOf(pipeline, done, workbench);
        current = strategy.apply(current, step.settings, workbench);
        done.steps.push_back(step);
    }
    workbench.origin.clear();
    return current;
}

} // namespace paretoscope
