#include "core/evaluation/tasks/world_questions.h"

namespace paretoscope::tasks {

namespace {

ItemPlan plan(const TaskInput& input)
{
    return planWorld(input, {"instructions", "counting"});
}

} // namespace

const Task& worldRules()
{
    static const Task row = plannedTask(
        {"world_rules", "World: instructions",
         "Instructions that a program checks, and the most frequent word of a list.",
         answerMetrics("rules_exact_match")},
        {worldItemsParameter()},
        plan);
    return row;
}

} // namespace paretoscope::tasks
