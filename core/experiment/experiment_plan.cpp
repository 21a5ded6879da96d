#include "core/base/json.h"
#include "core/base/text.h"
#include "core/evaluation/task.h"
#include "core/experiment/experiment.h"
#include "core/strategy/recipe.h"

#include <algorithm>
#include <array>
#include <filesystem>

namespace paretoscope {

namespace {

// Reads one plan file. Errors name the file and the field.
class PlanReader {
public:
    explicit PlanReader(const std::filesystem::path& path)
        : where_(path.string())
        , folder_(std::filesystem::absolute(path).parent_path())
        , json_(readJsonFile(path, size_t{16} << 20))
    {
    }

    ExperimentPlan plan(const std::string& fallbackName) const
    {
        checkFields();
        ExperimentPlan plan;
        plan.name = optionalString(json_, "name", fallbackName, where_);
        plan.model = modelOf(requireString(json_, "model", where_));
        plan.recipes = recipes();
        for (const Json& task : list("tasks"))
            plan.tasks.push_back(taskOf(task));
        plan.threads = int(optionalInteger(json_, "threads", 0, 4096, 0, where_));
        plan.backend = optionalString(json_, "backend", "cpu", where_);
        plan.calibrationFile = fileOf(optionalString(json_, "calibration", "", where_));
        plan.race = optionalString(json_, "race", "", where_);
        if (json_.contains("seed")) plan.seed = seed();
        return plan;
    }

private:
    void checkFields() const
    {
        static const std::vector<std::string> known{"name",    "model",   "recipes",
                                                    "sweep",   "tasks",   "seed",
                                                    "threads", "backend", "calibration", "race"};
        if (!json_.is_object()) fail(ErrorCode::BadFile, "{}: expected a JSON object", where_);
        for (const auto& [field, value] : json_.items())
            if (std::find(known.begin(), known.end(), field) == known.end())
                fail(ErrorCode::BadUsage, "{}: there is no field '{}'{}", where_, field,
                     didYouMean(field, known));
    }

    const Json& list(const char* field) const
    {
        static const Json none = Json::array();
        if (!json_.contains(field) || json_.at(field).is_null()) return none;
        if (!json_.at(field).is_array())
            fail(ErrorCode::BadFile, "{}: '{}' must be a list", where_, field);
        return json_.at(field);
    }

    uint64_t seed() const
    {
        const Json& value = json_.at("seed");
        if (!value.is_number_unsigned())
            fail(ErrorCode::BadFile, "{}: 'seed' must be a whole number from 0", where_);
        return value.get<uint64_t>();
    }

    std::string modelOf(const std::string& model) const
    {
        return model.starts_with("builtin:") ? model : beside(model).string();
    }

    std::filesystem::path beside(const std::string& path) const
    {
        return (folder_ / path).lexically_normal(); // an absolute path stays as it is
    }

    std::string fileOf(const std::string& path) const
    {
        if (path.empty()) return path;
        const std::filesystem::path file = beside(path);
        std::error_code ignored;
        if (!std::filesystem::is_regular_file(file, ignored))
            fail(ErrorCode::NotFound, "{}: there is no file '{}'", where_, file.string());
        return file.string();
    }

    TaskRequest taskOf(const Json& json) const
    {
        TaskRequest request = taskRequestFromJson(json, where_);
        const Task& task = taskById(request.task);
        completeSettings(task.parameters, parseJson(request.settings, where_),
                         fmt::format("{}: task '{}'", where_, request.task));
        request.textFile = fileOf(request.textFile);
        if (task.info.needsText && request.textFile.empty())
            fail(ErrorCode::BadUsage, "{}: task '{}' needs a text file, named by 'text'", where_,
                 request.task);
        return request;
    }

    Recipe recipeOf(const Json& json) const
    {
        if (!json.is_string()) return recipeFromJson(json, where_);
        const std::string& text = json.get_ref<const std::string&>();
        std::error_code ignored;
        const std::filesystem::path file = beside(text);
        const bool named = std::filesystem::is_regular_file(file, ignored);
        return parseRecipe(named ? file.string() : text);
    }

    std::vector<SweepAxis> axes() const
    {
        std::vector<SweepAxis> axes;
        if (!json_.contains("sweep") || json_.at("sweep").is_null()) return axes;
        if (!json_.at("sweep").is_object())
            fail(ErrorCode::BadFile, "{}: 'sweep' must be an object", where_);
        for (const auto& [name, values] : json_.at("sweep").items()) {
            SweepAxis axis;
            const size_t dot = name.rfind('.');
            if (dot != name.npos) axis.strategy = name.substr(0, dot);
            axis.parameter = dot == name.npos ? name : name.substr(dot + 1);
            for (const Json& value : values.is_array() ? values : Json::array({values}))
                axis.values.push_back(value.is_string() ? value.get<std::string>() : value.dump());
            if (axis.values.empty())
                fail(ErrorCode::BadFile, "{}: sweep '{}' has no values", where_, name);
            axes.push_back(std::move(axis));
        }
        return axes;
    }

    static bool has(const Recipe& recipe, const SweepAxis& axis)
    {
        return std::any_of(recipe.steps.begin(), recipe.steps.end(), [&](const RecipeStep& step) {
            return (axis.strategy.empty() || axis.strategy == step.strategy) &&
                   step.settings.json().contains(axis.parameter);
        });
    }

    // An axis sweeps the recipes that have its setting; one that none has is a mistake.
    std::vector<std::string> recipes() const
    {
        std::vector<Recipe> bases;
        for (const Json& recipe : list("recipes"))
            bases.push_back(recipeOf(recipe));
        const std::vector<SweepAxis> all = axes();
        for (const SweepAxis& axis : all) {
            const auto fits = [&](const Recipe& recipe) { return has(recipe, axis); };
            if (std::none_of(bases.begin(), bases.end(), fits))
                expandSweep(bases.empty() ? Recipe() : bases.front(), {axis}); // says what is wrong
        }
        std::vector<std::string> texts;
        for (const Recipe& base : bases) {
            std::vector<SweepAxis> own;
            for (const SweepAxis& axis : all)
                if (has(base, axis)) own.push_back(axis);
            for (const Recipe& recipe : expandSweep(base, own))
                texts.push_back(recipe.text());
        }
        return texts;
    }

    std::string where_;
    std::filesystem::path folder_;
    Json json_;
};

} // namespace

ExperimentPlan readExperimentPlan(const std::string& path)
{
    const PlanReader reader(path);
    try {
        return reader.plan(std::filesystem::path(path).stem().string());
    } catch (const Error& error) {
        const std::string text = error.what();
        if (text.starts_with(path)) throw;
        throw Error(error.code(), path + ": " + text);
    }
}

} // namespace paretoscope
