// SpQR: small groups with two-level scales, and outliers kept apart in 16 bits.
#include "core/base/error.h"
#include "core/model/lookup_linear.h"
#include "core/model/outlier_linear.h"
#include "core/strategy/calibration.h"
#include "core/strategy/strategy.h"
#include "plugins/quantization/group_layout.h"
#include "plugins/quantization/spqr_solver.h"

#include <limits>
#include <set>

namespace paretoscope::quantization {

namespace {

constexpr const char* id = "quantization.spqr";

class Spqr : public Strategy {
public:
    const StrategyInfo& info() const override
    {
        static const StrategyInfo row{
            id,
            "quantization",
            "SpQR",
            "Rounds as GPTQ does, in groups of 16 whose scales are themselves 3-bit codes, and keeps the few weights that "
            "no grid fits in 16 bits. Close to lossless between 3.5 and 4.5 bits a weight. No kernel of its own yet: its "
            "points are slow.",
            "Dettmers, Svirschevski, Egiazarian, Kuznedelev, Frantar, Ashkboos, Borzunov, Hoefler, Alistarh, SpQR, 2023, "
            "arXiv:2306.03078",
            {"calibration"}};
        return row;
    }

    const std::vector<Parameter>& parameters() const override
    {
        static const std::vector<Parameter> rows = [] {
            std::vector<Parameter> all{
                Parameter::integer("bits", "Bits", 3, 2, 8, "Width of a weight's code.").withUnit("bit").withAllowed({2, 3, 4, 5, 6, 8}),
                Parameter::integer("group_size", "Group size", 16, 16, 128, "Weights of a row that share a scale and a zero point.")
                    .withUnit("weights")
                    .withAllowed({16, 32, 64, 128}),
                Parameter::number("outlier_threshold", "Outlier threshold", 0.2, 0, 1e6,
                                  "Sensitivity above which a weight is kept in 16 bits, as a share of the mean; smaller keeps "
                                  "more of them."),
                Parameter::boolean("outliers", "Keep outliers", true, "Off: two-level groups alone.").asAdvanced(),
                Parameter::integer("statistic_bits", "Bits of scales", 3, 2, 8, "Width of the codes of scales and zero points.")
                    .withUnit("bit")
                    .asAdvanced(),
                Parameter::boolean("act_order", "Activation order", true, "Take the columns with the largest inputs first.").asAdvanced(),
                Parameter::number("damping", "Damping", 1, 0, 100, "Added to the diagonal of the inputs' covariance, as a share of its mean.")
                    .asAdvanced()};
            for (Parameter& parameter : calibrationParameters()) all.push_back(std::move(parameter).asAdvanced());
            all.push_back(unevenGroupsParameter());
            return all;
        }();
        return rows;
    }

    void check(const Pipeline& pipeline, const Settings& settings) const override
    {
        requireGroups(id, *pipeline.model, int(settings.integer("bits")), settings);
    }

    Pipeline apply(const Pipeline& pipeline, const Settings& settings, Workbench& workbench) const override
    {
        const Model& model = *pipeline.model;
        const auto sequences = calibrationSequences(model, settings, workbench, id);
        BlockWalk walk(model, *workbench.backend, sequences);
        Pipeline result = pipeline;
        std::set<std::string> notes;
        std::shared_ptr<const Model> current = pipeline.model;
        int64_t outliers = 0, weights = 0;
        for (size_t b = 0; b < model.blocks.size(); ++b) {
            const double done = double(b) / double(model.blocks.size());
            workbench.job->report(done, fmt::format("SpQR: block {} of {}", b + 1, model.blocks.size()));
            InputCovariances covariances(*workbench.backend);
            walk.look(*current, int(b), covariances, *workbench.job);
            current = withLinears(*current, [&](const LinearId& map, const Linear& linear) {
                if (map.block != int(b) || !isQuantizable(map)) return linear.weight;
                workbench.job->report(done, "SpQR: " + map.text());
                weights += linear.weight->parameters();
                return quantized(map, *linear.weight, covariances.of(map), settings, workbench, notes, outliers);
            });
            walk.advance(*current, int(b), *workbench.job);
        }
        result.model = current;
        result.notes.push_back(fmt::format("{:.2f}% of the weights are kept as outliers", 100 * double(outliers) / double(std::max<int64_t>(1, weights))));
        for (const std::string& note : notes) result.notes.push_back(note);
        return result;
    }

private:
    static LinearWeightPtr quantized(const LinearId& map, const LinearWeight& weight, const std::vector<double>* covariance,
                                     const Settings& settings, const Workbench& workbench, std::set<std::string>& notes,
                                     int64_t& outliers)
    {
        const std::string what = std::string(id) + ": " + map.text();
        SpqrSettings solver;
        solver.bits = int(settings.integer("bits"));
        solver.groupSize = groupFor(id, map, weight, solver.bits, settings);
        noteSmallerGroup(settings, solver.groupSize, weight.inputs(), notes);
        solver.blockColumns = std::max<int64_t>(solver.groupSize, 128 / solver.groupSize * solver.groupSize);
        solver.statisticBits = int(settings.integer("statistic_bits"));
        solver.outlierThreshold = settings.boolean("outliers") && weight.inputs() <= 65536
                                      ? settings.number("outlier_threshold")
                                      : std::numeric_limits<double>::infinity();
        solver.actOrder = settings.boolean("act_order");
        solver.damping = settings.number("damping");
        const std::vector<float> dense = finiteDense(weight, what);
        std::vector<double> plain;
        if (!covariance) { // as if all inputs were alike
            notes.insert("no token of the calibration text reached some experts, whose inputs count as alike");
            plain.resize(size_t(weight.inputs() * weight.inputs()));
            for (int64_t i = 0; i < weight.inputs(); ++i) plain[size_t(i * weight.inputs() + i)] = 1;
            covariance = &plain;
        }
        const SpqrResult solved = solveSpqr(*workbench.backend, dense, weight.outputs(), weight.inputs(), *covariance, solver, what);
        outliers += solved.outliers();
        LinearWeightPtr result = std::make_shared<BilevelLinear>(solved.matrix(solver));
        if (solved.outliers() > 0) result = std::make_shared<OutlierLinear>(result, solved.sparse());
        if (solved.order.empty()) return result;
        Tensor order = Tensor::zeros(DType::I32, {weight.inputs()});
        std::copy(solved.order.begin(), solved.order.end(), order.fill<int32_t>().begin());
        return std::make_shared<GatheredLinear>(result, order);
    }
};

} // namespace

std::unique_ptr<const Strategy> makeSpqr()
{
    return std::make_unique<Spqr>();
}

} // namespace paretoscope::quantization
