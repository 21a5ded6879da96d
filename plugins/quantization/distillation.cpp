#include "plugins/quantization/distillation.h"

#include "core/autograd/tape.h"
#include "core/base/error.h"
#include "core/base/random.h"
#include "core/training/losses.h"

#include <algorithm>

namespace paretoscope::quantization {

std::vector<Parameter> distillationParameters(int64_t steps)
{
    return {Parameter::integer("steps", "Steps", steps, 0, 1000000, "Batches of the calibration text that are trained on."),
            Parameter::integer("batch", "Batch", 8, 1, 4096, "Sequences of a step, each of the sample length.")};
}

void requireGradients(const std::string& strategy, const Model& model)
{
    for (const auto& block : model.blocks)
        if (block->moe || block->config.mla.kvRank > 0)
            fail(ErrorCode::Unsupported, "{}: no gradient flows through {}", strategy,
                 block->moe ? "mixtures of experts" : "latent attention");
}

Distillation::Distillation(const Model& teacher, const Settings& settings, Workbench& workbench, const std::string& strategy)
    : teacher_(teacher), workbench_(workbench), steps_(settings.integer("steps")), batch_(settings.integer("batch")),
      text_(calibrationTokens(teacher, settings, workbench, strategy))
{
}

std::vector<std::span<const int32_t>> Distillation::windows(int64_t step) const
{
    Random random(workbench_.seed, "windows of distillation", uint64_t(step));
    std::vector<std::span<const int32_t>> result;
    for (int64_t i = 0; i < batch_; ++i)
        result.push_back(std::span(text_.tokens).subspan(random.below(text_.tokens.size() - text_.length + 1), text_.length));
    return result;
}

Value Distillation::logits(const Model& model, Operations& operations, Scratch& scratch,
                           const std::vector<std::span<const int32_t>>& windows, Pass& pass)
{
    std::vector<SequenceStep> steps;
    pass.caches.reserve(windows.size());
    for (const auto& window : windows) {
        pass.caches.push_back(makeCache(model));
        steps.push_back({window, 0, &pass.caches.back(), 0, {}});
    }
    return runOutputHead(model, operations, runTransformer(model, operations, scratch, pass.memory, steps));
}

double Distillation::addGradients(const Model& student, int64_t step, Gradients& gradients)
{
    workbench_.job->throwIfCancelled();
    const auto chosen = windows(step);
    teacherScratch_.reset();
    scratch_.reset();
    EagerOperations eager(*workbench_.backend, teacherScratch_);
    Pass teacherPass, pass;
    const Value wanted = logits(teacher_, eager, teacherScratch_, chosen, teacherPass);
    workbench_.job->throwIfCancelled();
    TapeOperations tape(*workbench_.backend, scratch_, gradients);
    const Value made = logits(student, tape, scratch_, chosen, pass);
    const double loss = forwardKl(tape, made, wanted.view);
    tape.backward();
    return loss;
}

} // namespace paretoscope::quantization
