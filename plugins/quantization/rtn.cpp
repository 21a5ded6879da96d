// Round-to-nearest in groups: no data, no order, no statistics; the control curve of every plot.
#include "core/strategy/strategy.h"
#include "plugins/quantization/affine_quantizer.h"
#include "plugins/quantization/group_layout.h"

#include "core/base/error.h"

#include <set>

namespace paretoscope::quantization {

namespace {

class RoundToNearest : public Strategy {
public:
    const StrategyInfo& info() const override
    {
        static const StrategyInfo row{
            "quantization.rtn",
            "quantization",
            "Round-to-nearest",
            "Rounds every weight of the blocks' linear maps to the nearest of 2^bits levels between the "
            "smallest and the largest weight of its group. Needs no data and takes seconds; at 4 bits and "
            "below, methods that look at data lose less.",
            "Baseline; quantizer as in Frantar et al., GPTQ, 2022, arXiv:2210.17323",
            {}};
        return row;
    }

    const std::vector<Parameter>& parameters() const override
    {
        static const std::vector<Parameter> rows{
            bitsParameter(), groupSizeParameter(),
            Parameter::boolean("symmetric", "Symmetric", false,
                               "One scale and no zero point: smaller, and usually less accurate."),
            Parameter::boolean("mse_clip", "Search clipping", false,
                               "Shrink each group's range where that lowers the error of its weights.")
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
        const AffineSettings affine{int(settings.integer("bits")), settings.boolean("symmetric"),
                                    settings.boolean("mse_clip")};
        Pipeline result = pipeline;
        std::set<std::string> notes;
        const size_t blocks = pipeline.model->blocks.size();
        result.model = withLinears(*pipeline.model, [&](const LinearId& id, const Linear& linear) {
            if (!isQuantizable(id)) return linear.weight;
            workbench.job->report(double(id.block) / double(blocks), "rounding " + id.text());
            const int64_t group = groupFor(info().id, id, *linear.weight, affine.bits, settings);
            noteSmallerGroup(settings, group, linear.weight->inputs(), notes);
            return quantized(id, *linear.weight, group, affine);
        });
        for (const std::string& note : notes) result.notes.push_back(note);
        return result;
    }

private:
    static LinearWeightPtr quantized(const LinearId& id, const LinearWeight& weight, int64_t group,
                                     const AffineSettings& affine)
    {
        const std::string what = "quantization.rtn: " + id.text();
        const std::vector<float> dense = finiteDense(weight, what);
        return std::make_shared<PackedLinear>(
            quantizeToNearest(dense, weight.outputs(), weight.inputs(), group, affine, what));
    }
};

} // namespace

std::unique_ptr<const Strategy> makeRtn()
{
    return std::make_unique<RoundToNearest>();
}

} // namespace paretoscope::quantization
