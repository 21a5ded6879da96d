#include "core/run/run_executor.h"

#include "core/base/content_cache.h"
#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/fingerprint.h"
#include "core/base/json.h"
#include "core/base/memory.h"
#include "core/base/parallel.h"
#include "core/base/version.h"
#include "core/evaluation/metric.h"
#include "core/evaluation/task.h"
#include "core/model/open_model.h"
#include "core/base/machine.h"
#include "core/run/task_runner.h"
#include "core/strategy/recipe.h"

#include <chrono>
#include <set>

namespace paretoscope {

namespace {

PreparedTask prepare(const TaskRequest& request)
{
    const Task& task = taskById(request.task);
    PreparedTask prepared{&task, completeSettings(task.parameters, parseJson(request.settings, request.task), request.task),
                          {}, request.textFile};
    if (!request.textFile.empty()) prepared.text = readFile(request.textFile);
    if (task.info.needsText && request.textFile.empty())
        fail(ErrorCode::BadUsage, "task '{}' needs a text file", request.task);
    return prepared;
}

// What every run measures, unless the request sets it up itself, then what was asked for.
std::vector<PreparedTask> prepareAll(const std::vector<TaskRequest>& requests)
{
    std::set<std::string> asked;
    for (const TaskRequest& request : requests) asked.insert(request.task);
    std::vector<PreparedTask> prepared;
    for (const Task* task : tasks::all())
        if (task->always && !asked.contains(task->info.id)) prepared.push_back(prepare({task->info.id, "{}", {}}));
    for (const TaskRequest& request : requests) prepared.push_back(prepare(request));
    return prepared;
}

std::string dataFingerprint(const std::vector<PreparedTask>& tasks)
{
    Fingerprint fingerprint;
    for (const PreparedTask& task : tasks)
        fingerprint.add(task.task->info.id).add(task.settings.json().dump()).add(task.text);
    return fingerprint.hex();
}

Workbench makeWorkbench(const RunRequest& request, JobContext& job, const ScratchFolder& scratch)
{
    Workbench workbench;
    workbench.backend = backendByName(request.backend);
    workbench.job = &job;
    workbench.seed = request.seed;
    workbench.scratchFolder = scratch.path();
    if (!request.calibrationFile.empty()) {
        workbench.calibrationText = readFile(request.calibrationFile);
        workbench.calibrationSource = request.calibrationFile;
    }
    return workbench;
}

Provenance describe(const RunRequest& request, const Backend& backend, const Model& model)
{
    Provenance provenance;
    provenance.version = version();
    provenance.seed = request.seed;
    provenance.threads = threadCount();
    provenance.backend = backend.name();
    provenance.backendDetail = backend.detail();
    provenance.modelFingerprint = model.fingerprint;
    provenance.machine = machineDescription();
    return provenance;
}

} // namespace

RunOutcome executeRun(const RunRequest& request, JobContext& job, const std::filesystem::path& scratchParent,
                      const RaceNews& news)
{
    constexpr double loaded = 0.05;
    constexpr double compressed = 0.4;
    setThreadCount(request.threads);
    resetPeakResident();
    const ScratchFolder scratch(scratchParent);
    const Recipe recipe = parseRecipe(request.recipe);
    const std::vector<PreparedTask> tasks = prepareAll(request.tasks);
    Workbench workbench = makeWorkbench(request, job, scratch);
    job.report(0, "opening the model");
    Pipeline pipeline;
    pipeline.model = openModel(request.model);
    RunOutcome outcome;
    outcome.provenance = describe(request, *workbench.backend, *pipeline.model);
    outcome.provenance.recipeFingerprint = recipe.fingerprint();
    outcome.provenance.dataFingerprint = dataFingerprint(tasks);

    job.enterPart(loaded, recipe.steps.empty() ? loaded : compressed);
    const Pipeline reference = pipeline;
    const ContentCache cache(userCacheFolder() / "references");
    const ContentCache keptWork(userCacheFolder() / "statistics");
    workbench.kept = &keptWork;
    const auto start = std::chrono::steady_clock::now();
    pipeline = applyRecipe(recipe, pipeline, workbench);
    const double compressSeconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    outcome.provenance.notes = pipeline.notes;

    Evidence evidence;
    TaskRunner runner{pipeline, reference, workbench.backend, cache, job, request, news};
    runner.run(tasks, recipe.steps.empty() ? loaded : compressed, evidence);
    if (evidence.footprint) {
        evidence.footprint->compressSeconds = compressSeconds;
        evidence.footprint->peakMemoryBytes = peakResidentBytes();
    }
    outcome.provenance.notes.insert(outcome.provenance.notes.end(), evidence.notes.begin(), evidence.notes.end());
    outcome.measurements = measureAll(evidence);
    return outcome;
}

} // namespace paretoscope
