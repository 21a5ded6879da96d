// GPTQ: rounding that makes good in later columns what it loses in earlier ones.
#include "core/base/error.h"
#include "core/model/lookup_linear.h"
#include "plugins/quantization/block_solving.h"
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
                    .asAdvanced()};
            for (Parameter& parameter : blockSolvingParameters()) all.push_back(std::move(parameter));
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
        check(pipeline, settings);
        return solveBlockwise(pipeline, settings, workbench, info().id, "GPTQ",
                              [&](const LinearId& id, const LinearWeight& weight, const std::vector<double>* covariance,
                                  std::set<std::string>& notes) {
                                  return quantized(id, weight, covariance, settings, workbench, notes);
                              });
    }

private:
    static LinearWeightPtr quantized(const LinearId& id, const LinearWeight& weight, const std::vector<double>* covariance,
                                     const Settings& settings, const Workbench& workbench, std::set<std::string>& notes)
    {
        const std::string what = "quantization.gptq: " + id.text();
        const AffineSettings grid{int(settings.integer("bits")), settings.boolean("symmetric"),
                                  settings.boolean("mse_clip")};
        const int64_t group = groupFor("quantization.gptq", id, weight, grid.bits, settings);
        noteSmallerGroup(settings, group, weight.inputs(), notes);
        const int64_t rows = weight.outputs(), columns = weight.inputs();
        std::vector<float> dense = finiteDense(weight, what);
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
