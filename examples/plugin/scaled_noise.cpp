// Adds normal noise to every linear map, relative to the spread of each output's weights. It makes nothing
// smaller; it tells how much disturbance a model bears, which is the line that a quantizer has to beat.
#include "core/base/random.h"
#include "core/model/linear_weight.h"
#include "core/strategy/strategy.h"

#include <cmath>

namespace paretoscope::example {

namespace {

class ScaledNoise final : public Strategy {
public:
    const StrategyInfo& info() const override
    {
        static const StrategyInfo row{"example.scaled_noise",
                                      "example",
                                      "Scaled noise",
                                      "Adds normal noise to every weight of the blocks. Nothing becomes smaller; the "
                                      "loss of quality shows how much disturbance the model bears.",
                                      "",
                                      {}};
        return row;
    }

    const std::vector<Parameter>& parameters() const override
    {
        static const std::vector<Parameter> rows{
            Parameter::number("level", "Level", 0.05, 0, 1, "Standard deviation of the noise, as a share of the spread of "
                                                            "the weights of an output.")};
        return rows;
    }

    Pipeline apply(const Pipeline& pipeline, const Settings& settings, Workbench& workbench) const override
    {
        const double level = settings.number("level");
        Pipeline result = pipeline;
        const double blocks = double(pipeline.model->blocks.size());
        result.model = withLinears(*pipeline.model, [&](const LinearId& id, const Linear& linear) {
            workbench.job->throwIfCancelled();
            workbench.job->report(double(id.block) / blocks, "noise on " + id.text());
            if (id.role == "router") return linear.weight; // whose choices are not what is asked about
            return disturbed(*linear.weight, level, Random(workbench.seed, id.text()));
        });
        return result;
    }

private:
    static LinearWeightPtr disturbed(const LinearWeight& weight, double level, Random random)
    {
        std::vector<float> dense = weight.toDense();
        const auto inputs = size_t(weight.inputs());
        for (size_t row = 0; row < dense.size(); row += inputs) {
            double squares = 0;
            for (size_t i = 0; i < inputs; ++i) squares += double(dense[row + i]) * double(dense[row + i]);
            const double spread = level * std::sqrt(squares / double(inputs));
            for (size_t i = 0; i < inputs; ++i) dense[row + i] += float(spread * random.normal());
        }
        return std::make_shared<DenseLinear>(Tensor::fromFloats({weight.outputs(), weight.inputs()}, dense));
    }
};

} // namespace

std::unique_ptr<const Strategy> makeScaledNoise()
{
    return std::make_unique<ScaledNoise>();
}

} // namespace paretoscope::example
