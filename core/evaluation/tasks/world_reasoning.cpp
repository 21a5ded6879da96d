#include "core/evaluation/tasks/world_questions.h"

namespace paretoscope::tasks {

namespace {

ItemPlan plan(const TaskInput& input)
{
    return planWorld(input, {"arithmetic_steps"});
}

} // namespace

const Task& worldReasoning()
{
    static const Task row = plannedTask(
        {"world_reasoning", "World: reasoning",
         "Arithmetic stories of the synthetic world, answered in steps.",
         answerMetrics("reasoning_exact_match")},
        {worldItemsParameter()},
        plan);
    return row;
}

} // namespace paretoscope::tasks
