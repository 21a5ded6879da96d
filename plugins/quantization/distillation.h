// Training a compressed model to predict what the original predicts, on windows of the calibration text.
#pragma once

#include "core/autograd/gradients.h"
#include "core/inference/transformer.h"
#include "core/strategy/calibration.h"

#include <span>
#include <string>
#include <vector>

namespace paretoscope::quantization {

// steps and batch. How long a window is says calibration_length.
std::vector<Parameter> distillationParameters(int64_t steps);

// Error(Unsupported) naming strategy and reason for models that no gradient flows through.
void requireGradients(const std::string& strategy, const Model& model);

// Not thread-safe.
class Distillation {
public:
    // Error(BadUsage) without a text, Error(BadFile) when it is shorter than a window, Error(Unsupported)
    // without a tokenizer.
    Distillation(const Model& teacher, const Settings& settings, Workbench& workbench, const std::string& strategy);

    int64_t steps() const { return steps_; }
    // Mean KL(teacher ‖ student) over the windows of a step, whose gradient is added to `gradients`.
    double addGradients(const Model& student, int64_t step, Gradients& gradients);

private:
    struct Pass {
        std::vector<KvCache> caches;
        PassMemory memory;
    };
    std::vector<std::span<const int32_t>> windows(int64_t step) const;
    static Value logits(const Model& model, Operations& operations, Scratch& scratch,
                        const std::vector<std::span<const int32_t>>& windows, Pass& pass);

    const Model& teacher_;
    Workbench& workbench_;
    int64_t steps_, batch_;
    CalibrationTokens text_;
    Scratch teacherScratch_, scratch_;
};

} // namespace paretoscope::quantization
