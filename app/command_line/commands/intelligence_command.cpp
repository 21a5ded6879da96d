#include "app/command_line/command.h"
#include "app/command_line/pipeline_arguments.h"
#include "app/command_line/run_selection.h"
#include "core/base/error.h"
#include "core/base/json.h"
#include "core/base/text.h"
#include "core/evaluation/metric.h"
#include "core/report/intelligence.h"

#include <cmath>

namespace paretoscope::commands {

namespace {

Json fitJson(const IntelligenceFit& result)
{
    Json points = Json::array();
    for (const IntelligencePoint& point : result.points) {
        Json row{{"run", point.run}, {"bits_per_byte", point.bitsPerByte}, {"score", point.score}};
        if (result.fit) row["residual"] = point.score - result.fit->at(point.bitsPerByte);
        points.push_back(std::move(row));
    }
    Json json{{"benchmarks", result.benchmarks}, {"points", std::move(points)}, {"left_out", result.leftOut},
              {"models", result.models}, {"fit", nullptr}};
    if (!result.fit) return json;
    const LinearFit& fit = *result.fit;
    const auto number = [](double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); };
    json["fit"] = {{"slope", fit.slope}, {"intercept", fit.intercept}, {"r", number(fit.r)}, {"rmse", fit.rmse},
                   {"r_low", fit.rLow ? Json(*fit.rLow) : Json(nullptr)},
                   {"r_high", fit.rHigh ? Json(*fit.rHigh) : Json(nullptr)}, {"count", fit.count}};
    return json;
}

void print(const IntelligenceFit& result, Console& console)
{
    std::vector<std::vector<std::string>> rows{{"RUN", "bits_per_byte", "SCORE", "RESIDUAL"}};
    for (const IntelligencePoint& point : result.points)
        rows.push_back({std::to_string(point.run), fmt::format("{:.4f}", point.bitsPerByte), fmt::format("{:.4f}", point.score),
                        result.fit ? fmt::format("{:+.4f}", point.score - result.fit->at(point.bitsPerByte)) : ""});
    console.write(textTable(rows));
    const std::string sentence = intelligenceSentence(result);
    console.print("{}", sentence.empty() ? "No line: it takes three runs with bits_per_byte and answers." : sentence);
}

int run(const Arguments& arguments, Console& console)
{
    std::vector<std::string> benchmarks;
    for (const std::string& name : arguments.all("benchmark")) benchmarks.push_back(metricByName(name).info.name);
    const auto store = openStore(arguments);
    const std::vector<Run> runs = store->runs(runQuery(*store, arguments));
    const IntelligenceFit result = fitIntelligence(runs, benchmarks);
    if (console.wantsJson())
        console.json(fitJson(result));
    else
        print(result, console);
    return 0;
}

} // namespace

const Command& intelligenceCommand()
{
    static const Command row{
        "intelligence",
        "Fit a line of benchmark scores on bits a byte of text, over the runs of a store.",
        {},
        {options::store(),
         {"benchmark", "METRIC", "What goes into the score; exact_match and accuracy when not given.", true},
         options::experiment(), options::json()},
        run};
    return row;
}

} // namespace paretoscope::commands
