// OneBit: the sign of every weight, and one scale for each row and each column.
#include "core/base/error.h"
#include "core/model/sign_linear.h"
#include "core/strategy/strategy.h"
#include "plugins/quantization/group_layout.h"
#include "plugins/quantization/sign_value.h"

namespace paretoscope::quantization {

namespace {

class OneBit : public Strategy {
public:
    const StrategyInfo& info() const override
    {
        static const StrategyInfo row{
            "quantization.onebit",
            "quantization",
            "OneBit (signs and values)",
            "Keeps the sign of each weight in one bit and magnitudes as the best product of a scale for each row and "
            "one for each input: a little over one bit a weight. The start of a training that this program does not "
            "repeat; without it, a model loses much of what it knows.",
            "Xu, Han, Yang, Wang, Zhang, Liu, Huang, Zhang, Che, OneBit, 2024, arXiv:2402.11295",
            {}};
        return row;
    }

    const std::vector<Parameter>& parameters() const override
    {
        static const std::vector<Parameter> rows{Parameter::choice(
            "magnitudes", "Magnitudes", "rank_one", {"rank_one", "mean"},
            "The best rank-one approximation of the magnitudes, or their mean in every place, which is "
            "what the method is compared with.")};
        return rows;
    }

    void check(const Pipeline& pipeline, const Settings&) const override
    {
        requireDense(info().id, *pipeline.model);
    }

    Pipeline apply(const Pipeline& pipeline, const Settings& settings, Workbench& workbench) const override
    {
        check(pipeline, settings);
        Pipeline result = pipeline;
        const auto blocks = double(pipeline.model->blocks.size());
        result.model = withLinears(*pipeline.model, [&](const LinearId& id, const Linear& linear) -> LinearWeightPtr {
            if (!isQuantizable(id)) return linear.weight;
            workbench.job->report(double(id.block) / blocks, "OneBit: " + id.text());
            workbench.job->throwIfCancelled();
            const std::string what = info().id + ": " + id.text();
            const std::vector<float> dense = finiteDense(*linear.weight, what);
            const int64_t rows = linear.weight->outputs(), columns = linear.weight->inputs();
            const Magnitudes magnitudes = settings.text("magnitudes") == "mean"
                                              ? meanMagnitudes(dense, rows, columns)
                                              : rankOneMagnitudes(dense, rows, columns);
            return std::make_shared<SignLinear>(signMatrix(dense, magnitudes, what));
        });
        return result;
    }
};

} // namespace

std::unique_ptr<const Strategy> makeOnebit()
{
    return std::make_unique<OneBit>();
}

} // namespace paretoscope::quantization
