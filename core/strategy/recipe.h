// What to do: an ordered list of strategies with settings.
#pragma once

#include "core/base/json_forward.h"
#include "core/pipeline/pipeline.h"
#include "core/strategy/parameter.h"
#include "core/strategy/workbench.h"

#include <string>
#include <string_view>
#include <vector>

namespace paretoscope {

struct RecipeStep {
    std::string strategy; // full id
    Settings settings;    // complete
};

// A value. Empty = "none", the uncompressed model.
struct Recipe {
    std::vector<RecipeStep> steps;

    // "quantization.gptq(bits=4,group_size=128)+kv_cache.snapkv(budget=512)" with every setting
    // that is not its default, or "none". Parses back to an equal recipe.
    std::string text() const;
    std::string fullText() const;    // with every setting
    std::string fingerprint() const; // of fullText
    // Settings of all steps; a name used by two steps is prefixed with the strategy's id.
    Json mergedSettings() const;
};

// Inline text, JSON text, or the name of a file with either. Strategies and settings are checked
// against the registry. Error(BadUsage).
Recipe parseRecipe(std::string_view text);
Json toJson(const Recipe& recipe);
Recipe recipeFromJson(const Json& json, const std::string& where);

// Every step's check() on its own, without running anything.
void checkRecipe(const Recipe& recipe, const Pipeline& pipeline);
Pipeline applyRecipe(const Recipe& recipe, const Pipeline& pipeline, Workbench& workbench);

// A sweep axis: a parameter of one step and its values as text.
struct SweepAxis {
    std::string strategy; // empty when only one step has the parameter
    std::string parameter;
    std::vector<std::string> values;
};

SweepAxis parseSweepAxis(std::string_view text); // "bits=2,3,4" or "quantization.rtn.bits=2,3"
// Cartesian product in the order of the axes, last axis fastest. Error(BadUsage) for an axis that
// no step or more than one step has, and for a value that its parameter refuses.
std::vector<Recipe> expandSweep(const Recipe& base, const std::vector<SweepAxis>& axes);

} // namespace paretoscope
