// Multiple choice by log-likelihood over the synthetic world (methods/reasoning_eval_vision.md, K-MC).
#include "core/base/error.h"
#include "core/base/text.h"
#include "core/evaluation/tasks/choice_questions.h"
#include "core/evaluation/tasks/world_questions.h"

namespace paretoscope::tasks {

namespace {

// Which place the right answer has goes round, so that no place is better than another.
ChoiceQuestion choiceQuestion(const WorldItem& item, size_t index)
{
    const WorldQuestion& question = item.questions.front();
    ChoiceQuestion result{"choice-" + item.id, item.prompt(), {}, index % (question.choices.size() + 1)};
    for (const std::string& choice : question.choices) result.choices.emplace_back(trimmed(choice));
    result.choices.insert(result.choices.begin() + std::ptrdiff_t(result.right), std::string(trimmed(question.answer)));
    return result;
}

ItemPlan plan(const TaskInput& input)
{
    constexpr const char* kinds[] = {"knowledge", "passage", "hops", "table"};
    std::vector<ChoiceQuestion> questions;
    for (const char* id : kinds) {
        const WorldKind& kind = worldKind(id);
        for (const WorldItem& item : worldTestItems(kind, kind.level, input.settings.integer("items")))
            questions.push_back(choiceQuestion(item, questions.size()));
    }
    ItemPlan plan;
    for (size_t i = 0; i < questions.size(); ++i)
        plan.stages.push_back(fmt::format("multiple choice: question {} of {}", i + 1, questions.size()));
    plan.visit = [&input, questions = std::move(questions)](size_t i, Evidence& evidence) {
        if (!evidence.choices) evidence.choices.emplace();
        evidence.choices->questions.push_back(scoreChoices(input, questions[i]));
    };
    return plan;
}

} // namespace

const Task& worldChoice()
{
    static const Task row = plannedTask(
        {"world_choice", "World: multiple choice",
         "Which of four answers a model finds likeliest, to questions about facts known by heart, passages, joined "
         "facts and tables of the synthetic world. Chance is 25%.",
         {"accuracy", "accuracy_norm", "choice_nll", "calibration_error", "brier_score", "flip_rate", "right_to_wrong_rate",
          "wrong_to_right_rate"}},
        {worldItemsParameter()},
        plan);
    return row;
}

} // namespace paretoscope::tasks
