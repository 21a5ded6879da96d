#include "core/report/study_sections.h"

#include "core/base/json.h"
#include "core/base/text.h"
#include "core/base/version.h"
#include "core/evaluation/metric.h"
#include "core/report/cells.h"
#include "core/report/frontier_svg.h"

#include <algorithm>
#include <ctime>
#include <functional>
#include <map>
#include <set>

namespace paretoscope {

namespace {

std::string timeText(double seconds)
{
    if (!(seconds > 0)) return "–";
    const auto time = std::time_t(seconds);
    std::tm parts{};
    gmtime_r(&time, &parts);
    char text[32];
    const size_t length = std::strftime(text, sizeof text, "%Y-%m-%d %H:%M UTC", &parts);
    return std::string(text, length);
}

// Different values in the order of the runs.
std::vector<std::string> different(const std::vector<Run>& runs, const std::function<std::string(const Run&)>& value)
{
    std::vector<std::string> result;
    for (const Run& run : runs) {
        const std::string text = value(run);
        if (!text.empty() && std::find(result.begin(), result.end(), text) == result.end()) result.push_back(text);
    }
    return result;
}

std::string joined(const std::vector<std::string>& values, const char* separator = ", ")
{
    std::string text;
    for (const std::string& value : values) text += (text.empty() ? "" : separator) + value;
    return text;
}

std::vector<Cell> fact(const char* name, const std::string& value, bool code = false)
{
    return {Cell::ofStrong(std::string(name) + ": "), code ? Cell::ofCode(value) : Cell(value)};
}

std::string settingsText(const TaskRequest& task)
{
    const Json settings = Json::parse(task.settings, nullptr, false);
    std::string text;
    if (settings.is_object())
        for (const auto& [name, value] : settings.items())
            text += (text.empty() ? "" : ", ") + name + " " + settingText(settings, name);
    return text;
}

std::string taskText(const TaskRequest& task)
{
    std::string text = task.task;
    if (const std::string settings = settingsText(task); !settings.empty()) text += " (" + settings + ")";
    if (!task.textFile.empty()) text += " on " + task.textFile;
    return text;
}

// A row a strategy: which values its settings went through.
Table gridOf(const Study& study)
{
    std::vector<std::string> order;
    std::map<std::string, std::map<std::string, std::vector<std::string>>> values;
    std::map<std::string, int> counts;
    for (const Run& run : study.runs) {
        const std::string strategy = strategyOf(run.request.recipe);
        if (counts[strategy]++ == 0) order.push_back(strategy);
        const Json settings = Json::parse(run.settings, nullptr, false);
        if (!settings.is_object()) continue;
        for (const auto& [name, value] : settings.items()) {
            std::vector<std::string>& known = values[strategy][name];
            const std::string text = settingText(settings, name);
            if (std::find(known.begin(), known.end(), text) == known.end()) known.push_back(text);
        }
    }
    Table table;
    table.columns = {{"Strategy", false}, {"Runs", true}, {"Gone through", false}, {"The same in all", false}};
    for (const std::string& strategy : order) {
        std::string swept, fixed;
        for (const auto& [name, known] : values[strategy]) {
            std::string& text = known.size() > 1 ? swept : fixed;
            text += (text.empty() ? "" : "; ") + name + " " + joined(known);
        }
        table.rows.push_back({strategy == "none" ? Cell("none: the uncompressed model") : Cell::ofCode(strategy),
                              std::to_string(counts[strategy]), swept, fixed});
    }
    return table;
}

std::string notesOf(const Run& run)
{
    return joined(run.provenance.notes, "; ");
}

} // namespace

std::string subtitleOf(const Study& study)
{
    double last = 0;
    for (const Run& run : study.runs) last = std::max(last, run.finishedAt);
    std::string text = joined(different(study.runs, [](const Run& r) { return r.request.model; }));
    if (last > 0) text += " · last run finished " + timeText(last);
    return text + " · Paretoscope " + version();
}

std::string testsCaption(const Study& study)
{
    const auto has = [&](ComparedMetric::Test test) {
        return std::any_of(study.tests.begin(), study.tests.end(), [&](const BaselineTest& t) { return t.difference.test == test; });
    };
    std::string text = "Difference: run minus uncompressed model.";
    if (has(ComparedMetric::Test::McNemar))
        text += " Tests: exact McNemar on the questions that only one of the two answers; intervals of Agresti and Min.";
    if (has(ComparedMetric::Test::SignFlip))
        text += " Tests: signs of the items' differences flipped 10,000 times; intervals by Student's t of the differences.";
    if (has(ComparedMetric::Test::Normal)) text += " Where items do not pair: z test of the two standard errors.";
    text += fmt::format(" Corrected: Holm, over the {} tests of this table, and apart from them over the margin's tests.", study.familySize);
    return text;
}

void addAsked(const Study& study, Document& document)
{
    document.heading("What was asked");
    BulletList facts;
    const auto add = [&](const char* name, const std::vector<std::string>& values, bool code = false) {
        if (!values.empty()) facts.items.push_back(fact(name, joined(values), code));
    };
    add("Experiments", different(study.runs, [](const Run& r) { return r.experiment; }));
    add("Model", different(study.runs, [](const Run& r) { return r.request.model; }), true);
    add("Fingerprint of the model", different(study.runs, [](const Run& r) { return r.provenance.modelFingerprint; }), true);
    std::vector<std::string> tasks;
    for (const Run& run : study.runs)
        for (const TaskRequest& task : run.request.tasks)
            if (const std::string text = taskText(task); std::find(tasks.begin(), tasks.end(), text) == tasks.end()) tasks.push_back(text);
    add("Tasks", tasks);
    add("Fingerprint of tasks and texts", different(study.runs, [](const Run& r) { return r.provenance.dataFingerprint; }), true);
    add("Calibration text", different(study.runs, [](const Run& r) { return r.request.calibrationFile; }), true);
    add("Seeds", different(study.runs, [](const Run& r) { return std::to_string(r.request.seed); }));
    document.add(std::move(facts));
    document.add(gridOf(study));
}

void addDone(const Study& study, Document& document)
{
    document.heading("What was run");
    std::map<RunState, int> states;
    double first = 0, last = 0, total = 0;
    for (const Run& run : study.runs) {
        ++states[run.state];
        if (run.startedAt > 0 && (first == 0 || run.startedAt < first)) first = run.startedAt;
        last = std::max(last, run.finishedAt);
        if (run.finishedAt > run.startedAt && run.startedAt > 0) total += run.finishedAt - run.startedAt;
    }
    std::string counts;
    for (const auto& [state, count] : states) counts += fmt::format("{}{} {}", counts.empty() ? "" : ", ", count, runStateName(state));
    BulletList facts;
    facts.items.push_back(fact("Runs", fmt::format("{} ({})", study.runs.size(), counts)));
    facts.items.push_back(fact("When", fmt::format("{} to {}; {} of work", timeText(first), timeText(last), humanSeconds(total))));
    const auto add = [&](const char* name, const std::vector<std::string>& values) {
        if (!values.empty()) facts.items.push_back(fact(name, joined(values)));
    };
    add("Machine", different(study.runs, [](const Run& r) { return r.provenance.machine; }));
    add("Backend", different(study.runs, [](const Run& r) {
            return r.provenance.backendDetail.empty() ? r.provenance.backend : r.provenance.backend + " (" + r.provenance.backendDetail + ")";
        }));
    add("Threads", different(study.runs, [](const Run& r) { return r.provenance.threads ? std::to_string(r.provenance.threads) : ""; }));
    add("Version", different(study.runs, [](const Run& r) { return r.provenance.version; }));
    document.add(std::move(facts));
    Table unfinished;
    unfinished.columns = {{"Run", true}, {"Recipe", false}, {"State and reason", false}};
    for (const Run& run : study.runs)
        if (run.state != RunState::Done)
            unfinished.rows.push_back({std::to_string(run.id), Cell::ofCode(run.request.recipe), stateText(run)});
    if (unfinished.rows.empty()) return;
    document.heading("Runs without a result", 3);
    document.add(std::move(unfinished));
}

void addMethods(const Study& study, Document& document)
{
    document.heading("How the numbers were made");
    std::set<std::string> metrics(study.columns.begin(), study.columns.end());
    metrics.insert({study.options.plane.x, study.options.plane.y});
    BulletList list;
    for (const std::string& name : metrics) {
        const MetricInfo& info = metricByName(name).info;
        list.items.push_back({Cell::ofStrong(info.title), Cell(" ("), Cell::ofCode(name), Cell("): " + info.description)});
    }
    list.items.push_back({Cell(fmt::format(
        "Probabilities, areas and BD-rates: {} draws of items with replacement, the same draw for every run, each statistic "
        "recomputed from the drawn items (percentile intervals). docs/measurement.md tells how often such intervals hold.",
        study.options.draws))});
    document.add(std::move(list));
}

void addProvenance(const Study& study, Document& document)
{
    document.heading("Where every number comes from");
    document.add(Paragraph{{Cell("Store: "), Cell::ofCode(study.options.source)}, false});
    Table table;
    table.small = true;
    table.columns = {{"Run", true},     {"Experiment", false}, {"Recipe", false},           {"State", false},          {"Started", false},
                     {"Took", true},    {"Seed", true},        {"Threads", true},           {"Recipe fingerprint", false},
                     {"Data fingerprint", false}, {"Version", false},    {"Notes", false}};
    for (const Run& run : study.runs) {
        const Provenance& p = run.provenance;
        table.rows.push_back({std::to_string(run.id), run.experiment, Cell::ofCode(run.request.recipe), runStateName(run.state),
                              timeText(run.startedAt),
                              run.finishedAt > run.startedAt && run.startedAt > 0 ? humanSeconds(run.finishedAt - run.startedAt) : "–",
                              std::to_string(run.request.seed), p.threads ? std::to_string(p.threads) : "–",
                              Cell::ofCode(p.recipeFingerprint.substr(0, 12)), Cell::ofCode(p.dataFingerprint.substr(0, 12)),
                              p.version, notesOf(run)});
    }
    document.add(std::move(table));
}

} // namespace paretoscope
