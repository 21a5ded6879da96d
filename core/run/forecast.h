// What a run will take, from runs that were made: said before it starts.
#pragma once

#include "core/experiment/experiment.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

namespace paretoscope {

// A figure with how far the same rule was off where the answer is known.
struct Expected {
    double value = 0;
    int64_t basis = 0;               // past runs it rests on
    std::optional<double> pastError; // median of |forecast / measured - 1|, each past run told by the others
};

// Absent: no past run says anything about it.
struct RunForecast {
    std::optional<Expected> seconds;
    std::optional<Expected> fileBytes;
    std::optional<Expected> peakMemoryBytes;
};

// Looks for runs of the same steps, settings apart, and of the same tasks (for times and memory):
// the median of those with equal settings, else a line through those whose `bits` differ (sizes), else the
// median. Runs of other models count when there are none of this one, scaled by operations a token.
// Immutable; thread-safe.
class Forecaster {
public:
    // Runs with measurements; those that are not done are left out.
    explicit Forecaster(std::span<const Run> past);
    ~Forecaster();

    // `operationsPerToken`: of the model, as the metric flops_per_token counts them.
    RunForecast forecast(const RunRequest& request, double operationsPerToken) const;

private:
    struct History;
    std::unique_ptr<const History> past_; // recipes read once, however many forecasts
};

} // namespace paretoscope
