// Rotary position fields of a Hugging Face configuration, old and new spellings.
#pragma once

#include "core/base/json_forward.h"
#include "core/model/model_config.h"

#include <string>

namespace paretoscope::families {

struct RopeDefaults {
    double theta = 10000;
    double share = 1; // of a head that is rotated
    const char* thetaField = "rope_theta";
    const char* shareField = "partial_rotary_factor";
};

// rope_theta, partial_rotary_factor, rope_scaling with both spellings of its type, rope_parameters.
// Error(Unsupported) for scalings that are not known.
RopeConfig readRope(const Json& config, int64_t headDim, int64_t contextLength, const std::string& where,
                    const RopeDefaults& defaults = {});
// The same from one object that holds theta and scaling together ("rope_parameters" or a part of
// it); `base` gives what it leaves open.
RopeConfig readRopeParameters(const Json& parameters, RopeConfig base, int64_t headDim, int64_t contextLength,
                              const std::string& where);

// Factor of YaRN's logit temperature: 0.1 · mscale · ln(factor) + 1, 1 for factors up to 1.
double yarnTemperature(double factor, double mscale);

} // namespace paretoscope::families
