#include "plugins/quantization/block_solving.h"

#include "plugins/quantization/group_layout.h"

#include <fmt/format.h>

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

Pipeline solveBlockwise(const Pipeline& pipeline, const Settings& settings, Workbench& workbench,
                        const std::string& strategy, const std::string& title, const SolveMap& solve)
{
    const Model& model = *pipeline.model;
    const auto sequences = calibrationSequences(model, settings, workbench, strategy);
    BlockWalk walk(model, *workbench.backend, sequences);
    const bool dense = settings.text("inputs") == "dense";
    Pipeline result = pipeline;
    std::set<std::string> notes;
    std::shared_ptr<const Model> current = pipeline.model;
    for (size_t b = 0; b < model.blocks.size(); ++b) {
        const double done = double(b) / double(model.blocks.size());
        workbench.job->report(done, fmt::format("{}: block {} of {}", title, b + 1, model.blocks.size()));
        InputCovariances covariances(*workbench.backend);
        walk.look(*current, int(b), covariances, *workbench.job);
        current = withLinears(*current, [&](const LinearId& id, const Linear& linear) {
            if (id.block != int(b) || !isQuantizable(id)) return linear.weight;
            workbench.job->report(done, title + ": " + id.text());
            return solve(id, *linear.weight, covariances.of(id), notes);
        });
        walk.advance(dense ? model : *current, int(b), *workbench.job);
    }
    result.model = current;
    for (const std::string& note : notes) result.notes.push_back(note);
    return result;
}

} // namespace paretoscope::quantization
