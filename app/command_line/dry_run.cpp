#include "app/command_line/dry_run.h"

#include "core/base/json.h"
#include "core/base/text.h"
#include "core/model/model_summary.h"
#include "core/model/open_model.h"
#include "core/run/forecast.h"
#include "core/store/store.h"

#include <filesystem>
#include <functional>

namespace paretoscope {

namespace {

std::vector<Run> historyOf(const std::string& path)
{
    if (!std::filesystem::exists(path)) return {};
    return Store::open(path, StoreAccess::ReadOnly)->runs();
}

Json expectedJson(const std::optional<Expected>& expected)
{
    if (!expected) return nullptr;
    Json json{{"value", expected->value}, {"basis", expected->basis}};
    json["past_error"] = expected->pastError ? Json(*expected->pastError) : Json(nullptr);
    return json;
}

std::string shown(const std::optional<Expected>& expected, const std::function<std::string(double)>& text)
{
    if (!expected) return "unknown";
    if (!expected->pastError) return text(expected->value);
    return fmt::format("{} (± {:.0f}%)", text(expected->value), 100 * *expected->pastError);
}

} // namespace

int showForecast(const ExperimentPlan& plan, const std::string& storePath, Console& console)
{
    const Forecaster forecaster(historyOf(storePath));
    const double operations = operationsPerToken(*openModel(plan.model));
    Json rows = Json::array();
    double total = 0;
    int unknown = 0;
    const std::vector<RunRequest> requests = plan.requests();
    console.print("{:<18} {:<22} {:<22} {}", "time", "file", "peak memory", "recipe");
    for (const RunRequest& request : requests) {
        const RunForecast forecast = forecaster.forecast(request, operations);
        if (forecast.seconds) total += forecast.seconds->value;
        else ++unknown;
        const auto bytes = [](double value) { return humanBytes(value); };
        console.print("{:<18} {:<22} {:<22} {}", shown(forecast.seconds, humanSeconds), shown(forecast.fileBytes, bytes),
                      shown(forecast.peakMemoryBytes, bytes), request.recipe);
        rows.push_back({{"recipe", request.recipe},
                        {"seconds", expectedJson(forecast.seconds)},
                        {"file_bytes", expectedJson(forecast.fileBytes)},
                        {"peak_memory_bytes", expectedJson(forecast.peakMemoryBytes)}});
    }
    if (console.wantsJson())
        console.json({{"runs", rows}, {"total_seconds", total}, {"unknown_runs", unknown}});
    console.print("{} runs, about {}{}; nothing was run", requests.size(), humanSeconds(total),
                  unknown ? fmt::format(" without {} that no earlier run in '{}' is like", unknown, storePath) : "");
    return 0;
}

} // namespace paretoscope
