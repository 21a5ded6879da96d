// The configuration in the project's own folder format. Field names are part of that format.
#include "core/base/error.h"
#include "core/base/json.h"
#include "core/model/model_config.h"

namespace paretoscope {

NLOHMANN_JSON_SERIALIZE_ENUM(PositionKind, {{PositionKind::None, "none"},
                                            {PositionKind::Rope, "rope"},
                                            {PositionKind::Learned, "learned"},
                                            {PositionKind::Alibi, "alibi"}})
NLOHMANN_JSON_SERIALIZE_ENUM(RopeScalingKind, {{RopeScalingKind::None, "none"},
                                               {RopeScalingKind::Linear, "linear"},
                                               {RopeScalingKind::Dynamic, "dynamic"},
                                               {RopeScalingKind::Llama3, "llama3"},
                                               {RopeScalingKind::Yarn, "yarn"},
                                               {RopeScalingKind::LongRope, "longrope"}})
NLOHMANN_JSON_SERIALIZE_ENUM(Activation, {{Activation::Identity, "identity"},
                                          {Activation::Silu, "silu"},
                                          {Activation::Gelu, "gelu"},
                                          {Activation::GeluTanh, "gelu_tanh"},
                                          {Activation::QuickGelu, "quick_gelu"},
                                          {Activation::Relu, "relu"},
                                          {Activation::ReluSquared, "relu_squared"}})
NLOHMANN_JSON_SERIALIZE_ENUM(BlockConfig::QkNorm, {{BlockConfig::QkNorm::None, "none"},
                                                   {BlockConfig::QkNorm::PerHead, "per_head"},
                                                   {BlockConfig::QkNorm::FullWidth, "full_width"},
                                                   {BlockConfig::QkNorm::OwnPerHead, "own_per_head"}})
NLOHMANN_JSON_SERIALIZE_ENUM(MoeConfig::Scoring,
                             {{MoeConfig::Scoring::SoftmaxThenTop, "softmax_then_top"},
                              {MoeConfig::Scoring::TopThenSoftmax, "top_then_softmax"},
                              {MoeConfig::Scoring::Sigmoid, "sigmoid"}})

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(RopeConfig, theta, dimensions, interleaved, scaling, factor,
                                                originalContext, lowFrequencyFactor, highFrequencyFactor,
                                                betaFast, betaSlow, truncate, attentionFactor, mscale,
                                                mscaleAllDimensions, longFactors, shortFactors,
                                                frequencyFactors)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(MoeConfig, experts, used, scoring, renormalize, scale, groups,
                                                groupsUsed, groupScoreIsTopTwo, clamp, upOffset)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(MlaConfig, kvRank, queryRank, nopeDim, ropeDim)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(BlockConfig, heads, kvHeads, headDim, valueDim, feedForward,
                                                window, attentionScale, attentionSoftCap, positions,
                                                ropeIndex, qkNorm, normAfterRope, parallel, normAfterAdd, gated, activation,
                                                residualScale, clampQkv, moe, mla)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(ModelConfig, architecture, hidden, vocabulary, contextLength,
                                                tiedEmbeddings, causal, embeddingScale, logitScale,
                                                logitSoftCap, alibiMaximumBias, alibiScale, learnedPositionOffset,
                                                tokenTypes, languageHead, ropes, blocks)

Json toJson(const ModelConfig& config)
{
    Json json;
    to_json(json, config);
    return json;
}

std::string activationName(Activation activation)
{
    return Json(activation).get<std::string>();
}

Activation activationFromName(const std::string& name, const std::string& where)
{
    const auto activation = Json(name).get<Activation>(); // the first of the table for a name that is not in it
    if (activationName(activation) != name) fail(ErrorCode::BadFile, "{}: the activation '{}' is not known", where, name);
    return activation;
}

ModelConfig modelConfigFromJson(const Json& json, const std::string& where)
{
    ModelConfig config;
    try {
        from_json(json, config);
    } catch (const Json::exception& error) {
        fail(ErrorCode::BadFile, "{}: the model configuration is damaged ({})", where, error.what());
    }
    validateConfig(config, where);
    return config;
}

} // namespace paretoscope
