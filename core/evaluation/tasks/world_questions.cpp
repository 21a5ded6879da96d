#include "core/evaluation/tasks/world_questions.h"

#include "core/base/error.h"
#include "core/base/json.h"
#include "core/data/world/world.h"

#include <set>

namespace paretoscope::tasks {

namespace {

// Part of the protocol: other seeds are other tests.
constexpr uint64_t testSeed = 1;

AnswerEvidence::Answer ask(const TaskInput& input, const WorldKind& kind, const WorldItem& item)
{
    GenerationSettings settings;
    settings.stopWords = {"\n"};
    settings.maxTokens = 96; // the longest right answer has about seventy in a vocabulary of words
    const Generation given = generateText(input.pipeline, input.backend, item.prompt(), settings, input.job);
    AnswerEvidence::Answer answer;
    answer.item = item.id;
    answer.score = worldAnswerIsRight(kind, item, given.text) ? 1 : 0;
    answer.promptTokens = given.promptTokens;
    answer.generatedTokens = int64_t(given.tokens.size());
    answer.output = given.text;
    return answer;
}

} // namespace

Parameter worldItemsParameter()
{
    return Parameter::integer("items", "Questions", 100, 1, 1 << 20, "Questions of each kind, always the same ones.");
}

std::vector<std::string> answerMetrics(const char* own)
{
    return {"exact_match", own, "answer_tokens", "flip_rate", "right_to_wrong_rate", "wrong_to_right_rate"};
}

std::vector<WorldItem> worldTestItems(const WorldKind& kind, const WorldLevel& level, int64_t wanted)
{
    std::vector<WorldItem> items;
    std::set<std::string> asked;
    const auto attempts = uint64_t(4 * wanted); // a kind may have fewer different questions
    for (uint64_t index = 0; index < attempts && int64_t(items.size()) < wanted; ++index) {
        WorldItem item = worldItem(kind, WorldSplit::Test, testSeed, index, level);
        if (asked.insert(item.prompt()).second) items.push_back(std::move(item));
    }
    return items;
}

ItemPlan planWorldItems(const TaskInput& input, std::vector<WorldTestItem> items)
{
    const Model& model = *input.pipeline.model;
    if (!model.tokenizer) fail(ErrorCode::Unsupported, "'{}' has no tokenizer, so it cannot be asked questions", model.name);
    ItemPlan plan;
    for (size_t i = 0; i < items.size(); ++i)
        plan.stages.push_back(fmt::format("{}: question {} of {}", items[i].kind->name, i + 1, items.size()));
    plan.visit = [&input, items = std::move(items)](size_t i, Evidence& evidence) {
        if (!evidence.answers) evidence.answers.emplace();
        evidence.answers->answers.push_back(ask(input, *items[i].kind, items[i].item));
    };
    return plan;
}

ItemPlan planWorld(const TaskInput& input, std::initializer_list<const char*> kinds)
{
    std::vector<WorldTestItem> all;
    for (const char* id : kinds) {
        const WorldKind& kind = worldKind(id);
        WorldLevel level = kind.level;
        if (input.settings.json().contains("fillers")) level.fillers = int(input.settings.integer("fillers"));
        for (WorldItem& item : worldTestItems(kind, level, input.settings.integer("items")))
            all.push_back({&kind, std::move(item)});
    }
    return planWorldItems(input, std::move(all));
}

} // namespace paretoscope::tasks
