#include "core/run/forecast.h"

#include "core/base/json.h"
#include "core/strategy/recipe.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace paretoscope {

namespace {

// What of a run decides what it takes.
struct Case {
    std::vector<std::string> steps; // strategy ids
    std::string recipe;
    std::string model;
    std::vector<TaskRequest> tasks;
    int threads = 0;
    double bits = NAN; // of the first step that has such a setting

    bool sameSteps(const Case& other) const { return steps == other.steps; }
    bool sameWork(const Case& other) const { return sameSteps(other) && tasks == other.tasks && threads == other.threads; }
};

struct PastCase {
    Case what;
    double value = 0;
    double operations = 0; // a token, 0 = unknown
};

Case caseOf(const RunRequest& request)
{
    Case result;
    try {
        const Recipe recipe = parseRecipe(request.recipe);
        for (const RecipeStep& step : recipe.steps) {
            result.steps.push_back(step.strategy);
            const auto bits = step.settings.json().find("bits");
            if (std::isnan(result.bits) && bits != step.settings.json().end() && bits->is_number())
                result.bits = bits->get<double>();
        }
    } catch (const Error&) {
        result.steps = {request.recipe}; // of a plugin that is not here any more
    }
    result.recipe = request.recipe;
    result.model = request.model;
    result.tasks = request.tasks;
    result.threads = request.threads;
    return result;
}

double valueOf(const Run& run, const char* metric)
{
    const Measurement* measurement = run.measurement(metric);
    return measurement ? measurement->value : NAN;
}

double median(std::vector<double> values)
{
    std::sort(values.begin(), values.end());
    const size_t half = values.size() / 2;
    return values.size() % 2 ? values[half] : (values[half - 1] + values[half]) / 2;
}

// Value at `bits` of the least-squares line; absent with fewer than two different widths.
std::optional<double> onLine(const std::vector<std::pair<double, double>>& points, double bits)
{
    double n = 0, x = 0, y = 0, xx = 0, xy = 0;
    for (const auto& [width, value] : points) {
        n += 1;
        x += width;
        y += value;
        xx += width * width;
        xy += width * value;
    }
    const double spread = n * xx - x * x;
    if (n < 2 || spread < 1e-9) return std::nullopt;
    const double slope = (n * xy - x * y) / spread;
    return (y - slope * x) / n + slope * bits;
}

struct Guess {
    double value;
    int64_t basis;
};

// From the cases that `alike` accepts; `linear` says that the value is a line over bits.
template <class Alike>
std::optional<Guess> guess(const std::vector<PastCase>& past, const Case& wanted, double operations, bool linear,
                           size_t leftOut, const Alike& alike)
{
    std::vector<double> equal, sameModel, scaled;
    std::vector<std::pair<double, double>> widths;
    for (size_t i = 0; i < past.size(); ++i) {
        const PastCase& each = past[i];
        if (i == leftOut || !alike(each.what)) continue;
        if (each.what.model == wanted.model) {
            sameModel.push_back(each.value);
            if (each.what.recipe == wanted.recipe) equal.push_back(each.value);
            if (!std::isnan(each.what.bits)) widths.emplace_back(each.what.bits, each.value);
        } else if (each.operations > 0 && operations > 0) {
            scaled.push_back(each.value * operations / each.operations);
        }
    }
    if (!equal.empty()) return Guess{median(equal), int64_t(equal.size())};
    if (linear && !std::isnan(wanted.bits))
        if (const auto value = onLine(widths, wanted.bits)) return Guess{*value, int64_t(widths.size())};
    if (!sameModel.empty()) return Guess{median(sameModel), int64_t(sameModel.size())};
    if (!scaled.empty()) return Guess{median(scaled), int64_t(scaled.size())};
    return std::nullopt;
}

enum class Quantity { Time, Size, Memory };

std::optional<Expected> expected(const std::vector<PastCase>& past, const Case& wanted, double operations, Quantity quantity)
{
    const bool linear = quantity == Quantity::Size;
    const auto alikeTo = [&](const Case& to) {
        return [&, linear](const Case& other) { return linear ? to.sameSteps(other) : to.sameWork(other); };
    };
    const auto found = guess(past, wanted, operations, linear, past.size(), alikeTo(wanted));
    if (!found) return std::nullopt;
    std::vector<double> errors;
    for (size_t i = 0; i < past.size(); ++i) {
        if (!alikeTo(wanted)(past[i].what) || past[i].value == 0) continue;
        if (const auto known = guess(past, past[i].what, past[i].operations, linear, i, alikeTo(past[i].what)))
            errors.push_back(std::abs(known->value / past[i].value - 1));
    }
    Expected result{found->value, found->basis, std::nullopt};
    if (!errors.empty()) result.pastError = median(std::move(errors));
    return result;
}

} // namespace

struct Forecaster::History {
    std::vector<PastCase> seconds, bytes, memory;
};

Forecaster::Forecaster(std::span<const Run> past)
{
    auto history = std::make_unique<History>();
    for (const Run& run : past) {
        if (run.state != RunState::Done) continue;
        const Case what = caseOf(run.request);
        const double operations = std::max(0.0, valueOf(run, "flops_per_token"));
        const auto add = [&](std::vector<PastCase>& to, double value) {
            if (std::isfinite(value)) to.push_back({what, value, operations});
        };
        if (run.startedAt > 0 && run.finishedAt > run.startedAt) add(history->seconds, run.finishedAt - run.startedAt);
        add(history->bytes, valueOf(run, "file_bytes"));
        add(history->memory, valueOf(run, "peak_memory_bytes"));
    }
    past_ = std::move(history);
}

Forecaster::~Forecaster() = default;

RunForecast Forecaster::forecast(const RunRequest& request, double operationsPerToken) const
{
    const Case wanted = caseOf(request);
    return {expected(past_->seconds, wanted, operationsPerToken, Quantity::Time),
            expected(past_->bytes, wanted, operationsPerToken, Quantity::Size),
            expected(past_->memory, wanted, operationsPerToken, Quantity::Memory)};
}

} // namespace paretoscope
