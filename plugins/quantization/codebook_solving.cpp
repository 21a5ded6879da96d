#include "plugins/quantization/codebook_solving.h"

#include "core/base/error.h"
#include "core/base/parallel.h"
#include "core/model/codebook_linear.h"
#include "core/strategy/covariances.h"
#include "plugins/quantization/additive_codebooks.h"
#include "plugins/quantization/codebook_tuning.h"
#include "plugins/quantization/group_layout.h"

#include <fmt/format.h>
#include <set>

namespace paretoscope::quantization {

namespace {

CodebookSettings solverSettings(const Settings& settings, uint64_t seed)
{
    CodebookSettings solver;
    solver.books = settings.integer("codebooks");
    solver.bits = int(settings.integer("code_bits"));
    solver.groupSize = settings.integer("group_size");
    solver.beam = settings.integer("beam");
    solver.rounds = settings.integer("rounds");
    solver.tolerance = settings.number("tolerance");
    solver.seed = seed;
    return solver;
}

class Walk {
public:
    Walk(const Pipeline& pipeline, const Settings& settings, Workbench& workbench, const std::string& strategy,
         const std::string& title)
        : pipeline_(pipeline), settings_(settings), workbench_(workbench), strategy_(strategy), title_(title),
          sequences_(calibrationSequences(*pipeline.model, settings, workbench, strategy)),
          walk_(*pipeline.model, *workbench.backend, sequences_), current_(pipeline.model)
    {
    }

    Pipeline run()
    {
        const size_t blocks = pipeline_.model->blocks.size();
        for (size_t b = 0; b < blocks; ++b) {
            const double done = double(b) / double(blocks);
            workbench_.job->report(done, fmt::format("{}: block {} of {}", title_, b + 1, blocks));
            solveBlock(int(b), done);
            if (settings_.integer("tuning_epochs") > 0) tune(int(b), done);
            const bool dense = settings_.text("inputs") == "dense";
            walk_.advance(dense ? *pipeline_.model : *current_, int(b), *workbench_.job);
        }
        Pipeline result = pipeline_;
        result.model = current_;
        for (const std::string& note : notes_) result.notes.push_back(note);
        return result;
    }

private:
    void solveBlock(int block, double done)
    {
        InputCovariances covariances(*workbench_.backend);
        walk_.look(*current_, block, covariances, *workbench_.job);
        current_ = withLinears(*current_, [&](const LinearId& id, const Linear& linear) {
            if (id.block != block || !isQuantizable(id)) return linear.weight;
            workbench_.job->report(done, title_ + ": " + id.text());
            return solved(id, *linear.weight, covariances.of(id));
        });
    }

    LinearWeightPtr solved(const LinearId& id, const LinearWeight& weight, const std::vector<double>* covariance)
    {
        if (!covariance) notes_.insert("no token of the calibration text reached some experts, whose weights alone were fitted");
        const std::string what = strategy_ + ": " + id.text();
        CodebookSolver solver(*workbench_.backend, finiteDense(weight, what), weight.outputs(), weight.inputs(), covariance,
                              solverSettings(settings_, workbench_.seed));
        solver.run(*workbench_.job);
        solver.roundNumbers();
        return std::make_shared<CodebookLinear>(solver.fit().stored(what));
    }

    // Towards what the original block makes of the same inputs.
    void tune(int block, double done)
    {
        workbench_.job->report(done, fmt::format("{}: tuning block {}", title_, block + 1));
        try {
            current_ = tunedBlock(*current_, *pipeline_.model, block, sequences_, walk_.states(),
                                  {settings_.integer("tuning_epochs"), settings_.number("tuning_rate"), workbench_.seed},
                                  *workbench_.backend, *workbench_.job);
        } catch (const Error& error) {
            if (error.code() != ErrorCode::Unsupported) throw;
            notes_.insert(fmt::format("blocks were not tuned: {}", error.what()));
        }
    }

    const Pipeline& pipeline_;
    const Settings& settings_;
    Workbench& workbench_;
    const std::string& strategy_;
    const std::string& title_;
    std::vector<std::vector<int32_t>> sequences_;
    BlockWalk walk_;
    std::shared_ptr<const Model> current_;
    std::set<std::string> notes_;
};

} // namespace

std::vector<Parameter> codebookParameters()
{
    std::vector<Parameter> all{
        Parameter::integer("codebooks", "Codebooks", 2, 1, 8,
                           "Vectors that are added up for a group. Bits a weight are codebooks times bits of a code over "
                           "the group size."),
        Parameter::integer("code_bits", "Bits of a code", 8, 2, 8,
                           "A codebook has 2^bits vectors. Every matrix stores its own codebooks: small matrices want more "
                           "codebooks of fewer bits.")
            .withUnit("bit")
            .withAllowed({2, 3, 4, 5, 6, 7, 8}),
        Parameter::integer("group_size", "Group size", 8, 2, 32, "Neighbouring weights of a row that share codes.")
            .withUnit("weights")
            .withAllowed({2, 4, 8, 16, 32}),
        Parameter::integer("tuning_epochs", "Tuning epochs", 4, 0, 1000,
                           "Passes over the calibration texts in which each block's codebooks, scales and norms are tuned "
                           "to give what the block gave; 0 leaves them as they were fitted."),
        Parameter::number("tuning_rate", "Tuning rate", 3e-3, 0, 1, "Learning rate of the tuning.").asAdvanced(),
        Parameter::integer("beam", "Beam", 2, 1, 16, "Combinations of codes that are followed for each group.").asAdvanced(),
        Parameter::integer("rounds", "Rounds", 12, 0, 1000,
                           "At most so many times codebooks, scales and codes of a matrix are improved in turn.")
            .asAdvanced(),
        Parameter::number("tolerance", "Tolerance", 0.01, 0, 1, "Relative gain below which a matrix is left as it is.")
            .asAdvanced(),
        Parameter::choice("inputs", "Inputs", "compressed", {"compressed", "dense"},
                          "Whether a block is fitted to what the compressed blocks before it give, or to what the original "
                          "ones give.")
            .asAdvanced()};
    for (Parameter& parameter : calibrationParameters()) all.push_back(std::move(parameter).asAdvanced());
    return all;
}

void requireCodebookGroups(const std::string& strategy, const Model& model, const Settings& settings)
{
    requireDense(strategy, model);
    const int64_t size = settings.integer("group_size");
    forEachLinear(model, [&](const LinearId& id, const Linear& linear) {
        if (isQuantizable(id) && linear.weight->inputs() % size != 0)
            fail(ErrorCode::Unsupported, "{}: groups of {} do not divide the {} inputs of {}", strategy, size,
                 linear.weight->inputs(), id.text());
    });
}

Pipeline withCodebooks(const Pipeline& pipeline, const Settings& settings, Workbench& workbench,
                       const std::string& strategy, const std::string& title)
{
    return Walk(pipeline, settings, workbench, strategy, title).run();
}

} // namespace paretoscope::quantization
