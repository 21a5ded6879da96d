// NF4: four-bit codes of levels that are equally likely for normally distributed weights.
#include "core/base/error.h"
#include "core/model/lookup_linear.h"
#include "core/strategy/strategy.h"
#include "plugins/quantization/group_layout.h"
#include "plugins/quantization/normal_float.h"

#include <set>

namespace paretoscope::quantization {

namespace {

constexpr int bits = 4;

class NormalFloat4 : public Strategy {
public:
    const StrategyInfo& info() const override
    {
        static const StrategyInfo row{
            "quantization.nf4",
            "quantization",
            "NF4 (NormalFloat)",
            "Stores each weight as one of 16 levels, spaced as normally distributed weights are, times the largest "
            "weight of its group. Needs no data and takes seconds; the format of QLoRA.",
            "Dettmers, Pagnoni, Holtzman, Zettlemoyer, QLoRA, 2023, arXiv:2305.14314",
            {}};
        return row;
    }

    const std::vector<Parameter>& parameters() const override
    {
        static const std::vector<Parameter> rows{
            Parameter::integer("group_size", "Group size", 64, -1, 1 << 16,
                               "Weights of a row that share one 32-bit scale; -1 takes the whole row.")
                .withUnit("weights")
                .withAllowed({-1, 32, 64, 128, 256, 512, 1024}),
            unevenGroupsParameter()};
        return rows;
    }

    void check(const Pipeline& pipeline, const Settings& settings) const override
    {
        requireGroups(info().id, *pipeline.model, bits, settings);
    }

    Pipeline apply(const Pipeline& pipeline, const Settings& settings, Workbench& workbench) const override
    {
        Pipeline result = pipeline;
        std::set<std::string> notes;
        const size_t blocks = pipeline.model->blocks.size();
        result.model = withLinears(*pipeline.model, [&](const LinearId& id, const Linear& linear) -> LinearWeightPtr {
            if (!isQuantizable(id)) return linear.weight;
            workbench.job->report(double(id.block) / double(blocks), "NF4: " + id.text());
            const int64_t group = groupFor(info().id, id, *linear.weight, bits, settings);
            noteSmallerGroup(settings, group, linear.weight->inputs(), notes);
            const std::vector<float> dense = finiteDense(*linear.weight, info().id + ": " + id.text());
            return std::make_shared<LookupLinear>(
                normalFloat4(dense, linear.weight->outputs(), linear.weight->inputs(), group), "NF4");
        });
        for (const std::string& note : notes) result.notes.push_back(note);
        return result;
    }
};

} // namespace

std::unique_ptr<const Strategy> makeNf4()
{
    return std::make_unique<NormalFloat4>();
}

} // namespace paretoscope::quantization
