#include "plugins/quantization/block_solving.h"

#include "core/base/error.h"
#include "core/strategy/block_checkpoints.h"
#include "core/strategy/covariances.h"
#include "plugins/quantization/block_inputs.h"
#include "plugins/quantization/group_layout.h"

#include <fmt/format.h>
#include <optional>

namespace paretoscope::quantization {

namespace {

template <class Belongs> bool hasAny(const Model& model, const Belongs& belongs)
{
    bool any = false;
    forEachLinear(model, [&](const LinearId& id, const Linear&) { any = any || belongs(id); });
    return any;
}

} // namespace

std::vector<Parameter> blockSolvingParameters()
{
    std::vector<Parameter> all{Parameter::choice("inputs", "Inputs", "compressed", {"compressed", "dense"},
                                                 "Whether a block is fitted to what the compressed blocks before it "
                                                 "give, or to what the original ones give.")
                                   .asAdvanced(),
                               Parameter::boolean("true_sequential", "Stage by stage", false,
                                                  "Within a block, look again at what the compressed queries, keys and "
                                                  "values leave before the output projection is fitted, and so on. Takes "
                                                  "four times as many looks at the text.")
                                   .asAdvanced(),
                               Parameter::integer("skip_first_tokens", "First tokens left out", 0, 0, 1024,
                                                  "Tokens at the start of each calibration sequence that the fit does not "
                                                  "see: where attention rests on them, their large activations drown "
                                                  "the others. P-GPTQ takes 4.")
                                   .withUnit("tokens")
                                   .asAdvanced()};
    for (Parameter& parameter : calibrationParameters()) all.push_back(std::move(parameter).asAdvanced());
    return all;
}

namespace {

// One block after another: what its maps read, of the original model or of what the blocks before have become.
class BlockLooks {
public:
    BlockLooks(const Model& model, const std::vector<std::vector<int32_t>>& sequences, const Settings& settings,
               Workbench& workbench)
        : model_(model), workbench_(workbench), dense_(settings.text("inputs") == "dense"),
          length_(int64_t(sequences.front().size())), skipped_(settings.integer("skip_first_tokens"))
    {
        // Statistics of the original model, all of them, are the same for every setting.
        if (dense_ && skipped_ == 0 && !settings.boolean("true_sequential")) kept_.emplace(model, sequences, workbench);
        else walk_.emplace(model, *workbench.backend, sequences);
    }

    // Of the maps of one stage; -1: of all.
    void look(const Model& current, int block, int stage)
    {
        if (kept_) {
            shared_ = &kept_->ofNextBlock();
            return;
        }
        inputs_.emplace(*workbench_.backend, length_, skipped_, stage);
        walk_->look(current, block, *inputs_, *workbench_.job);
        keptAll_ = keptAll_ || inputs_->keptAll();
    }

    const std::vector<double>* of(const LinearId& id) const { return kept_ ? shared_->of(id) : inputs_->of(id); }

    // `current` has its block solved; `looked` says whether `look` was called for it.
    void pass(const Model& current, int block, bool looked)
    {
        if (walk_) walk_->advance(dense_ ? model_ : current, block, *workbench_.job);
        else if (!looked) kept_->skipBlock();
    }

    bool fromCache() const { return kept_ && kept_->anyFromCache(); }
    bool keptAll() const { return keptAll_; }

private:
    const Model& model_;
    Workbench& workbench_;
    bool dense_;
    int64_t length_, skipped_;
    std::optional<KeptCovariances> kept_;
    std::optional<BlockWalk> walk_;
    const InputCovariances* shared_ = nullptr;
    std::optional<BlockInputs> inputs_;
    bool keptAll_ = false;
};

void requireTokens(const std::string& strategy, const Settings& settings, size_t length)
{
    const int64_t skipped = settings.integer("skip_first_tokens");
    if (skipped >= int64_t(length))
        fail(ErrorCode::BadUsage, "{}: 'skip_first_tokens' is {}, which leaves nothing of sequences of {} tokens", strategy,
             skipped, length);
}

} // namespace

Pipeline solveBlockwise(const Pipeline& pipeline, const Settings& settings, Workbench& workbench,
                        const std::string& strategy, const std::string& title, const SolveMap& solve)
{
    const Model& model = *pipeline.model;
    const auto sequences = calibrationSequences(model, settings, workbench, strategy);
    requireTokens(strategy, settings, sequences.front().size());
    BlockLooks looks(model, sequences, settings, workbench);
    BlockCheckpoints checkpoints(workbench, strategy, settings);
    const bool sequential = settings.boolean("true_sequential");
    const int blocks = int(model.blocks.size());
    int restored = 0;
    std::set<std::string> notes;
    std::shared_ptr<const Model> current = pipeline.model;
    const auto solveStage = [&](int block, int stage) {
        const auto belongs = [&](const LinearId& id) {
            return id.block == block && isQuantizable(id) && (stage < 0 || solvingStage(id) == stage);
        };
        if (stage >= 0 && !hasAny(*current, belongs)) return;
        looks.look(*current, block, stage);
        current = withLinears(*current, [&](const LinearId& id, const Linear& linear) {
            if (!belongs(id)) return linear.weight;
            workbench.job->throwIfCancelled();
            workbench.job->report(double(block) / double(blocks), title + ": " + id.text());
            return solve(id, *linear.weight, looks.of(id), notes);
        });
    };
    for (int b = 0; b < blocks; ++b) {
        workbench.job->report(double(b) / double(blocks), fmt::format("{}: block {} of {}", title, b + 1, blocks));
        const std::shared_ptr<const Model> kept = checkpoints.restored(*current, b);
        if (kept) {
            current = kept;
            ++restored;
        } else {
            for (int stage = sequential ? 0 : -1; stage < (sequential ? solvingStages : 0); ++stage) solveStage(b, stage);
            checkpoints.keep(*current, b);
        }
        looks.pass(*current, b, !kept);
    }
    checkpoints.discard(blocks);
    Pipeline result = pipeline;
    result.model = current;
    if (looks.keptAll()) notes.insert("experts were fitted to all their tokens, the first ones too");
    if (restored) notes.insert(fmt::format("went on after {} finished blocks; the time is that of the others", restored));
    if (looks.fromCache()) notes.insert("the statistics of the calibration text were there; the time is without them");
    for (const std::string& note : notes) result.notes.push_back(note);
    return result;
}

} // namespace paretoscope::quantization
