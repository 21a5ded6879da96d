#include "plugins/quantization/block_solving.h"

#include "core/base/error.h"
#include "plugins/quantization/block_inputs.h"
#include "plugins/quantization/group_layout.h"

#include <fmt/format.h>

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

Pipeline solveBlockwise(const Pipeline& pipeline, const Settings& settings, Workbench& workbench,
                        const std::string& strategy, const std::string& title, const SolveMap& solve)
{
    const Model& model = *pipeline.model;
    const auto sequences = calibrationSequences(model, settings, workbench, strategy);
    BlockWalk walk(model, *workbench.backend, sequences);
    const auto length = int64_t(sequences.front().size());
    const int64_t skipped = settings.integer("skip_first_tokens");
    if (skipped >= length)
        fail(ErrorCode::BadUsage, "{}: 'skip_first_tokens' is {}, which leaves nothing of sequences of {} tokens", strategy,
             skipped, length);
    const bool dense = settings.text("inputs") == "dense", sequential = settings.boolean("true_sequential");
    Pipeline result = pipeline;
    std::set<std::string> notes;
    std::shared_ptr<const Model> current = pipeline.model;
    for (size_t b = 0; b < model.blocks.size(); ++b) {
        const double done = double(b) / double(model.blocks.size());
        workbench.job->report(done, fmt::format("{}: block {} of {}", title, b + 1, model.blocks.size()));
        for (int stage = sequential ? 0 : -1; stage < (sequential ? solvingStages : 0); ++stage) {
            const auto belongs = [&](const LinearId& id) {
                return id.block == int(b) && isQuantizable(id) && (stage < 0 || solvingStage(id) == stage);
            };
            if (!hasAny(*current, belongs)) continue;
            BlockInputs inputs(*workbench.backend, length, skipped, stage);
            walk.look(*current, int(b), inputs, *workbench.job);
            current = withLinears(*current, [&](const LinearId& id, const Linear& linear) {
                if (!belongs(id)) return linear.weight;
                workbench.job->report(done, title + ": " + id.text());
                return solve(id, *linear.weight, inputs.of(id), notes);
            });
            if (inputs.keptAll()) notes.insert("experts were fitted to all their tokens, the first ones too");
        }
        walk.advance(dense ? model : *current, int(b), *workbench.job);
    }
    result.model = current;
    for (const std::string& note : notes) result.notes.push_back(note);
    return result;
}

} // namespace paretoscope::quantization
