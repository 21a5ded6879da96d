#include "core/training/adamw.h"

#include "core/base/error.h"
#include "core/base/parallel.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace paretoscope {

double Schedule::at(int64_t step) const
{
    if (step < warmup) return double(step + 1) / double(warmup);
    if (shape == ScheduleShape::Constant || steps <= warmup) return 1;
    const double passed = std::min(1.0, double(step - warmup) / double(steps - warmup));
    const double left = shape == ScheduleShape::Linear ? 1 - passed
                                                       : 0.5 * (1 + std::cos(std::numbers::pi * passed));
    return floor + (1 - floor) * left;
}

double clipGradients(Gradients& gradients, double most)
{
    const double norm = gradients.norm();
    if (norm > most) gradients.scale(float(most / norm));
    return norm;
}

AdamW::AdamW(std::vector<Tensor> parameters, const AdamWSettings& settings)
    : parameters_(std::move(parameters)), settings_(settings)
{
    for (const Tensor& parameter : parameters_) {
        first_.push_back(Tensor::zeros(DType::F32, parameter.shape()));
        second_.push_back(Tensor::zeros(DType::F32, parameter.shape()));
    }
}

void AdamW::step(const Gradients& gradients, double rateShare)
{
    ++steps_;
    const double rate = settings_.learningRate * rateShare;
    const double correction1 = 1 - std::pow(settings_.beta1, double(steps_));
    const double correction2 = 1 - std::pow(settings_.beta2, double(steps_));
    const auto b1 = float(settings_.beta1), b2 = float(settings_.beta2);
    const auto size = float(rate / correction1);
    const auto root = float(1 / std::sqrt(correction2));
    const auto epsilon = float(settings_.epsilon);
    for (size_t i = 0; i < parameters_.size(); ++i) {
        const std::span<float> weights = parameters_[i].fill<float>();
        const std::span<float> m = first_[i].fill<float>(), v = second_[i].fill<float>();
        const std::span<const float> g = gradients.at(i);
        const float keep = parameters_[i].shape().size() > 1 ? float(1 - rate * settings_.weightDecay) : 1.0f;
        parallelFor(int64_t(weights.size()), 1 << 14, [&](int64_t begin, int64_t end) {
            for (auto k = size_t(begin); k < size_t(end); ++k) {
                m[k] = b1 * m[k] + (1 - b1) * g[k];
                v[k] = b2 * v[k] + (1 - b2) * g[k] * g[k];
                weights[k] = keep * weights[k] - size * m[k] / (root * std::sqrt(v[k]) + epsilon);
            }
        });
    }
}

std::vector<Tensor> AdamW::moments() const
{
    std::vector<Tensor> all;
    for (size_t i = 0; i < first_.size(); ++i) {
        all.push_back(first_[i]);
        all.push_back(second_[i]);
    }
    return all;
}

void AdamW::restore(const std::vector<Tensor>& moments, int64_t steps)
{
    bool fits = moments.size() == 2 * parameters_.size() && steps >= 0;
    for (size_t i = 0; fits && i < moments.size(); ++i)
        fits = moments[i].dtype() == DType::F32 && moments[i].shape() == parameters_[i / 2].shape();
    if (!fits) fail(ErrorCode::BadFile, "the optimizer's state does not fit the model");
    for (size_t i = 0; i < moments.size(); ++i) {
        std::vector<Tensor>& target = i % 2 == 0 ? first_ : second_;
        const std::span<const float> values = moments[i].view<float>();
        std::copy(values.begin(), values.end(), target[i / 2].fill<float>().begin());
    }
    steps_ = steps;
}

} // namespace paretoscope
