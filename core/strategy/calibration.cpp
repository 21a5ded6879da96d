#include "core/strategy/calibration.h"

#include "core/base/error.h"
#include "core/base/random.h"

#include <algorithm>

namespace paretoscope {

namespace {

constexpr int64_t rowsOfBatch = 2048;

} // namespace

std::vector<Parameter> calibrationParameters()
{
    return {Parameter::integer("calibration_samples", "Samples", 64, 1, 1 << 16,
                               "Sequences of the calibration text to look at. The papers take 128."),
            Parameter::integer("calibration_length", "Sample length", 256, 8, 1 << 17,
                               "Tokens of a sequence, cut to the model's context. The papers take 2048.")
                .withUnit("tokens")};
}

CalibrationTokens calibrationTokens(const Model& model, const Settings& settings, const Workbench& workbench,
                                    const std::string& who)
{
    if (workbench.calibrationText.empty())
        fail(ErrorCode::BadUsage, "{} needs a calibration text", who);
    if (!model.tokenizer)
        fail(ErrorCode::Unsupported, "'{}' has no tokenizer, so {} cannot read its calibration text", model.name, who);
    CalibrationTokens result{model.tokenizer->encode(workbench.calibrationText, false),
                             size_t(std::min(settings.integer("calibration_length"), model.config.contextLength))};
    if (result.tokens.size() < result.length)
        fail(ErrorCode::BadFile, "the calibration text '{}' has {} tokens, fewer than a sample of {}",
             workbench.calibrationSource, result.tokens.size(), result.length);
    return result;
}

std::vector<std::vector<int32_t>> calibrationSequences(const Model& model, const Settings& settings,
                                                       const Workbench& workbench, const std::string& who)
{
    const auto [tokens, length] = calibrationTokens(model, settings, workbench, who);
    Random random(workbench.seed, "calibration samples");
    std::vector<std::vector<int32_t>> sequences;
    for (int64_t i = 0; i < settings.integer("calibration_samples"); ++i) {
        const auto begin = std::ptrdiff_t(random.below(tokens.size() - length + 1));
        sequences.emplace_back(tokens.begin() + begin, tokens.begin() + begin + std::ptrdiff_t(length));
    }
    return sequences;
}

BlockWalk::BlockWalk(const Model& model, const Backend& backend, const std::vector<std::vector<int32_t>>& sequences)
    : backend_(backend), sequences_(sequences)
{
    int64_t total = 0;
    for (size_t i = 0; i < sequences.size(); ++i) {
        const auto rows = int64_t(sequences[i].size());
        if (batches_.empty() || batches_.back().rows + rows > rowsOfBatch) batches_.push_back({i, 0, total, 0});
        ++batches_.back().sequences;
        batches_.back().rows += rows;
        total += rows;
    }
    memory_.resize(size_t(total * model.config.hidden));
    states_ = {memory_.data(), total, model.config.hidden};
    EagerOperations operations(backend, scratch_);
    PassMemory memory;
    for (const Batch& batch : batches_) {
        scratch_.reset();
        std::vector<KvCache> caches;
        const std::vector<SequenceStep> steps = stepsOf(model, batch, caches);
        const Value x = runEmbedding(model, operations, scratch_, memory, steps);
        std::copy_n(x.view.data, x.rows() * x.columns(), states_.row(batch.firstRow));
    }
}

std::vector<SequenceStep> BlockWalk::stepsOf(const Model& model, const Batch& batch, std::vector<KvCache>& caches) const
{
    caches.reserve(batch.sequences);
    std::vector<SequenceStep> steps;
    for (size_t i = 0; i < batch.sequences; ++i) {
        caches.push_back(makeCache(model));
        steps.push_back({sequences_[batch.firstSequence + i], 0, &caches.back(), 0, {}});
    }
    return steps;
}

void BlockWalk::pass(const Model& model, int block, Observer* observer, bool keep, JobContext& job)
{
    EagerOperations operations(backend_, scratch_);
    PassMemory memory;
    for (const Batch& batch : batches_) {
        job.throwIfCancelled();
        scratch_.reset();
        std::vector<KvCache> caches;
        const std::vector<SequenceStep> steps = stepsOf(model, batch, caches);
        const MatrixView x = scratch_.matrix(batch.rows, states_.columns); // operations overwrite it
        std::copy_n(states_.row(batch.firstRow), batch.rows * states_.columns, x.data);
        const Value y = runBlock(model, operations, scratch_, memory, steps, block, {x}, observer);
        if (keep) std::copy_n(y.view.data, batch.rows * states_.columns, states_.row(batch.firstRow));
    }
}

void BlockWalk::look(const Model& model, int block, Observer& observer, JobContext& job)
{
    pass(model, block, &observer, false, job);
}

void BlockWalk::advance(const Model& model, int block, JobContext& job)
{
    pass(model, block, nullptr, true, job);
}

} // namespace paretoscope
