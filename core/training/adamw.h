// AdamW: Adam with decoupled weight decay (Loshchilov and Hutter 2017, arXiv:1711.05101,
// algorithm 2), and what usually goes with it.
#pragma once

#include "core/autograd/gradients.h"

#include <cstdint>
#include <string>
#include <vector>

namespace paretoscope {

struct AdamWSettings {
    double learningRate = 1e-3; // the peak; a schedule scales it
    double beta1 = 0.9;
    double beta2 = 0.95;
    double epsilon = 1e-8;
    double weightDecay = 0.1; // of matrices; vectors (norms, biases) do not decay
};

enum class ScheduleShape { Constant, Linear, Cosine };

// Share of the learning rate: rises from 0 over `warmup` steps, then falls to `floor` at `steps`.
struct Schedule {
    ScheduleShape shape = ScheduleShape::Cosine;
    int64_t warmup = 0;
    int64_t steps = 0;
    double floor = 0.1;

    double at(int64_t step) const; // of step 0, 1, ...
};

// Scales all gradients so that their common norm is at most `most`; returns the norm before.
double clipGradients(Gradients& gradients, double most);

// The parameters are the f32 masters themselves and are changed in place: nobody else may read them
// during `step`. Deterministic whatever the thread count.
class AdamW {
public:
    AdamW(std::vector<Tensor> parameters, const AdamWSettings& settings);

    // One step with the gradients of the same parameters in the same order; `rateShare` is the
    // schedule's.
    void step(const Gradients& gradients, double rateShare = 1);
    int64_t steps() const { return steps_; }

    // First and second moments, one after another for each parameter: what a checkpoint keeps.
    std::vector<Tensor> moments() const;
    // Error(BadFile) unless they have the shapes of this optimizer's.
    void restore(const std::vector<Tensor>& moments, int64_t steps);

private:
    std::vector<Tensor> parameters_;
    AdamWSettings settings_;
    std::vector<Tensor> first_, second_;
    int64_t steps_ = 0;
};

} // namespace paretoscope
