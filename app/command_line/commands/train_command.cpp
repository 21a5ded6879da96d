#include "app/command_line/command.h"
#include "app/command_line/console.h"
#include "app/command_line/interrupt_guard.h"
#include "app/command_line/pipeline_arguments.h"
#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/json.h"
#include "core/base/parallel.h"
#include "core/base/version.h"
#include "core/inference/session.h"
#include "core/model/formats/export/export.h"
#include "core/model/open_model.h"
#include "core/training/trainer.h"
#include "core/training/training_plan.h"

#include <algorithm>

namespace paretoscope::commands {

namespace {

std::vector<int32_t> tokensOf(const Model& model, const std::string& file)
{
    if (!model.tokenizer) fail(ErrorCode::Unsupported, "'{}' has no tokenizer, so it cannot read text", model.name);
    return model.tokenizer->encode(readFile(file), true);
}

TrainingSettings settingsFrom(const Arguments& arguments)
{
    TrainingSettings settings;
    settings.optimizer.learningRate = arguments.number("learning-rate", 1e-3, 1e-9, 1);
    settings.optimizer.weightDecay = arguments.number("weight-decay", 0.1, 0, 1);
    settings.schedule.steps = arguments.integer("steps", 1000, 1, int64_t{1} << 40);
    settings.schedule.warmup = arguments.integer("warmup", std::min<int64_t>(100, settings.schedule.steps / 10), 0,
                                                 settings.schedule.steps);
    settings.clip = arguments.number("clip", 1, 0, 1e9);
    return settings;
}

// Mean loss a token over the first windows of a text.
double validationLoss(const ModelPtr& model, const std::vector<int32_t>& tokens, int64_t window)
{
    constexpr size_t mostWindows = 32;
    std::vector<std::span<const int32_t>> windows;
    const auto length = size_t(window);
    for (size_t at = 0; at + length <= tokens.size() && windows.size() < mostWindows; at += length)
        windows.push_back(std::span(tokens).subspan(at, length));
    if (windows.empty()) fail(ErrorCode::BadFile, "the validation text is shorter than a window of {} tokens", window);
    double sum = 0, count = 0;
    for (const auto& scores : scoreWindows(model, cpuBackend(), windows))
        for (const float score : scores) sum -= double(score), ++count;
    return sum / count;
}

// A line a step: what a chart of the training is drawn from.
class TrainingLog {
public:
    explicit TrainingLog(std::string file) : file_(std::move(file)) {}

    void add(const TrainingProgress& progress)
    {
        text_ += fmt::format("{},{:.6g},{:.6g},{:.6g},{:.4g}\n", progress.step, progress.loss, progress.gradientNorm,
                             progress.tokensPerSecond, progress.accuracy);
    }
    void write() const
    {
        if (!file_.empty()) writeFileAtomically(file_, text_);
    }

private:
    std::string file_;
    std::string text_ = "step,loss,gradient_norm,tokens_per_second,accuracy\n";
};

struct Outcome {
    double loss = 0;
    double tokensPerSecond = 0; // mean over steps
    int64_t steps = 0;
};

// False when it was interrupted; the checkpoint is written then.
bool train(Trainer& trainer, const std::filesystem::path& checkpoint, Console& console, TrainingLog& log,
           Outcome& outcome)
{
    const InterruptGuard guard;
    JobContext job(console.progressListener());
    try {
        trainer.run(job, checkpoint, [&](const TrainingProgress& progress) {
            log.add(progress);
            outcome.loss = progress.loss;
            outcome.tokensPerSecond += progress.tokensPerSecond;
            ++outcome.steps;
            if (InterruptGuard::interrupted()) job.cancel();
        });
    } catch (const Error& error) {
        if (error.code() != ErrorCode::Cancelled) throw;
        console.progress().clear();
        return false;
    }
    console.progress().clear();
    if (outcome.steps > 0) outcome.tokensPerSecond /= double(outcome.steps);
    return true;
}

// What is trained on what: a text with a given model, or a plan.
struct Assignment {
    ModelPtr start;
    std::shared_ptr<const TrainingData> data;
    TrainingSettings settings;
    int64_t window = 0;
    Json provenance;
};

Assignment textAssignment(const Arguments& arguments)
{
    if (!arguments.hasPositional(0)) fail(ErrorCode::BadUsage, "give a model to train, or a '--plan'");
    Assignment result;
    result.start = openModel(arguments.positional(0));
    if (arguments.has("from-random")) result.start = withRandomParameters(*result.start, arguments.seed());
    const int64_t context = result.start->config.contextLength;
    result.window = arguments.integer("window", std::min<int64_t>(256, context), 2, context);
    const std::string text = arguments.required("text");
    result.data = windowsOfTokens(tokensOf(*result.start, text), result.window, arguments.integer("batch", 16, 1, 1 << 20),
                                  arguments.seed(), "'" + text + "'");
    result.settings = settingsFrom(arguments);
    result.provenance = {{"trained_from", result.start->source.string()},
                         {"from_random", arguments.has("from-random")},
                         {"seed", arguments.seed()}};
    return result;
}

// With a model as well, the plan goes on from it.
Assignment plannedAssignment(const Arguments& arguments, const std::filesystem::path& scratch, Console& console)
{
    for (const char* other : {"text", "steps", "batch", "window", "learning-rate", "warmup", "weight-decay", "clip", "seed"})
        if (arguments.has(other)) fail(ErrorCode::BadUsage, "'--{}' is the plan's to say", other);
    const TrainingPlan plan = readTrainingPlan(arguments.required("plan"));
    JobContext job(console.progressListener());
    Assignment result;
    result.start = arguments.hasPositional(0) ? openModel(arguments.positional(0)) : newPlannedModel(plan, scratch / plan.name, job);
    result.data = plannedData(plan, result.start->tokenizer);
    result.settings = plan.settings;
    result.window = std::min<int64_t>(256, plan.shape.context);
    result.provenance = {{"plan", plan.name}, {"plan_fingerprint", plan.fingerprint}, {"seed", plan.seed}};
    if (arguments.hasPositional(0)) result.provenance["trained_from"] = result.start->source.string();
    return result;
}

// In the program's own format, or as Hugging Face does it where the start came from such a folder.
void writeTrained(const Model& start, const Model& trained, const Json& provenance, const Arguments& arguments,
                  const std::filesystem::path& folder)
{
    if (!arguments.has("hugging-face")) return writeModelFolder(trained, provenance, folder);
    std::vector<std::string> notes;
    exportFormat("safetensors").write({start, trained, folder, false, notes, floatType(arguments)});
}

int run(const Arguments& arguments, Console& console)
{
    const std::filesystem::path folder = newOutput(arguments);
    setThreadCount(int(arguments.integer("threads", 0, 0, 1024)));
    const ScratchFolder scratch;
    Assignment work = arguments.has("plan") ? plannedAssignment(arguments, scratch.path(), console) : textAssignment(arguments);
    work.settings.until = arguments.integer("until", 0, 0, work.settings.schedule.steps);
    Trainer trainer(*work.start, work.settings, work.data);
    const std::filesystem::path checkpoint = arguments.text("checkpoint", folder.string() + ".checkpoint");
    if (std::filesystem::exists(checkpoint)) trainer.resume(checkpoint);
    TrainingLog log(arguments.text("log", ""));
    Outcome outcome;
    const int64_t resumedAt = trainer.stepsMade();
    if (resumedAt > 0) console.note("going on after step {} of '{}'", resumedAt, checkpoint.string());
    if (!train(trainer, checkpoint, console, log, outcome)) {
        log.write();
        console.note("interrupted after step {}: the same command goes on from '{}'", trainer.stepsMade(),
                     checkpoint.string());
        return 1;
    }
    const ModelPtr trained = trainer.model().snapshot();
    Json& provenance = work.provenance;
    provenance["data"] = work.data->description();
    provenance["steps"] = trainer.stepsMade();
    provenance["learning_rate"] = work.settings.optimizer.learningRate;
    provenance["last_loss"] = outcome.loss;
    provenance["version"] = version();
    if (const auto validation = arguments.given("validation")) {
        const std::vector<int32_t> tokens = tokensOf(*work.start, *validation);
        provenance["validation_loss_before"] = validationLoss(work.start, tokens, work.window);
        provenance["validation_loss"] = validationLoss(trained, tokens, work.window);
    }
    log.write();
    writeTrained(*work.start, *trained, provenance, arguments, folder);
    std::error_code ignored; // the folder is there; a left-over checkpoint does no harm
    std::filesystem::remove(checkpoint, ignored);
    console.print("'{}': {} steps, loss {:.3f}, {:.0f} tokens/s", folder.string(), trainer.stepsMade(), outcome.loss,
                  outcome.tokensPerSecond);
    if (provenance.contains("validation_loss"))
        console.print("validation loss {:.3f}, {:.3f} before", provenance["validation_loss"].get<double>(),
                      provenance["validation_loss_before"].get<double>());
    provenance["output"] = folder.string();
    provenance["tokens_per_second"] = outcome.tokensPerSecond;
    if (console.wantsJson()) console.json(provenance);
    return 0;
}

} // namespace

const Command& trainCommand()
{
    static const Command row{
        "train",
        "Train a model on a text or by a plan; interrupted and started again, it goes on.",
        {{"MODEL", "What to start from; a plan can begin with nothing.", true}},
        {{"text", "FILE", "The text to learn."},
         {"plan", "FILE", "A training plan (JSON) in place of a text: the model's shape and what it learns in which order."},
         {"output", "DIR", "The folder to write; it must not exist."},
         {"from-random", "", "Forget the model's numbers first and keep its shape and tokenizer."},
         {"steps", "N", "Steps in all (default 1000)."},
         {"until", "N", "Stop after so many steps, as if the rest followed (default: all)."},
         {"batch", "N", "Windows a step (default 16)."},
         {"window", "N", "Tokens of a window (default 256, or the model's context)."},
         {"learning-rate", "X", "Peak of the schedule (default 0.001)."},
         {"warmup", "N", "Steps until the peak (default 100, at most a tenth of the steps)."},
         {"weight-decay", "X", "Of matrices (default 0.1)."},
         {"clip", "X", "Largest norm of the gradients (default 1; 0 for none)."},
         {"validation", "FILE", "A text to measure the loss on, before and after."},
         {"hugging-face", "", "Write a Hugging Face folder; the start must come from one, or from a plan."},
         options::dtype(),
         {"checkpoint", "FILE", "Where to keep the state meanwhile (default: beside the output)."},
         {"log", "FILE", "A CSV file with loss and speed of every step."},
         options::seed(), options::threads(), options::json()},
        run};
    return row;
}

} // namespace paretoscope::commands
