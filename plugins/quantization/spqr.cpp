// SpQR: small groups with quantized scales, and the weights that would cost most kept in 16 bits.
#include "core/base/error.h"
#include "core/base/half.h"
#include "core/model/affine_linear.h"
#include "core/model/lookup_linear.h"
#include "plugins/quantization/block_solving.h"
#include "plugins/quantization/group_layout.h"
#include "plugins/quantization/spqr_solver.h"

namespace paretoscope::quantization {

namespace {

constexpr int64_t plainBits = 16; // of scales and zeros that are not quantized

class Spqr : public Strategy {
public:
    const StrategyInfo& info() const override
    {
        static const StrategyInfo row{
            "quantization.spqr",
            "quantization",
            "SpQR",
            "Rounds like GPTQ in small groups whose scales and zero points are quantized as well, and keeps the few "
            "weights that would cost most in 16 bits beside the codes. Close to the original at 4 to 5 bits a weight "
            "in all; the separate weights cost bytes and some speed.",
            "Dettmers, Svirschevski, Egiazarian, Kuznedelev, Frantar, Ashkboos, Borzunov, Hoefler, Alistarh, SpQR, "
            "2023, arXiv:2306.03078",
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
        requireGroups(info().id, *pipeline.model, int(settings.integer("bits")), settings);
        forEachLinear(*pipeline.model, [&](const LinearId& id, const Linear& linear) {
            if (settings.boolean("outliers") && linear.weight->inputs() > mostSparseColumns)
                fail(ErrorCode::Unsupported, "{}: {} has {} inputs, and outliers name at most {}", info().id, id.text(),
                     linear.weight->inputs(), mostSparseColumns);
        });
    }

    Pipeline apply(const Pipeline& pipeline, const Settings& settings, Workbench& workbench) const override
    {
        check(pipeline, settings);
        return solveBlockwise(pipeline, settings, workbench, info().id, "SpQR",
                              [&](const LinearId& id, const LinearWeight& weight, const std::vector<double>* covariance,
                                  std::set<std::string>& notes) {
                                  return quantized(id, weight, covariance, settings, workbench, notes);
                              });
    }

private:
    static std::vector<Parameter> makeParameters()
    {
        std::vector<Parameter> all{
            Parameter::integer("bits", "Bits", 3, 2, 8, "Width of a weight's code, before scales and outliers.")
                .withUnit("bit")
                .withAllowed({2, 3, 4, 5, 6, 7, 8}),
            Parameter::integer("group_size", "Group size", 16, -1, 1 << 16,
                               "Weights of a row that share one scale and zero point; -1 takes the whole row.")
                .withUnit("weights")
                .withAllowed({-1, 16, 32, 64, 128, 256, 512, 1024}),
            Parameter::boolean("outliers", "Keep outliers", true,
                               "Keep weights whose error would cost most in 16 bits, at 32 bits each."),
            Parameter::number("outlier_threshold", "Outlier threshold", 0.2, 0, 1000,
                              "Cost above which a weight is an outlier, as a share of the mean variance of a column "
                              "over its sensitivity. Smaller keeps more weights."),
            Parameter::boolean("act_order", "Activation order", true,
                               "Take the columns with the largest inputs first, and store their order."),
            Parameter::integer("scale_bits", "Bits of scales", 3, 2, plainBits,
                               "Width of a group's scale; 16 keeps it as a number.")
                .withUnit("bit")
                .withAllowed({2, 3, 4, 5, 6, 7, 8, plainBits})
                .asAdvanced(),
            Parameter::integer("zero_bits", "Bits of zero points", 3, 2, plainBits,
                               "Width of a group's zero point; 16 keeps it as a number.")
                .withUnit("bit")
                .withAllowed({2, 3, 4, 5, 6, 7, 8, plainBits})
                .asAdvanced(),
            Parameter::integer("shared_rows", "Rows of a second-level group", 16, 1, 1 << 16,
                               "Rows whose quantized scales, and zero points, share a grid.")
                .withUnit("rows")
                .asAdvanced(),
            Parameter::boolean("leave_one_out", "Leave one out", true,
                               "Fit each group without the weights that are likely to be kept as outliers.")
                .asAdvanced(),
            Parameter::number("damping", "Damping", 1, 0, 10,
                              "Added to the diagonal of the inputs' covariance, as a share of its mean.")
                .asAdvanced()};
        for (Parameter& parameter : blockSolvingParameters()) all.push_back(std::move(parameter));
        all.push_back(unevenGroupsParameter());
        return all;
    }

    static SpqrSettings solverSettings(const Settings& settings, int64_t group)
    {
        const auto numberBits = [&](const char* name) {
            return settings.integer(name) == plainBits ? 0 : int(settings.integer(name));
        };
        SpqrSettings solver;
        solver.bits = int(settings.integer("bits"));
        solver.groupSize = group;
        solver.scaleBits = numberBits("scale_bits");
        solver.zeroBits = numberBits("zero_bits");
        solver.sharedRows = settings.integer("shared_rows");
        solver.outliers = settings.boolean("outliers");
        solver.outlierThreshold = settings.number("outlier_threshold");
        solver.leaveOneOut = settings.boolean("leave_one_out");
        solver.actOrder = settings.boolean("act_order");
        solver.damping = settings.number("damping");
        return solver;
    }

    static LinearWeightPtr quantized(const LinearId& id, const LinearWeight& weight, const std::vector<double>* covariance,
                                     const Settings& settings, const Workbench& workbench, std::set<std::string>& notes)
    {
        const std::string what = "quantization.spqr: " + id.text();
        const int64_t group = groupFor("quantization.spqr", id, weight, int(settings.integer("bits")), settings);
        noteSmallerGroup(settings, group, weight.inputs(), notes);
        const SpqrSettings solver = solverSettings(settings, group);
        const int64_t rows = weight.outputs(), columns = weight.inputs();
        std::vector<double> inputs;
        if (covariance) {
            inputs = *covariance;
        } else {
            notes.insert("no token of the calibration text reached some experts, whose inputs are taken for independent");
            inputs.resize(size_t(columns * columns));
            for (int64_t c = 0; c < columns; ++c) inputs[size_t(c * columns + c)] = 1;
        }
        const SpqrResult solved = solveSpqr(*workbench.backend, finiteDense(weight, what), rows, columns,
                                            std::move(inputs), solver, what);
        if (solved.damping > solver.damping) notes.insert("damping was raised where the inputs' covariance is singular");
        return stored(solved, solver, rows, columns, what);
    }

    static LinearWeightPtr stored(const SpqrResult& solved, const SpqrSettings& solver, int64_t rows, int64_t columns,
                                  const std::string& what)
    {
        const int64_t groups = columns / solver.groupSize;
        AffineMatrix matrix;
        matrix.bits = solver.bits;
        matrix.groupSize = solver.groupSize;
        matrix.rows = rows;
        matrix.columns = columns;
        matrix.codes = packedRows(solved.codes, solver.bits, rows, columns);
        std::vector<double> scales, zeros;
        for (const RealGrid& grid : solved.groups) {
            scales.push_back(grid.scale);
            zeros.push_back(grid.zero);
        }
        const auto numbers = [&](int bits, const auto& codes, const auto& grids, const auto& values) {
            return bits == 0 ? plainNumbers(values, rows, groups, what)
                             : twoLevelNumbers(codes, grids, bits, solver.sharedRows, rows, groups, what);
        };
        matrix.scales = numbers(solver.scaleBits, solved.scaleCodes, solved.scaleGrids, scales);
        matrix.zeros = numbers(solver.zeroBits, solved.zeroCodes, solved.zeroGrids, zeros);
        LinearWeightPtr map = std::make_shared<AffineLinear>(std::move(matrix));
        if (solver.outliers) map = std::make_shared<OutlierLinear>(map, outliersOf(solved, *map, solver, what));
        if (solved.order.empty()) return map;
        Tensor order = Tensor::zeros(DType::I32, {columns});
        std::copy(solved.order.begin(), solved.order.end(), order.fill<int32_t>().begin());
        return std::make_shared<GatheredLinear>(map, order);
    }

    // What each outlier adds to the code in its place.
    static SparseRows outliersOf(const SpqrResult& solved, const LinearWeight& base, const SpqrSettings& solver,
                                 const std::string& what)
    {
        const int64_t rows = base.outputs(), columns = base.inputs(), groups = columns / solver.groupSize;
        const int64_t count = std::count(solved.outlierMask.begin(), solved.outlierMask.end(), 1);
        if (count > int64_t{UINT32_MAX}) fail(ErrorCode::Unsupported, "{}: {} outliers are too many", what, count);
        SparseRows sparse{rows, columns, Tensor::zeros(DType::U32, {rows + 1}), Tensor::zeros(DType::U16, {count}),
                          Tensor::zeros(DType::F16, {count})};
        const std::span<uint32_t> offsets = sparse.offsets.fill<uint32_t>();
        const std::span<uint16_t> indices = sparse.indices.fill<uint16_t>(), values = sparse.values.fill<uint16_t>();
        size_t entry = 0;
        for (int64_t r = 0; r < rows; ++r) {
            for (int64_t c = 0; c < columns; ++c) {
                const auto at = size_t(r * columns + c);
                if (!solved.outlierMask[at]) continue;
                const RealGrid& grid = solved.groups[size_t(r * groups + c / solver.groupSize)];
                indices[entry] = uint16_t(c);
                values[entry] = floatToHalf(float(double(solved.outlierWeights[at]) - dequantize(solved.codes[at], grid)));
                if (!std::isfinite(halfToFloat(values[entry++])))
                    fail(ErrorCode::Unsupported, "{}: an outlier of {} does not fit 16 bits", what, solved.outlierWeights[at]);
            }
            offsets[size_t(r) + 1] = uint32_t(entry);
        }
        return sparse;
    }
};

} // namespace

std::unique_ptr<const Strategy> makeSpqr()
{
    return std::make_unique<Spqr>();
}

} // namespace paretoscope::quantization
