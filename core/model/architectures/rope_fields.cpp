#include "core/model/architectures/rope_fields.h"

#include "core/base/error.h"
#include "core/base/json.h"

#include <cmath>

namespace paretoscope::families {

namespace {

constexpr int64_t largest = int64_t{1} << 31;

std::vector<float> readFactors(const Json& scaling, const char* field, const std::string& where)
{
    std::vector<float> factors;
    if (!scaling.contains(field) || scaling.at(field).is_null()) return factors;
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

int64_t rotatedDimensions(double share, int64_t headDim, const std::string& where)
{
    if (!(share >= 0 && share <= 1))
        fail(ErrorCode::BadFile, "{}: the rotated share of a head is {}, outside 0 to 1", where, share);
    return int64_t(double(headDim) * share) / 2 * 2;
}

void readScaling(const Json& scaling, int64_t contextLength, RopeConfig& rope, const std::string& where)
{
    const std::string type =
        optionalString(scaling, "rope_type", optionalString(scaling, "type", "", where), where);
    rope.scaling = scalingKind(type, where);
    rope.factor = optionalNumber(scaling, "factor", rope.factor, where);
    rope.originalContext = optionalInteger(scaling, "original_max_position_embeddings", 1, largest,
                                           rope.originalContext, where);
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
    for (const char* field : {"short_mscale", "long_mscale"})
        if (scaling.contains(field) && !scaling.at(field).is_null())
            fail(ErrorCode::Unsupported, "{}: rope scaling with '{}' is not supported", where, field);
    // Without an original length the factor says by how much the context was stretched.
    if (rope.scaling == RopeScalingKind::LongRope && rope.originalContext == 0 && rope.attentionFactor == 0)
        rope.attentionFactor =
            rope.factor > 1 ? std::sqrt(1 + std::log(rope.factor) / std::log(double(contextLength))) : 1;
    if (rope.originalContext == 0) rope.originalContext = contextLength;
    if (rope.scaling == RopeScalingKind::Llama3 && !(rope.lowFrequencyFactor > 0 &&
                                                     rope.highFrequencyFactor > rope.lowFrequencyFactor))
        fail(ErrorCode::BadFile, "{}: llama3 rope scaling needs 0 < low_freq_factor < high_freq_factor", where);
}

bool given(const Json& config, const char* field)
{
    return config.contains(field) && !config.at(field).is_null();
}

} // namespace

RopeConfig readRopeParameters(const Json& parameters, RopeConfig base, int64_t headDim, int64_t contextLength,
                              const std::string& where)
{
    if (!parameters.is_object())
        fail(ErrorCode::BadFile, "{}: the rope settings must be an object", where);
    base.theta = optionalNumber(parameters, "rope_theta", base.theta, where);
    if (given(parameters, "partial_rotary_factor"))
        base.dimensions =
            rotatedDimensions(optionalNumber(parameters, "partial_rotary_factor", 1, where), headDim, where);
    readScaling(parameters, contextLength, base, where);
    return base;
}

RopeConfig readRope(const Json& config, int64_t headDim, int64_t contextLength, const std::string& where,
                    const RopeDefaults& defaults)
{
    RopeConfig rope;
    rope.theta = optionalNumber(config, "rope_theta", defaults.theta, where);
    rope.theta = optionalNumber(config, defaults.thetaField, rope.theta, where);
    double share = optionalNumber(config, "partial_rotary_factor", defaults.share, where);
    share = optionalNumber(config, defaults.shareField, share, where);
    rope.dimensions = rotatedDimensions(share, headDim, where);
    rope.originalContext =
        optionalInteger(config, "original_max_position_embeddings", 1, largest, 0, where);
    for (const char* field : {"rope_scaling", "rope_parameters"})
        if (given(config, field))
            rope = readRopeParameters(config.at(field), rope, headDim, contextLength, where);
    return rope;
}

double yarnTemperature(double factor, double mscale)
{
    return factor <= 1 ? 1.0 : 0.1 * mscale * std::log(factor) + 1.0;
}

} // namespace paretoscope::families
