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

void askWorld(const TaskInput& input, Evidence& evidence, std::initializer_list<const char*> kinds)
{
    const Model& model = *input.pipeline.model;
    if (!model.tokenizer) fail(ErrorCode::Unsupported, "'{}' has no tokenizer, so it cannot be asked questions", model.name);
    const int64_t wanted = input.settings.integer("items");
    AnswerEvidence& answers = evidence.answers.emplace(evidence.answers.value_or(AnswerEvidence{}));
    size_t kindsDone = 0;
    for (const char* id : kinds) {
        const WorldKind& kind = worldKind(id);
        std::set<std::string> asked;
        const auto attempts = uint64_t(4 * wanted); // a kind may have fewer different questions
        for (uint64_t index = 0; index < attempts && int64_t(asked.size()) < wanted; ++index) {
            WorldLevel level = kind.level;
            if (input.settings.json().contains("fillers")) level.fillers = int(input.settings.integer("fillers"));
            const WorldItem item = worldItem(kind, WorldSplit::Test, testSeed, index, level);
            if (!asked.insert(item.prompt()).second) continue;
            const double done = double(kindsDone) + double(asked.size()) / double(wanted);
            input.job.report(done / double(kinds.size()),
                             fmt::format("{}: question {} of {}", kind.name, asked.size(), wanted));
            answers.answers.push_back(ask(input, kind, item));
        }
        ++kindsDone;
    }
}

} // namespace paretoscope::tasks
