#include "app/command_line/command.h"
#include "app/command_line/pipeline_arguments.h"
#include "app/command_line/run_selection.h"
#include "core/base/json.h"
#include "core/evaluation/frontier.h"
#include "core/report/comparison.h"

#include <map>

namespace paretoscope::commands {

namespace {

struct Plane {
    std::string x, y;
    bool xLog = false, yLog = false;
};

Json pointJson(const Run& run, const FrontierResult::Entry& entry, const Plane& plane)
{
    const Measurement& x = *run.measurement(plane.x);
    const Measurement& y = *run.measurement(plane.y);
    return {{"run", run.id},
            {"experiment", run.experiment},
            {"recipe", run.request.recipe},
            {"x", x.value},
            {"y", y.value},
            {"x_low", x.low.value_or(x.value)},
            {"x_high", x.high.value_or(x.value)},
            {"y_low", y.low.value_or(y.value)},
            {"y_high", y.high.value_or(y.value)},
            {"on_frontier", entry.onFrontier},
            {"dominated_beyond_noise", entry.dominatedBeyondNoise},
            {"dominated_by", entry.dominatedBy}};
}

void print(const Json& document, Console& console)
{
    const std::string x = document["x"], y = document["y"];
    std::vector<std::vector<std::string>> rows{{"RUN", "RECIPE", x, y, "FRONTIER", "DOMINATED BY"}};
    for (const Json& point : document["points"]) {
        std::string by;
        for (const Json& id : point["dominated_by"]) by += (by.empty() ? "" : " ") + id.dump();
        const bool noise = !point["on_frontier"].get<bool>() && !point["dominated_beyond_noise"].get<bool>();
        rows.push_back({point["run"].dump(), point["recipe"], fmt::format("{:.6g}", point["x"].get<double>()), fmt::format("{:.6g}", point["y"].get<double>()),
                        point["on_frontier"].get<bool>() ? "yes" : (noise ? "within noise" : ""), by});
    }
    console.write(textTable(rows));
    console.print("hypervolume {:.4f}, knee {}", document["hypervolume"].get<double>(),
                  document["knee"].is_null() ? "none" : "run " + document["knee"].dump());
}

Json frontierJson(const std::vector<Run>& runs, const Plane& plane, Console& console)
{
    std::vector<FrontierPoint> points;
    std::map<int64_t, const Run*> byId;
    size_t left = 0;
    for (const Run& run : runs) {
        const auto point = frontierPoint(run, plane.x, plane.y, plane.xLog, plane.yLog);
        if (point) {
            points.push_back(*point);
            byId[run.id] = &run;
        } else {
            ++left;
        }
    }
    if (left) console.note("note: {} finished runs lack one of the two metrics or a place on these axes", left);
    const FrontierResult result = computeFrontier(points, frontierDirections(plane.x, plane.y));
    Json list = Json::array();
    for (const FrontierResult::Entry& entry : result.entries)
        list.push_back(pointJson(*byId.at(entry.id), entry, plane));
    return {{"x", plane.x},
            {"y", plane.y},
            {"log_x", plane.xLog},
            {"log_y", plane.yLog},
            {"points", std::move(list)},
            {"hypervolume", result.hypervolume},
            {"knee", result.knee ? Json(*result.knee) : Json(nullptr)}};
}

int run(const Arguments& arguments, Console& console)
{
    const Plane plane{requiredMetric(arguments, "x"), requiredMetric(arguments, "y"), arguments.has("log-x"),
                      arguments.has("log-y")};
    const auto store = openStore(arguments);
    RunQuery query = runQuery(*store, arguments);
    query.states = {RunState::Done};
    const Json document = frontierJson(store->runs(query), plane, console);
    if (console.wantsJson())
        console.json(document);
    else
        print(document, console);
    return 0;
}

} // namespace

const Command& frontierCommand()
{
    static const Command row{
        "frontier",
        "Tell which runs are on the Pareto frontier, and who dominates the others.",
        {},
        {options::store(),
         {"x", "METRIC", "The metric across."},
         {"y", "METRIC", "The metric up."},
         {"log-x", "", "Measure hypervolume and knee with a logarithmic x axis."},
         {"log-y", "", "The same for y."},
         options::experiment(), options::json()},
        run};
    return row;
}

} // namespace paretoscope::commands
