#include "core/model/rope.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace paretoscope {

namespace {

double pairStep(double theta, int64_t pair, int64_t dimensions)
{
    return std::pow(theta, -2.0 * double(pair) / double(dimensions));
}

// Llama 3.1: long wavelengths are divided by the factor, short ones kept, with a linear blend.
double llama3Step(const RopeConfig& config, double step)
{
    const double wavelength = 2 * std::numbers::pi / step;
    const auto original = double(config.originalContext);
    if (wavelength > original / config.lowFrequencyFactor) return step / config.factor;
    if (wavelength < original / config.highFrequencyFactor) return step;
    const double blend = (original / wavelength - config.lowFrequencyFactor) /
                         (config.highFrequencyFactor - config.lowFrequencyFactor);
    return (1 - blend) * step / config.factor + blend * step;
}

// YaRN (Peng et al. 2023, arXiv:2309.00071): the pair that turns `rotations` times over the
// original context.
double yarnPair(const RopeConfig& config, double rotations)
{
    return double(config.dimensions) *
           std::log(double(config.originalContext) / (rotations * 2 * std::numbers::pi)) /
           (2 * std::log(config.theta));
}

double yarnMscale(double factor, double mscale)
{
    return factor <= 1 ? 1.0 : 0.1 * mscale * std::log(factor) + 1.0;
}

void applyYarn(const RopeConfig& config, RopeFrequencies& result)
{
    double low = yarnPair(config, config.betaFast);
    double high = yarnPair(config, config.betaSlow);
    if (config.truncate) {
        low = std::floor(low);
        high = std::ceil(high);
    }
    low = std::max(low, 0.0);
    high = std::min(high, double(config.dimensions - 1));
    if (low == high) high += 0.001; // no division by zero, as the reference does
    for (size_t i = 0; i < result.steps.size(); ++i) {
        const double ramp = std::clamp((double(i) - low) / (high - low), 0.0, 1.0);
        result.steps[i] = result.steps[i] / config.factor * ramp + result.steps[i] * (1 - ramp);
    }
    if (config.attentionFactor > 0)
        result.magnitude = config.attentionFactor;
    else if (config.mscale > 0 && config.mscaleAllDimensions > 0)
        result.magnitude = yarnMscale(config.factor, config.mscale) /
                           yarnMscale(config.factor, config.mscaleAllDimensions);
    else
        result.magnitude = yarnMscale(config.factor, 1);
}

void applyLongRope(const RopeConfig& config, int64_t sequenceLength, int64_t contextLength,
                   RopeFrequencies& result)
{
    const auto& factors = sequenceLength > config.originalContext ? config.longFactors : config.shortFactors;
    for (size_t i = 0; i < result.steps.size(); ++i) result.steps[i] /= double(factors[i]);
    if (config.attentionFactor > 0) {
        result.magnitude = config.attentionFactor;
        return;
    }
    const double factor = double(contextLength) / double(config.originalContext);
    if (factor > 1)
        result.magnitude = std::sqrt(1 + std::log(factor) / std::log(double(config.originalContext)));
}

double thetaFor(const RopeConfig& config, int64_t sequenceLength)
{
    if (config.scaling != RopeScalingKind::Dynamic || config.dimensions <= 2) return config.theta;
    const auto longest = double(std::max(sequenceLength, config.originalContext));
    const double stretch =
        config.factor * longest / double(config.originalContext) - (config.factor - 1);
    return config.theta *
           std::pow(stretch, double(config.dimensions) / double(config.dimensions - 2));
}

} // namespace

RopeFrequencies ropeFrequencies(const RopeConfig& config, int64_t sequenceLength, int64_t contextLength)
{
    RopeFrequencies result;
    const double theta = thetaFor(config, sequenceLength);
    for (int64_t pair = 0; pair < config.dimensions / 2; ++pair) {
        double step = pairStep(theta, pair, config.dimensions);
        if (config.scaling == RopeScalingKind::Linear) step /= config.factor;
        if (config.scaling == RopeScalingKind::Llama3) step = llama3Step(config, step);
        if (!config.frequencyFactors.empty()) step /= double(config.frequencyFactors[size_t(pair)]);
        result.steps.push_back(step);
    }
    if (config.scaling == RopeScalingKind::Yarn) applyYarn(config, result);
    if (config.scaling == RopeScalingKind::LongRope)
        applyLongRope(config, sequenceLength, contextLength, result);
    return result;
}

int64_t ropeRegime(const RopeConfig& config, int64_t sequenceLength)
{
    if (config.scaling == RopeScalingKind::LongRope) return sequenceLength > config.originalContext ? 1 : 0;
    if (config.scaling == RopeScalingKind::Dynamic) return std::max(sequenceLength, config.originalContext);
    return 0;
}

void fillRotation(const RopeFrequencies& frequencies, std::span<const int32_t> positions, float* cosines,
                  float* sines)
{
    for (const int32_t position : positions)
        for (const double step : frequencies.steps) {
            const double angle = double(position) * step;
            *cosines++ = float(std::cos(angle) * frequencies.magnitude);
            *sines++ = float(std::sin(angle) * frequencies.magnitude);
        }
}

} // namespace paretoscope
