#include "core/base/error.h"
#include "core/base/json.h"
#include "core/experiment/experiment.h"
#include "core/strategy/recipe.h"

#include <filesystem>

namespace paretoscope {

namespace {

// Paths in a plan are relative to the plan.
std::string resolved(const std::string& path, const std::filesystem::path& folder)
{
    if (path.empty() || path.starts_with("builtin:") || std::filesystem::path(path).is_absolute()) return path;
    return (folder / path).lexically_normal().string();
}

std::vector<SweepAxis> readAxes(const Json& plan, const std::string& where)
{
    std::vector<SweepAxis> axes;
    if (!plan.contains("sweep")) return axes;
    if (!plan.at("sweep").is_object()) fail(ErrorCode::BadFile, "{}: 'sweep' must be an object of lists", where);
    for (const auto& [name, values] : plan.at("sweep").items()) {
        if (!values.is_array() || values.empty())
            fail(ErrorCode::BadFile, "{}: sweep '{}' must be a list with values", where, name);
        SweepAxis axis = parseSweepAxis(name + "=placeholder");
        axis.values.clear();
        for (const Json& value : values) axis.values.push_back(value.is_string() ? value.get<std::string>() : value.dump());
        axes.push_back(std::move(axis));
    }
    return axes;
}

std::vector<std::string> readRecipes(const Json& plan, const std::string& where)
{
    const std::vector<SweepAxis> axes = readAxes(plan, where);
    const Json recipes = plan.value("recipes", Json::array());
    if (!recipes.is_array()) fail(ErrorCode::BadFile, "{}: 'recipes' must be a list", where);
    std::vector<std::string> texts;
    for (const Json& entry : recipes) {
        const Recipe base = entry.is_string() ? parseRecipe(entry.get<std::string>()) : recipeFromJson(entry, where);
        for (const Recipe& recipe : expandSweep(base, axes)) texts.push_back(recipe.text());
    }
    return texts;
}

std::vector<TaskRequest> readTasks(const Json& plan, const std::filesystem::path& folder, const std::string& where)
{
    const Json tasks = plan.value("tasks", Json::array());
    if (!tasks.is_array()) fail(ErrorCode::BadFile, "{}: 'tasks' must be a list", where);
    std::vector<TaskRequest> requests;
    for (const Json& entry : tasks) {
        const Json settings = entry.is_object() ? entry.value("settings", Json::object()) : Json::object();
        requests.push_back({requireString(entry, "task", where), settings.dump(),
                            resolved(optionalString(entry, "text", "", where), folder)});
    }
    return requests;
}

} // namespace

ExperimentPlan readExperimentPlan(const std::string& path)
{
    const Json json = readJsonFile(path, size_t{16} << 20);
    const std::filesystem::path folder = std::filesystem::absolute(path).parent_path();
    ExperimentPlan plan;
    plan.name = requireString(json, "name", path);
    plan.model = resolved(requireString(json, "model", path), folder);
    plan.recipes = readRecipes(json, path);
    plan.tasks = readTasks(json, folder, path);
    plan.seed = uint64_t(optionalInteger(json, "seed", 0, INT64_MAX, 1, path));
    plan.threads = int(optionalInteger(json, "threads", 0, 4096, 0, path));
    plan.backend = optionalString(json, "backend", "cpu", path);
    plan.calibrationFile = resolved(optionalString(json, "calibration", "", path), folder);
    return plan;
}

} // namespace paretoscope
