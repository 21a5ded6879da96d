#include "core/evaluation/tasks/world_score.h"

#include "core/base/error.h"
#include "core/base/json.h"
#include "core/evaluation/tasks/world_questions.h"

namespace paretoscope {

namespace {

bool asksSomething(const WorldKind& kind)
{
    return !worldItem(kind, WorldSplit::Validation, 1, 0, kind.level).questions.empty();
}

} // namespace

std::vector<const WorldKind*> worldKindsWithQuestions()
{
    std::vector<const WorldKind*> kinds;
    for (const WorldKind* kind : world_kinds::all())
        if (asksSomething(*kind)) kinds.push_back(kind);
    return kinds;
}

std::vector<WorldScore> scoreWorld(const Pipeline& pipeline, const std::shared_ptr<const Backend>& backend,
                                   std::span<const WorldKind* const> kinds, int64_t items, JobContext& job)
{
    for (const WorldKind* kind : kinds)
        if (!asksSomething(*kind)) fail(ErrorCode::BadUsage, "items of the kind '{}' ask nothing", kind->id);
    const std::vector<Parameter> parameters{tasks::worldItemsParameter()};
    const Settings settings = completeSettings(parameters, {{"items", items}}, "world");
    const std::string noText;
    std::vector<WorldScore> scores;
    for (const WorldKind* kind : kinds) {
        Evidence evidence;
        const TaskInput input{pipeline, backend, settings, noText, "", 1, job};
        visitAll(tasks::planWorld(input, {kind->id.c_str()}), job, evidence);
        WorldScore& score = scores.emplace_back(WorldScore{kind, 0, {}});
        for (const AnswerEvidence::Answer& answer : evidence.answers->answers) score.right += answer.score > 0 ? 1 : 0;
        score.share = wilsonInterval(score.right, int64_t(evidence.answers->answers.size()));
    }
    return scores;
}

} // namespace paretoscope
