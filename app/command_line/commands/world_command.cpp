#include "app/command_line/command.h"
#include "app/command_line/pipeline_arguments.h"
#include "core/base/error.h"
#include "core/base/json.h"
#include "core/base/text.h"
#include "core/data/world/world.h"
#include "core/evaluation/tasks/world_score.h"

namespace paretoscope::commands {

namespace {

WorldSplit splitFrom(const std::string& name)
{
    std::vector<std::string> names;
    for (const WorldSplit split : {WorldSplit::Train, WorldSplit::Calibration, WorldSplit::Validation, WorldSplit::Test}) {
        names.push_back(worldSplitName(split));
        if (names.back() == name) return split;
    }
    fail(ErrorCode::BadUsage, "there is no split '{}'{}", name, didYouMean(name, names));
}

void list(Console& console)
{
    Json kinds = Json::array();
    for (const WorldKind* kind : world_kinds::all()) {
        kinds.push_back({{"id", kind->id}, {"name", kind->name}, {"summary", kind->summary}});
        console.print("{}: {}", kind->id, kind->summary);
    }
    if (console.wantsJson()) console.json({{"kinds", std::move(kinds)}});
}

Json asJson(const WorldItem& item)
{
    Json questions = Json::array();
    for (const WorldQuestion& question : item.questions)
        questions.push_back({{"question", question.text}, {"answer", question.answer}, {"wrong", question.choices}});
    return {{"id", item.id}, {"text", item.text}, {"questions", std::move(questions)}, {"depth", item.depth}};
}

// A row a kind: what docs/world.md shows.
int score(const std::string& model, std::vector<const WorldKind*> kinds, const Arguments& arguments, Console& console)
{
    if (kinds.empty()) kinds = worldKindsWithQuestions();
    const int64_t items = arguments.integer("items", 200, 1, 1 << 20);
    PreparedPipeline prepared(model, arguments, console);
    const std::vector<WorldScore> scores =
        scoreWorld(prepared.pipeline(), prepared.backend(), kinds, items, prepared.job());
    console.progress().clear();
    Json rows = Json::array();
    console.print("{:18} {:>9} {:>9}  95% interval", "kind", "questions", "right");
    for (const WorldScore& row : scores) {
        const Interval& share = row.share;
        console.print("{:18} {:9} {:8.1f}%  {:.1f}% to {:.1f}%", row.kind->id, share.count, 100 * share.mean,
                      100 * share.low, 100 * share.high);
        rows.push_back({{"kind", row.kind->id}, {"questions", share.count}, {"right", row.right},
                        {"share", share.mean}, {"low", share.low}, {"high", share.high}});
    }
    if (console.wantsJson()) console.json({{"model", model}, {"scores", std::move(rows)}});
    return 0;
}

int run(const Arguments& arguments, Console& console)
{
    std::vector<const WorldKind*> kinds;
    for (const std::string& id : arguments.all("kind")) kinds.push_back(&worldKind(id));
    if (const auto model = arguments.given("score")) return score(*model, kinds, arguments, console);
    for (const char* option : {"items", "recipe"})
        if (arguments.has(option)) fail(ErrorCode::BadUsage, "'--{}' goes with '--score'", option);
    if (kinds.empty()) return list(console), 0;
    const WorldSplit split = splitFrom(arguments.text("split", "validation"));
    const int64_t count = arguments.integer("count", 10, 1, int64_t{1} << 32);
    Json items = Json::array();
    for (int64_t i = 0; i < count; ++i) {
        const WorldKind& kind = *kinds[size_t(i) % kinds.size()];
        const WorldItem item = worldItem(kind, split, arguments.seed(), uint64_t(i) / kinds.size(), kind.level);
        if (console.wantsJson()) items.push_back(asJson(item));
        else console.print("{}", worldItemText(item));
    }
    if (console.wantsJson()) console.json({{"items", std::move(items)}});
    return 0;
}

} // namespace

const Command& worldCommand()
{
    static const Command row{
        "world",
        "Print items of the synthetic world, list their kinds when none is given, or ask a model.",
        {},
        {{"kind", "KIND", "Which items; several take turns.", true},
         {"split", "SPLIT", "train, calibration, validation (when not given) or test."},
         {"count", "N", "How many items; 10 when not given."},
         {"score", "MODEL", "Ask this model questions of the test split: right answers a kind, with 95% intervals."},
         {"items", "N", "Questions of each kind; 200 when not given."},
         options::recipe(), options::calibration(), options::seed(), options::threads(), options::backend(),
         options::json()},
        run};
    return row;
}

} // namespace paretoscope::commands
