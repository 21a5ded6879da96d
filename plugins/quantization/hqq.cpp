// HQQ: round-to-nearest with zero points that ignore each group's outliers; needs no data.
#include "core/base/parallel.h"
#include "core/model/affine_linear.h"
#include "core/strategy/strategy.h"
#include "plugins/quantization/group_layout.h"
#include "plugins/quantization/half_quadratic.h"

#include <fmt/format.h>
#include <set>

namespace paretoscope::quantization {

namespace {

class Hqq : public Strategy {
public:
    const StrategyInfo& info() const override
    {
        static const StrategyInfo row{
            "quantization.hqq",
            "quantization",
            "HQQ (half-quadratic)",
            "Rounds to the nearest level like round-to-nearest, but with a real zero point for each group, found so "
            "that most weights fit well and a few outliers do not count. Needs no data and takes seconds; stores 32 "
            "bits more for each group.",
            "Badri, Shaji, Half-Quadratic Quantization of Large Machine Learning Models, 2023, "
            "mobiusml.github.io/hqq_blog",
            {}};
        return row;
    }

    const std::vector<Parameter>& parameters() const override
    {
        static const std::vector<Parameter> rows{
            bitsParameter(),
            Parameter::integer("group_size", "Group size", 64, -1, 1 << 16,
                               "Weights of a row that share one scale and zero point, 16 bits each. Smaller groups "
                               "follow the weights more closely; -1 takes the whole row.")
                .withUnit("weights")
                .withAllowed({-1, 16, 32, 64, 128, 256, 512, 1024}),
            Parameter::number("power", "Power of the error", 0.7, 0.1, 1,
                              "Errors count as their size to this power: the smaller, the less outliers matter.")
                .asAdvanced(),
            Parameter::number("strength", "Strength", 10, 0.01, 1e6,
                              "How small an error must be to count as rounding and not as an outlier; larger means "
                              "smaller.")
                .asAdvanced(),
            Parameter::number("growth", "Growth of the strength", 1.01, 1, 10, "Its factor from one turn to the next.")
                .asAdvanced(),
            Parameter::integer("iterations", "Turns", 20, 0, 1000,
                               "Most turns of the search; it ends when a turn no longer lowers a group's error. 0 keeps "
                               "the range's own zero point.")
                .asAdvanced(),
            unevenGroupsParameter()};
        return rows;
    }

    void check(const Pipeline& pipeline, const Settings& settings) const override
    {
        requireGroups(info().id, *pipeline.model, int(settings.integer("bits")), settings);
    }

    Pipeline apply(const Pipeline& pipeline, const Settings& settings, Workbench& workbench) const override
    {
        const HalfQuadraticSettings search{int(settings.integer("bits")), settings.number("power"),
                                           settings.number("strength"), settings.number("growth"),
                                           settings.integer("iterations")};
        Pipeline result = pipeline;
        std::set<std::string> notes;
        const size_t blocks = pipeline.model->blocks.size();
        result.model = withLinears(*pipeline.model, [&](const LinearId& id, const Linear& linear) {
            if (!isQuantizable(id)) return linear.weight;
            workbench.job->report(double(id.block) / double(blocks), "HQQ: " + id.text());
            const int64_t group = groupFor(info().id, id, *linear.weight, search.bits, settings);
            noteSmallerGroup(settings, group, linear.weight->inputs(), notes);
            return quantized(id, *linear.weight, group, search);
        });
        for (const std::string& note : notes) result.notes.push_back(note);
        return result;
    }

private:
    static LinearWeightPtr quantized(const LinearId& id, const LinearWeight& weight, int64_t group,
                                     const HalfQuadraticSettings& search)
    {
        const std::string what = "quantization.hqq: " + id.text();
        const int64_t rows = weight.outputs(), columns = weight.inputs(), groups = columns / group;
        const std::vector<float> dense = finiteDense(weight, what);
        std::vector<uint8_t> codes(dense.size());
        std::vector<double> scales(size_t(rows * groups)), zeros(scales.size());
        parallelFor(rows * groups, 16, [&](int64_t begin, int64_t end) {
            for (int64_t g = begin; g < end; ++g) {
                const auto first = size_t(g * group);
                const auto values = std::span(dense).subspan(first, size_t(group));
                const RealGrid grid = fitHalfQuadratic(values, search, true);
                scales[size_t(g)] = grid.scale;
                zeros[size_t(g)] = grid.zero;
                for (size_t i = 0; i < values.size(); ++i)
                    codes[first + i] = uint8_t(quantize(double(values[i]), grid, search.bits));
            }
        });
        AffineMatrix matrix;
        matrix.bits = search.bits;
        matrix.groupSize = group;
        matrix.rows = rows;
        matrix.columns = columns;
        matrix.codes = packedRows(codes, search.bits, rows, columns);
        matrix.scales = plainNumbers(scales, rows, groups, what);
        matrix.zeros = plainNumbers(zeros, rows, groups, what);
        return std::make_shared<AffineLinear>(std::move(matrix));
    }
};

} // namespace

std::unique_ptr<const Strategy> makeHqq()
{
    return std::make_unique<Hqq>();
}

} // namespace paretoscope::quantization
