// Gemma 3 (Gemma Team 2025, arXiv:2503.19786): five sliding layers for each full one, rotations of
// their own for both kinds, normalized query and key heads. Of files that also see pictures the
// language part is read.
#include "core/base/json.h"
#include "core/model/architectures/gemma_block.h"

namespace paretoscope::architectures {

namespace {

// Files with a picture encoder keep the language part's fields, as far as they differ from these,
// in an object of their own.
Json languageFields(const Json& config)
{
    if (!config.contains("text_config") || !config.at("text_config").is_object()) return config;
    Json fields{{"vocab_size", 262208},        {"hidden_size", 2304},        {"intermediate_size", 9216},
                {"num_hidden_layers", 26},     {"num_attention_heads", 8},   {"num_key_value_heads", 4},
                {"head_dim", 256},             {"sliding_window", 4096}};
    fields.update(config.at("text_config"));
    return fields;
}

RopeConfig readLocalRope(const Json& fields, const BlockConfig& block, const ModelConfig& model,
                         const std::string& where)
{
    RopeConfig rope;
    rope.theta = optionalNumber(fields, "rope_local_base_freq", 10000, where);
    rope.dimensions = block.headDim / 2 * 2;
    rope.originalContext = model.contextLength;
    return rope;
}

// Newer files describe the rotation of each kind of layer in rope_parameters.
bool hasRopePerKind(const Json& fields)
{
    return fields.contains("rope_parameters") && fields.at("rope_parameters").is_object() &&
           fields.at("rope_parameters").contains("full_attention");
}

void readRopes(const Json& fields, ModelConfig& model, const std::string& where)
{
    const BlockConfig& block = model.blocks[0];
    const RopeConfig local = readLocalRope(fields, block, model, where);
    model.ropes.push_back(local);
    if (!hasRopePerKind(fields)) return;
    const Json& kinds = fields.at("rope_parameters");
    RopeConfig base = local;
    base.theta = 1e6;
    base.originalContext = 0;
    model.ropes[0] = families::readRopeParameters(kinds.at("full_attention"), base, block.headDim,
                                                  model.contextLength, where);
    base.theta = local.theta;
    if (kinds.contains("sliding_attention"))
        model.ropes[1] = families::readRopeParameters(kinds.at("sliding_attention"), base, block.headDim,
                                                      model.contextLength, where);
}

ModelConfig configure(const Json& config, const std::string& where)
{
    Json fields = languageFields(config);
    families::refuseUnless(fields, "use_bidirectional_attention", false, where);
    families::RopeDefaults rope;
    rope.theta = 1e6;
    Json plain = fields;
    if (hasRopePerKind(fields)) plain.erase("rope_parameters");
    ModelConfig result = families::readGemmaConfig(plain, where, 131072, rope);
    families::readGemmaAttention(fields, 0, 0, result, where);
    readRopes(fields, result, where);
    const int64_t pattern = optionalInteger(
        fields, families::presentField(fields, {"sliding_window_pattern", "_sliding_window_pattern"}), 1, 4096,
        6, where);
    const int64_t window = optionalInteger(fields, "sliding_window", 1, int64_t{1} << 40, 4096, where);
    families::setWindows(
        fields, window, [&](size_t i) { return (int64_t(i) + 1) % pattern != 0; }, result, where);
    for (BlockConfig& block : result.blocks) {
        block.qkNorm = BlockConfig::QkNorm::PerHead;
        block.ropeIndex = block.window > 0 ? 1 : 0;
    }
    return result;
}

void load(const Json& config, const WeightSource& weights, Model& model)
{
    families::readGemmaSandwich(weights, families::readGemmaStyle(languageFields(config), weights.describe()),
                                model);
    if (config.contains("text_config"))
        model.warnings.push_back("the picture encoder of this model is not used");
}

} // namespace

const Architecture& gemma3()
{
    static const Architecture row{"gemma3",
                                  {"Gemma3ForCausalLM", "Gemma3ForConditionalGeneration"},
                                  {"gemma3_text", "gemma3"},
                                  configure,
                                  load};
    return row;
}

} // namespace paretoscope::architectures
