// LLaVA 1.5 (Liu et al. 2023, arXiv:2310.03744): a language model of another family that reads the patches of
// a picture, mapped by two layers from CLIP's tower.
#include "core/base/error.h"
#include "core/base/json.h"
#include "core/model/architectures/clip_vision.h"

namespace paretoscope::architectures {

namespace {

// The first published files leave out what Llama's own configuration takes for granted.
Json textConfig(const Json& config, const std::string& where)
{
    Json text = requireField(config, "text_config", where);
    if (!text.is_object()) fail(ErrorCode::BadFile, "{}: 'text_config' must be an object", where);
    if (optionalString(text, "model_type", "llama", where) != "llama") return text;
    const Json defaults{{"model_type", "llama"},       {"hidden_size", 4096},        {"intermediate_size", 11008},
                        {"num_hidden_layers", 32},     {"num_attention_heads", 32},  {"vocab_size", 32000},
                        {"max_position_embeddings", 2048}, {"rms_norm_eps", 1e-6}};
    for (const auto& [name, value] : defaults.items())
        if (!text.contains(name)) text[name] = value;
    return text;
}

ModelConfig configure(const Json& config, const std::string& where)
{
    const Json text = textConfig(config, where);
    return architectureFor(text, where).configure(text, where);
}

int64_t featureBlocks(const Json& config, int64_t blocks, const std::string& where)
{
    if (config.contains("vision_feature_layer") && config["vision_feature_layer"].is_array())
        fail(ErrorCode::Unsupported, "{}: features of several layers at once are not supported", where);
    const int64_t states = blocks + 1; // before the first block, then after each
    const int64_t layer = optionalInteger(config, "vision_feature_layer", -states, states - 1, -2, where);
    return layer < 0 ? states + layer : layer;
}

void load(const Json& config, const WeightSource& weights, Model& model)
{
    const std::string where = weights.describe();
    const Json text = textConfig(config, where);
    architectureFor(text, where).load(text, weights, model);
    VisionTower tower = families::readClipVision(requireField(config, "vision_config", where),
                                                 "vision_tower.vision_model.", weights);
    tower.featureBlocks = featureBlocks(config, tower.featureBlocks, where);
    const std::string select = optionalString(config, "vision_feature_select_strategy", "default", where);
    if (select != "default" && select != "full")
        fail(ErrorCode::Unsupported, "{}: 'vision_feature_select_strategy' is '{}', not 'default' or 'full'", where, select);
    tower.withClassRow = select == "full";
    const char* token = config.contains("image_token_id") ? "image_token_id" : "image_token_index";
    tower.imageToken = int32_t(optionalInteger(config, token, 0, model.config.vocabulary - 1, 32000, where));
    tower.projectionActivation = families::readActivation(config, "projector_hidden_act", "gelu", where);
    const auto bias = families::biasWhen(optionalBool(config, "multimodal_projector_bias", true, where));
    const int64_t hidden = model.config.hidden;
    const std::string projector = "multi_modal_projector.";
    tower.projection1 =
        families::readLinear(weights, projector + "linear_1", hidden, tower.encoder->config.hidden, bias);
    tower.projection2 = families::readLinear(weights, projector + "linear_2", hidden, hidden, bias);
    model.vision = std::make_shared<const VisionTower>(std::move(tower));
}

} // namespace

const Architecture& llava()
{
    static const Architecture row{"llava", {"LlavaForConditionalGeneration"}, {"llava"}, configure, load};
    return row;
}

} // namespace paretoscope::architectures
