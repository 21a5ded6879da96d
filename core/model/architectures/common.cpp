#include "core/model/architectures/common.h"

#include "core/base/error.h"
#include "core/base/json.h"

#include <array>
#include <cmath>

namespace paretoscope::families {

namespace {

constexpr int64_t largest = int64_t{1} << 31;

std::vector<float> readFactors(const Json& scaling, const char* field, const std::string& where)
{
    std::vector<float> factors;
    if (!scaling.contains(field)) return factors;
    if (!scaling.at(field).is_array()) fail(ErrorCode::BadFile, "{}: '{}' must be a list", where, field);
    for (const Json& value : scaling.at(field)) {
        if (!value.is_number() || !(value.get<double>() > 0))
            fail(ErrorCode::BadFile, "{}: '{}' holds something other than a positive number", where, field);
        factors.push_back(value.get<float>());
    }
    return factors;
}

RopeScalingKind scalingKind(const std::string& type, const std::string& where)
{
    if (type == "default" || type.empty()) return RopeScalingKind::None;
    if (type == "linear") return RopeScalingKind::Linear;
    if (type == "dynamic") return RopeScalingKind::Dynamic;
    if (type == "llama3") return RopeScalingKind::Llama3;
    if (type == "yarn" || type == "deepseek_yarn") return RopeScalingKind::Yarn;
    if (type == "longrope" || type == "su") return RopeScalingKind::LongRope;
    fail(ErrorCode::Unsupported, "{}: rope scaling '{}' is not supported", where, type);
}

void readScaling(const Json& scaling, int64_t contextLength, RopeConfig& rope, const std::string& where)
{
    if (!scaling.is_object()) fail(ErrorCode::BadFile, "{}: 'rope_scaling' must be an object", where);
    const std::string type =
        optionalString(scaling, "rope_type", optionalString(scaling, "type", "", where), where);
    rope.scaling = scalingKind(type, where);
    rope.factor = optionalNumber(scaling, "factor", rope.factor, where);
    rope.originalContext = optionalInteger(scaling, "original_max_position_embeddings", 1, largest,
                                           rope.originalContext, where);
    if (rope.originalContext == 0) rope.originalContext = contextLength;
    rope.lowFrequencyFactor = optionalNumber(scaling, "low_freq_factor", 1, where);
    rope.highFrequencyFactor = optionalNumber(scaling, "high_freq_factor", 4, where);
    rope.betaFast = optionalNumber(scaling, "beta_fast", 32, where);
    rope.betaSlow = optionalNumber(scaling, "beta_slow", 1, where);
    rope.truncate = optionalBool(scaling, "truncate", true, where);
    rope.attentionFactor = optionalNumber(scaling, "attention_factor", 0, where);
    rope.mscale = optionalNumber(scaling, "mscale", 0, where);
    rope.mscaleAllDimensions = optionalNumber(scaling, "mscale_all_dim", 0, where);
    rope.longFactors = readFactors(scaling, "long_factor", where);
    rope.shortFactors = readFactors(scaling, "short_factor", where);
}

} // namespace

RopeConfig readRope(const Json& config, int64_t headDim, int64_t contextLength, const std::string& where)
{
    RopeConfig rope;
    rope.theta = optionalNumber(config, "rope_theta", 10000, where);
    const double share = optionalNumber(config, "partial_rotary_factor", 1, where);
    if (!(share > 0 && share <= 1))
        fail(ErrorCode::BadFile, "{}: 'partial_rotary_factor' is outside 0 to 1", where);
    rope.dimensions = int64_t(double(headDim) * share) / 2 * 2;
    rope.originalContext =
        optionalInteger(config, "original_max_position_embeddings", 1, largest, 0, where);
    // Newer configurations keep theta and scaling together in rope_parameters.
    for (const char* field : {"rope_scaling", "rope_parameters"}) {
        if (!config.contains(field) || config.at(field).is_null()) continue;
        readScaling(config.at(field), contextLength, rope, where);
        rope.theta = optionalNumber(config.at(field), "rope_theta", rope.theta, where);
    }
    return rope;
}

Activation readActivation(const Json& config, const char* field, const char* fallback,
                          const std::string& where)
{
    struct Row {
        const char* name;
        Activation activation;
    };
    static constexpr std::array<Row, 11> rows{{{"silu", Activation::Silu},
                                               {"swish", Activation::Silu},
                                               {"gelu", Activation::Gelu},
                                               {"gelu_new", Activation::GeluTanh},
                                               {"gelu_fast", Activation::GeluTanh},
                                               {"gelu_pytorch_tanh", Activation::GeluTanh},
                                               {"quick_gelu", Activation::QuickGelu},
                                               {"relu", Activation::Relu},
                                               {"relu2", Activation::ReluSquared},
                                               {"linear", Activation::Identity},
                                               {"identity", Activation::Identity}}};
    const std::string name = optionalString(config, field, fallback, where);
    for (const Row& row : rows)
        if (name == row.name) return row.activation;
    fail(ErrorCode::Unsupported, "{}: activation '{}' is not supported", where, name);
}

double readEpsilon(const Json& config, const char* field, double fallback, const std::string& where)
{
    const double epsilon = optionalNumber(config, field, fallback, where);
    if (!(epsilon >= 0 && epsilon < 1))
        fail(ErrorCode::BadFile, "{}: '{}' is outside 0 to 1", where, field);
    return epsilon;
}

ModelConfig readLlamaStyleConfig(const Json& config, const std::string& where)
{
    ModelConfig result;
    result.hidden = requireInteger(config, "hidden_size", 1, 1 << 20, where);
    result.vocabulary = requireInteger(config, "vocab_size", 1, 1 << 26, where);
    result.contextLength = optionalInteger(config, "max_position_embeddings", 1, largest, 2048, where);
    result.tiedEmbeddings = optionalBool(config, "tie_word_embeddings", false, where);
    BlockConfig block;
    block.heads = requireInteger(config, "num_attention_heads", 1, 1 << 14, where);
    block.kvHeads = optionalInteger(config, "num_key_value_heads", 1, 1 << 14, block.heads, where);
    block.headDim = optionalInteger(config, "head_dim", 1, 1 << 14, result.hidden / block.heads, where);
    block.valueDim = block.headDim;
    block.feedForward = requireInteger(config, "intermediate_size", 1, 1 << 20, where);
    block.activation = readActivation(config, "hidden_act", "silu", where);
    result.ropes = {readRope(config, block.headDim, result.contextLength, where)};
    const int64_t layers = requireInteger(config, "num_hidden_layers", 1, 4096, where);
    result.blocks.assign(size_t(layers), block);
    return result;
}

Tensor readVector(const WeightSource& weights, const std::string& name, int64_t size)
{
    return Tensor::fromFloats({size}, weights.tensor(name, {size}).toFloats());
}

NormParameters readNorm(const WeightSource& weights, const std::string& name, NormKind kind, int64_t size,
                        double epsilon)
{
    NormParameters norm{kind, float(epsilon), readVector(weights, name + ".weight", size), {}};
    if (weights.has(name + ".bias")) norm.bias = readVector(weights, name + ".bias", size);
    return norm;
}

Linear readLinear(const WeightSource& weights, const std::string& name, int64_t outputs, int64_t inputs,
                  Bias bias)
{
    Linear linear{weights.linear(name, outputs, inputs), {}};
    const std::string biasName = name + ".bias";
    if (bias == Bias::Required || (bias == Bias::IfPresent && weights.has(biasName)))
        linear.bias = readVector(weights, biasName, outputs);
    return linear;
}

void readEmbeddingAndHead(const WeightSource& weights, NormKind norm, double epsilon, Model& model)
{
    const int64_t vocabulary = model.config.vocabulary;
    const int64_t hidden = model.config.hidden;
    model.embedding = weights.tensor("model.embed_tokens.weight", {vocabulary, hidden});
    model.finalNorm = readNorm(weights, "model.norm", norm, hidden, epsilon);
    if (!model.config.tiedEmbeddings)
        model.output = readLinear(weights, "lm_head", vocabulary, hidden, Bias::IfPresent);
}

} // namespace paretoscope::families
