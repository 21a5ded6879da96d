#include "core/model/model_summary.h"

#include <map>

namespace paretoscope {

std::string dominantForm(const Model& model)
{
    std::map<std::string, int64_t> parameters;
    forEachLinear(model, [&](const LinearId&, const Linear& linear) {
        const auto* dense = dynamic_cast<const DenseLinear*>(linear.weight.get());
        const std::string form
            = dense ? traits(dense->weight().dtype()).name : linear.weight->description();
        parameters[form] += linear.weight->parameters();
    });
    std::string best;
    int64_t most = -1;
    for (const auto& [form, count] : parameters)
        if (count > most) {
            most = count;
            best = form;
        }
    return best;
}

double operationsPerToken(const Model& model)
{
    double weights = 0;
    forEachLinear(model, [&](const LinearId& id, const Linear& linear) {
        double share = 1;
        if (id.expert >= 0) {
            const MoeConfig& moe = model.blocks[size_t(id.block)]->config.moe;
            share = double(moe.used) / double(moe.experts);
        }
        weights += share * double(linear.weight->parameters());
    });
    weights += double(model.config.vocabulary) * double(model.config.hidden); // output head
    return 2 * weights;
}

} // namespace paretoscope
