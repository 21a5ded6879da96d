// GPTQ: rounding that makes good in later columns what it loses in earlier ones.
#include "core/base/error.h"
#include "core/model/lookup_linear.h"
#include "core/strategy/calibration.h"
#include "core/strategy/strategy.h"
#include "plugins/quantization/gptq_solver.h"
#include "plugins/quantization/group_layout.h"

#include <set>

namespace paretoscope::quantization {

namespace {

class Gptq : public Strategy {
public:
    const StrategyInfo& info() const override
    {
        static const StrategyInfo row{
            "quantization.gptq",
            "quantization",
            "GPTQ",
            "Rounds the columns of each matrix one after another and corrects those that follow, so that the "
            "outputs on a calibration text change least. The same bytes as round-to-nearest, better quality at "
            "4 bits and below; takes minutes instead of seconds.",
            "Frantar, Ashkboos, Hoefler, Alistarh, GPTQ, 2022, arXiv:2210.17323",
            {"calibration"}};
        return row;
    }

    const std::vector<Parameter>& parameters() const override
    {
        static const std::vector<Parameter> rows = [] {
            std::vector<Parameter> all{
                bitsParameter(), groupSizeParameter(),
                Parameter::boolean("symmetric", "Symmetric", false,
                                   "One scale and no zero point: smaller, and usually less accurate."),
                Parameter::boolean("act_order", "Activation order", false,
                                   "Take the columns with the largest inputs first. Better at few bits."),
                Parameter::boolean("static_groups", "Static groups", false,
                                   "Fit the groups' grids before anything is rounded; with activation order the "
                                   "columns then stay where they are, which runs faster.")
                    .asAdvanced(),
                Parameter::boolean("mse_clip", "Search clipping", false,
                                   "Shrink each group's range where that lowers the error of its weights.")
                    .asAdvanced(),
                Parameter::number("damping", "Damping", 0.01, 0, 1,
                                  "Added to the diagonal of the inputs' covariance, as a share of its mean.")
                    .asAdvanced(),
                Parameter::choice("inputs", "Inputs", "compressed", {"compressed", "dense"},
                                  "Whether a block is fitted to what the compressed blocks before it give, or to "
                                  "what the original ones give.")
                    .asAdvanced()};
            for (Parameter& parameter : calibrationParameters()) all.push_back(std::move(parameter).asAdvanced());
            all.push_back(unevenGroupsParameter());
            return all;
        }();
        return rows;
    }

    void check(const Pipeline& pipeline, const Settings& settings) const override
    {
        requireGroups(info().id, *pipeline.model, int(settings.integer("bits")), settings);
    }

    Pipeline apply(const Pipeline& pipeline, const Settings& settings, Workbench& workbench) const override
    {
        const Model& model = *pipeline.model;
        const auto sequences = calibrationSequences(model, settings, workbench, info().id);
        BlockWalk walk(model, *workbench.backend, sequences);
        const bool dense = settings.text("inputs") == "dense";
        Pipeline result = pipeline;
        std::set<std::string> notes;
        std::shared_ptr<const Model> current = pipeline.model;
        for (size_t b = 0; b < model.blocks.size(); ++b) {
            const double done = double(b) / double(model.blocks.size());
            workbench.job->report(done, fmt::format("GPTQ: block {} of {}", b + 1, model.blocks.size()));
            InputCovariances covariances(*workbench.backend);
            walk.look(*current, int(b), covariances, *workbench.job);
            current = withLinears(*current, [&](const LinearId& id, const Linear& linear) {
                if (id.block != int(b) || !isQuantizable(id)) return linear.weight;
                workbench.job->report(done, "GPTQ: " + id.text());
                return quantized(id, *linear.weight, covariances, settings, workbench, notes);
            });
            walk.advance(dense ? model : *current, int(b), *workbench.job);
        }
        result.model = current;
        for (const std::string& note : notes) result.notes.push_back(note);
        return result;
    }

private:
    static LinearWeightPtr quantized(const LinearId& id, const LinearWeight& weight, const InputCovariances& covariances,
                                     const Settings& settings, const Workbench& workbench, std::set<std::string>& notes)
    {
        const std::string what = "quantization.gptq: " + id.text();
        const AffineSettings grid{int(settings.integer("bits")), settings.boolean("symmetric"),
                                  settings.boolean("mse_clip")};
        const int64_t group = groupFor("quantization.gptq", id, weight, grid.bits, settings);
        noteSmallerGroup(settings, group, weight.inputs(), notes);
        const int64_t rows = weight.outputs(), columns = weight.inputs();
        std::vector<float> dense = finiteDense(weight, what);
        const std::vector<double>* covariance = covariances.of(id);
        if (!covariance) {
            notes.insert("no token of the calibration text reached some experts, which are rounded to nearest");
            return std::make_shared<PackedLinear>(quantizeToNearest(dense, rows, columns, group, grid, what));
        }
        GptqSettings solver{grid, group, settings.boolean("act_order"), settings.boolean("static_groups"),
                            settings.number("damping"), true};
        const GptqResult solved = solveGptq(*workbench.backend, std::move(dense), rows, columns, *covariance, solver, what);
        if (solved.damping > solver.damping) notes.insert("damping was raised where the inputs' covariance is singular");
        PackedMatrixBuilder builder(rows, columns, grid.bits, group, grid.symmetric);
        for (int64_t r = 0; r < rows; ++r)
            builder.setRow(r, std::span(solved.codes).subspan(size_t(r * columns), size_t(columns)),
                           std::span(solved.grids).subspan(size_t(r * (columns / group)), size_t(columns / group)), what);
        auto packed = std::make_shared<PackedLinear>(builder.take());
        if (solved.order.empty()) return packed;
        Tensor order = Tensor::zeros(DType::I32, {columns});
        std::copy(solved.order.begin(), solved.order.end(), order.fill<int32_t>().begin());
        return std::make_shared<GatheredLinear>(packed, order);
    }
};

} // namespace

std::unique_ptr<const Strategy> makeGptq()
{
    return std::make_unique<Gptq>();
}

} // namespace paretoscope::quantization
