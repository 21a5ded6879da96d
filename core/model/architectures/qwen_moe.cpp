#include "core/model/architectures/qwen_moe.h"

#include "core/base/error.h"
#include "core/base/json.h"

#include <set>

namespace paretoscope::families {

namespace {

std::set<int64_t> readDenseLayers(const Json& config, const std::string& where)
{
    std::set<int64_t> layers;
    if (!config.contains("mlp_only_layers") || config.at("mlp_only_layers").is_null()) return layers;
    const Json& list = config.at("mlp_only_layers");
    if (!list.is_array()) fail(ErrorCode::BadFile, "{}: 'mlp_only_layers' must be a list", where);
    for (const Json& layer : list) {
        if (!layer.is_number_integer())
            fail(ErrorCode::BadFile, "{}: 'mlp_only_layers' must hold integers", where);
        layers.insert(layer.get<int64_t>());
    }
    return layers;
}

} // namespace

void readQwenMoeConfig(const Json& config, int64_t defaultExperts, ModelConfig& model, const std::string& where)
{
    MoeConfig moe;
    moe.experts = optionalInteger(config, presentField(config, {"num_experts", "num_local_experts"}), 0,
                                  1 << 14, defaultExperts, where);
    moe.used = requireInteger(config, "num_experts_per_tok", 1, 1 << 14, where);
    moe.renormalize = optionalBool(config, "norm_topk_prob", false, where);
    const int64_t width = requireInteger(config, "moe_intermediate_size", 1, 1 << 20, where);
    const int64_t step = optionalInteger(config, "decoder_sparse_step", 1, 4096, 1, where);
    const std::set<int64_t> dense = readDenseLayers(config, where);
    for (size_t i = 0; i < model.blocks.size(); ++i) {
        if (moe.experts == 0 || dense.contains(int64_t(i)) || (int64_t(i) + 1) % step != 0) continue;
        model.blocks[i].moe = moe;
        model.blocks[i].feedForward = width;
    }
}

} // namespace paretoscope::families
