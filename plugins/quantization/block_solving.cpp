#include "plugins/quantization/block_solving.h"

#include "core/strategy/block_checkpoints.h"
#include "plugins/quantization/group_layout.h"

#include <fmt/format.h>
#include <optional>

namespace paretoscope::quantization {

std::vector<Parameter> blockSolvingParameters()
{
    std::vector<Parameter> all{Parameter::choice("inputs", "Inputs", "compressed", {"compressed", "dense"},
                                                 "Whether a block is fitted to what the compressed blocks before it "
                                                 "give, or to what the original ones give.")
                                   .asAdvanced()};
    for (Parameter& parameter : calibrationParameters()) all.push_back(std::move(parameter).asAdvanced());
    return all;
}

namespace {

// The covariances of one block after another: of the original model's inputs, or of what the blocks
// before it have become.
class BlockInputs {
public:
    BlockInputs(const Model& model, const std::vector<std::vector<int32_t>>& sequences, bool dense, Workbench& workbench)
        : workbench_(workbench)
    {
        if (dense) kept_.emplace(model, sequences, workbench);
        else walk_.emplace(model, *workbench.backend, sequences);
    }

    const InputCovariances& look(const Model& current, int block)
    {
        if (kept_) return kept_->ofNextBlock();
        covariances_.emplace(*workbench_.backend);
        walk_->look(current, block, *covariances_, *workbench_.job);
        return *covariances_;
    }

    // `current` has its block solved; `looked` says whether `look` was called for it.
    void pass(const Model& current, int block, bool looked)
    {
        if (walk_) walk_->advance(current, block, *workbench_.job);
        else if (!looked) kept_->skipBlock();
    }

    bool fromCache() const { return kept_ && kept_->anyFromCache(); }

private:
    Workbench& workbench_;
    std::optional<KeptCovariances> kept_;
    std::optional<BlockWalk> walk_;
    std::optional<InputCovariances> covariances_;
};

} // namespace

Pipeline solveBlockwise(const Pipeline& pipeline, const Settings& settings, Workbench& workbench,
                        const std::string& strategy, const std::string& title, const SolveMap& solve)
{
    const Model& model = *pipeline.model;
    const auto sequences = calibrationSequences(model, settings, workbench, strategy);
    BlockInputs inputs(model, sequences, settings.text("inputs") == "dense", workbench);
    BlockCheckpoints checkpoints(workbench, strategy, settings);
    const int blocks = int(model.blocks.size());
    int restored = 0;
    std::set<std::string> notes;
    std::shared_ptr<const Model> current = pipeline.model;
    for (int b = 0; b < blocks; ++b) {
        const double done = double(b) / double(blocks);
        workbench.job->report(done, fmt::format("{}: block {} of {}", title, b + 1, blocks));
        const std::shared_ptr<const Model> kept = checkpoints.restored(*current, b);
        if (kept) {
            current = kept;
            ++restored;
        } else {
            const InputCovariances& covariances = inputs.look(*current, b);
            current = withLinears(*current, [&](const LinearId& id, const Linear& linear) {
                if (id.block != b || !isQuantizable(id)) return linear.weight;
                workbench.job->throwIfCancelled();
                workbench.job->report(done, title + ": " + id.text());
                return solve(id, *linear.weight, covariances.of(id), notes);
            });
            checkpoints.keep(*current, b);
        }
        inputs.pass(*current, b, !kept);
    }
    checkpoints.discard(blocks);
    Pipeline result = pipeline;
    result.model = current;
    if (restored) notes.insert(fmt::format("went on after {} finished blocks; the time is that of the others", restored));
    if (inputs.fromCache()) notes.insert("the statistics of the calibration text were there; the time is without them");
    for (const std::string& note : notes) result.notes.push_back(note);
    return result;
}

} // namespace paretoscope::quantization
