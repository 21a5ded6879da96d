#include "app/command_line/run_plan.h"

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/json.h"
#include "core/base/parallel.h"
#include "core/base/text.h"
#include "core/evaluation/task.h"
#include "core/model/open_model.h"
#include "core/run/run_executor.h"
#include "core/strategy/recipe.h"

#include <algorithm>
#include <filesystem>

namespace paretoscope {

namespace {

std::string absolutePath(const std::string& path)
{
    return path.empty() ? path : std::filesystem::weakly_canonical(std::filesystem::absolute(path)).string();
}

std::string absoluteModel(const std::string& model)
{
    return model.rfind("builtin:", 0) == 0 ? model : absolutePath(model);
}

void refuseWithFile(const Arguments& arguments)
{
    for (const char* option : {"model", "recipe", "sweep", "task", "text", "name"})
        if (arguments.has(option))
            fail(ErrorCode::BadUsage, "'--{}' and an experiment file exclude each other", option);
}

std::vector<std::string> expandedRecipes(const Arguments& arguments)
{
    std::vector<SweepAxis> axes;
    for (const std::string& text : arguments.all("sweep")) axes.push_back(parseSweepAxis(text));
    std::vector<std::string> recipes;
    for (const std::string& text : arguments.all("recipe"))
        for (const Recipe& recipe : expandSweep(parseRecipe(text), axes)) recipes.push_back(recipe.text());
    if (recipes.empty() && !axes.empty()) fail(ErrorCode::BadUsage, "'--sweep' needs a '--recipe'");
    return recipes;
}

ExperimentPlan planFromOptions(const Arguments& arguments)
{
    ExperimentPlan plan;
    plan.name = arguments.required("name");
    plan.model = arguments.required("model");
    plan.recipes = expandedRecipes(arguments);
    for (const std::string& text : arguments.all("task")) {
        plan.tasks.push_back(parseTask(text));
        TaskRequest& request = plan.tasks.back();
        if (taskById(request.task).info.needsText && request.textFile.empty()) request.textFile = arguments.required("text");
    }
    return plan;
}

void applyCommonOptions(const Arguments& arguments, ExperimentPlan& plan)
{
    constexpr int64_t mostThreads = 1024;
    constexpr int64_t mostJobs = 256;
    if (arguments.has("seed")) plan.seed = arguments.seed();
    plan.threads = int(arguments.integer("threads", plan.threads, 0, mostThreads));
    const int jobs = int(arguments.integer("jobs", 1, 1, mostJobs));
    if (jobs > 1 && plan.threads == 0) plan.threads = std::max(1, availableCores() / jobs);
    plan.backend = arguments.text("backend", plan.backend);
    plan.race = arguments.text("race", plan.race);
    plan.calibrationFile = absolutePath(arguments.text("calibration", plan.calibrationFile));
    plan.model = absoluteModel(plan.model);
    for (TaskRequest& task : plan.tasks) task.textFile = absolutePath(task.textFile);
}

void checkTask(const TaskRequest& request)
{
    const Task& task = taskById(request.task);
    completeSettings(task.parameters, parseJson(request.settings, request.task), request.task);
    if (task.info.needsText && request.textFile.empty())
        fail(ErrorCode::BadUsage, "task '{}' needs a text file", request.task);
    if (!request.textFile.empty() && !std::filesystem::is_regular_file(request.textFile))
        fail(ErrorCode::NotFound, "the text '{}' of task '{}' is not there", request.textFile, request.task);
    if (task.checkText) task.checkText(readFile(request.textFile), request.textFile);
}

} // namespace

TaskRequest parseTask(const std::string& text)
{
    const size_t colon = text.find(':');
    const bool named = colon < text.find('('); // of a file; its own name may have brackets
    const size_t open = named && text.ends_with(')') ? text.rfind('(') : named ? std::string::npos : text.find('(');
    TaskRequest request;
    request.task = trimmed(text.substr(0, std::min(colon, open)));
    const Task& task = taskById(request.task);
    if (named) {
        request.textFile = text.substr(colon + 1, open == std::string::npos ? open : open - colon - 1);
        if (!task.info.needsText) fail(ErrorCode::BadUsage, "task '{}' reads no file", request.task);
        if (request.textFile.empty()) fail(ErrorCode::BadUsage, "task '{}' lacks a file behind its ':'", text);
    }
    if (open == std::string::npos) return request;
    const std::string_view rest = trimmed(std::string_view(text).substr(open + 1));
    if (rest.empty() || rest.back() != ')') fail(ErrorCode::BadUsage, "task '{}' lacks a ')'", text);
    Json settings = Json::object();
    for (const std::string& part : splitText(rest.substr(0, rest.size() - 1), ',')) {
        if (trimmed(part).empty()) continue;
        const size_t equals = part.find('=');
        if (equals == std::string::npos) fail(ErrorCode::BadUsage, "task '{}': '{}' must look like name=value", text, part);
        settings[std::string(trimmed(part.substr(0, equals)))] = trimmed(std::string_view(part).substr(equals + 1));
    }
    request.settings = completeSettings(task.parameters, settings, request.task).json().dump();
    return request;
}

ExperimentPlan planFromArguments(const Arguments& arguments)
{
    const bool fromFile = arguments.hasPositional(0);
    if (fromFile) refuseWithFile(arguments);
    ExperimentPlan plan = fromFile ? readExperimentPlan(arguments.positional(0)) : planFromOptions(arguments);
    applyCommonOptions(arguments, plan);
    return plan;
}

std::vector<std::string> checkPlan(const ExperimentPlan& plan)
{
    for (const TaskRequest& task : plan.tasks) checkTask(task);
    if (!plan.race.empty()) checkRace(plan.race, plan.tasks);
    backendByName(plan.backend);
    if (!plan.calibrationFile.empty() && !std::filesystem::is_regular_file(plan.calibrationFile))
        fail(ErrorCode::NotFound, "the calibration text '{}' is not there", plan.calibrationFile);
    Pipeline pipeline;
    pipeline.model = openModel(plan.model);
    std::vector<std::string> settings;
    for (const RunRequest& request : plan.requests()) {
        const Recipe recipe = parseRecipe(request.recipe);
        checkRecipe(recipe, pipeline);
        settings.push_back(recipe.mergedSettings().dump());
    }
    return settings;
}

} // namespace paretoscope
