// QuaRot: rotations that leave no outliers, then weights and activations of few bits.
#include "core/base/error.h"
#include "core/model/rotated_linear.h"
#include "plugins/quantization/block_solving.h"
#include "plugins/quantization/gptq_solver.h"
#include "plugins/quantization/group_layout.h"
#include "plugins/quantization/rotation.h"

#include <set>

namespace paretoscope::quantization {

namespace {

constexpr int64_t plainBits = 16; // activations that are not rounded

class QuaRot : public Strategy {
public:
    const StrategyInfo& info() const override
    {
        static const StrategyInfo row{
            "quantization.quarot",
            "quantization",
            "QuaRot (rotation)",
            "Rotates what every map reads, which changes no output but leaves no large channels, and then rounds weights "
            "and, token by token, activations to few bits that are multiplied as integers. Makes 4-bit activations "
            "usable; two rotations run with the model and cost some speed.",
            "Ashkboos, Mohtashami, Croci, Li, Cameron, Jaggi, Alistarh, Hoefler, Hensman, QuaRot, 2024, arXiv:2404.00456",
            {"calibration"}};
        return row;
    }

    const std::vector<Parameter>& parameters() const override
    {
        static const std::vector<Parameter> rows = makeParameters();
        return rows;
    }

    void check(const Pipeline& pipeline, const Settings& settings) const override
    {
        const bool rotates = settings.text("rotation") != "none", quantizes = settings.text("weights") != "none";
        const bool integers = settings.integer("activation_bits") < plainBits;
        if (!rotates && !quantizes) fail(ErrorCode::BadUsage, "{}: without rotation and weights nothing changes", info().id);
        if (quantizes && integers && settings.integer("group_size") != -1)
            fail(ErrorCode::BadUsage, "{}: integer products need one scale a row, so group_size must be -1", info().id);
        if (quantizes && integers && !settings.boolean("symmetric"))
            fail(ErrorCode::BadUsage, "{}: integer products need symmetric weights", info().id);
        if (rotates) requireRotatable(*pipeline.model, info().id);
        if (!quantizes) return;
        requireGroups(info().id, *pipeline.model, int(settings.integer("bits")), settings);
        forEachLinear(*pipeline.model, [&](const LinearId& id, const Linear& linear) {
            if (integers && linear.weight->inputs() > IntegerLinear::mostInputs)
                fail(ErrorCode::Unsupported, "{}: {} has {} inputs, and 32-bit sums hold at most {}", info().id, id.text(),
                     linear.weight->inputs(), IntegerLinear::mostInputs);
        });
    }

    Pipeline apply(const Pipeline& pipeline, const Settings& settings, Workbench& workbench) const override
    {
        check(pipeline, settings);
        workbench.job->throwIfCancelled();
        Pipeline rotated = pipeline;
        if (settings.text("rotation") != "none") {
            workbench.job->enterPart(0, 0.1);
            rotated.model = rotatedModel(*pipeline.model, *workbench.backend,
                                         {settings.boolean("online_rotations"), workbench.seed}, *workbench.job);
            addNote(*pipeline.model, rotated);
            workbench.job->enterPart(0.1, 1);
        }
        const auto solve = [&](const LinearId& id, const LinearWeight& weight, const std::vector<double>* covariance,
                               std::set<std::string>& notes) {
            return quantized(id, weight, covariance, settings, workbench, notes);
        };
        if (settings.text("weights") == "none") return asWideAsBefore(*pipeline.model, std::move(rotated));
        if (settings.text("weights") == "gptq") return solveBlockwise(rotated, settings, workbench, info().id, "QuaRot", solve);
        std::set<std::string> notes;
        const auto& model = *rotated.model;
        rotated.model = withLinears(model, [&](const LinearId& id, const Linear& linear) {
            if (!isQuantizable(id)) return linear.weight;
            workbench.job->report(double(id.block) / double(model.blocks.size()), "QuaRot: " + id.text());
            return solve(id, *linear.weight, nullptr, notes);
        });
        for (const std::string& note : notes) rotated.notes.push_back(note);
        return rotated;
    }

private:
    static std::vector<Parameter> makeParameters()
    {
        std::vector<Parameter> all{
            bitsParameter(),
            Parameter::integer("activation_bits", "Bits of activations", 4, 4, plainBits,
                               "Width to which each token's inputs of a map are rounded, multiplied as integers; 16 "
                               "leaves them as they are.")
                .withUnit("bit")
                .withAllowed({4, 5, 6, 7, 8, plainBits}),
            Parameter::choice("weights", "Weights", "gptq", {"gptq", "rtn", "none"},
                              "How weights are rounded after the rotation; none leaves the rotated model as it is, for "
                              "another method to follow."),
            Parameter::choice("rotation", "Rotation", "hadamard", {"hadamard", "none"},
                              "Without it, plain rounding of weights and activations: what the method is compared with."),
            Parameter::integer("group_size", "Group size", -1, -1, 1 << 16,
                               "Weights of a row that share one scale; -1 takes the whole row, as integer products need.")
                .withUnit("weights")
                .withAllowed({-1, 16, 32, 64, 128, 256, 512, 1024}),
            Parameter::boolean("symmetric", "Symmetric", true, "One scale and no zero point, as integer products need.")
                .asAdvanced(),
            Parameter::boolean("mse_clip", "Search clipping", true,
                               "Shrink each group's range where that lowers the error of its weights.")
                .asAdvanced(),
            Parameter::number("activation_clip", "Range of activations", 0.9, 0.1, 1,
                              "Share of a token's largest magnitude that the largest integer stands for; larger values are "
                              "cut.")
                .asAdvanced(),
            Parameter::boolean("online_rotations", "Online rotations", true,
                               "Rotate also what no earlier map can rotate: the inputs of down and output projections, "
                               "while the model runs. Without them all maps stay plain, and any method can follow.")
                .asAdvanced(),
            Parameter::number("damping", "Damping", 0.01, 0, 1,
                              "Added to the diagonal of the inputs' covariance, as a share of its mean.")
                .asAdvanced()};
        for (Parameter& parameter : blockSolvingParameters()) all.push_back(std::move(parameter));
        all.push_back(unevenGroupsParameter());
        return all;
    }

    static void addNote(const Model& before, Pipeline& rotated)
    {
        if (!before.output && rotated.model->outputProjection)
            rotated.notes.push_back("the gains of the last norm became an output projection, so that the output head stays tied");
        if (!HadamardMatrix(before.config.hidden).flat())
            rotated.notes.push_back(fmt::format("no Hadamard matrix of order {} is known here; its odd part is a Hartley matrix",
                                                before.config.hidden));
    }

    // Without new codes the maps take the bytes they took.
    static Pipeline asWideAsBefore(const Model& before, Pipeline rotated)
    {
        std::map<LinearId, Tensor> types;
        forEachLinear(before, [&](const LinearId& id, const Linear& linear) {
            types[id] = dynamic_cast<const DenseLinear&>(*linear.weight).weight();
        });
        rotated.model = withLinears(*rotated.model, [&](const LinearId& id, const Linear& linear) -> LinearWeightPtr {
            const auto* online = dynamic_cast<const RotatedLinear*>(linear.weight.get());
            const LinearWeight& inner = online ? *online->inner() : *linear.weight;
            const auto stored = std::make_shared<DenseLinear>(
                storedLike(types.at(id), {inner.outputs(), inner.inputs()}, inner.toDense(), id.text()));
            if (online) return std::make_shared<RotatedLinear>(stored, online->rotation());
            return stored;
        });
        return rotated;
    }

    // Q · C · Qᵀ: what the map behind an online rotation sees.
    static std::vector<double> rotatedCovariance(const std::vector<double>& covariance, const RotatedLinear& map,
                                                 const Backend& backend)
    {
        const int64_t n = map.inputs();
        std::vector<float> matrix(covariance.begin(), covariance.end());
        for (int side = 0; side < 2; ++side) {
            compressedProducts(backend).rotate(map.matrix(), false, map.rotation().inner, {matrix.data(), n, n});
            for (int64_t r = 0; r < n; ++r)
                for (int64_t c = 0; c < r; ++c) std::swap(matrix[size_t(r * n + c)], matrix[size_t(c * n + r)]);
        }
        return {matrix.begin(), matrix.end()};
    }

    static LinearWeightPtr quantized(const LinearId& id, const LinearWeight& weight, const std::vector<double>* covariance,
                                     const Settings& settings, const Workbench& workbench, std::set<std::string>& notes)
    {
        const auto* online = dynamic_cast<const RotatedLinear*>(&weight);
        if (!online) return codesOf(id, weight, covariance, settings, workbench, notes);
        std::vector<double> seen;
        if (covariance) seen = rotatedCovariance(*covariance, *online, *workbench.backend);
        return std::make_shared<RotatedLinear>(
            codesOf(id, *online->inner(), covariance ? &seen : nullptr, settings, workbench, notes), online->rotation());
    }

    static LinearWeightPtr codesOf(const LinearId& id, const LinearWeight& weight, const std::vector<double>* covariance,
                                   const Settings& settings, const Workbench& workbench, std::set<std::string>& notes)
    {
        const std::string what = "quantization.quarot: " + id.text();
        const AffineSettings grid{int(settings.integer("bits")), settings.boolean("symmetric"), settings.boolean("mse_clip")};
        const int64_t group = groupFor("quantization.quarot", id, weight, grid.bits, settings);
        noteSmallerGroup(settings, group, weight.inputs(), notes);
        PackedMatrix codes = packed(weight, group, grid, covariance, settings, workbench, what);
        if (settings.integer("activation_bits") == plainBits) return std::make_shared<PackedLinear>(std::move(codes));
        const ActivationRounding rounding{int(settings.integer("activation_bits")), float(settings.number("activation_clip"))};
        return std::make_shared<IntegerLinear>(std::move(codes), rounding);
    }

    static PackedMatrix packed(const LinearWeight& weight, int64_t group, const AffineSettings& grid,
                               const std::vector<double>* covariance, const Settings& settings, const Workbench& workbench,
                               const std::string& what)
    {
        const int64_t rows = weight.outputs(), columns = weight.inputs();
        std::vector<float> dense = finiteDense(weight, what);
        if (!covariance) return quantizeToNearest(dense, rows, columns, group, grid, what);
        GptqSettings solver{grid, group, false, false, settings.number("damping"), true};
        const GptqResult solved = solveGptq(*workbench.backend, std::move(dense), rows, columns, *covariance, solver, what);
        PackedMatrixBuilder builder(rows, columns, grid.bits, group, grid.symmetric);
        for (int64_t r = 0; r < rows; ++r)
            builder.setRow(r, std::span(solved.codes).subspan(size_t(r * columns), size_t(columns)),
                           std::span(solved.grids).subspan(size_t(r * (columns / group)), size_t(columns / group)), what);
        return builder.take();
    }
};

} // namespace

std::unique_ptr<const Strategy> makeQuarot()
{
    return std::make_unique<QuaRot>();
}

} // namespace paretoscope::quantization
