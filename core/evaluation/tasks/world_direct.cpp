#include "core/evaluation/tasks/world_questions.h"

namespace paretoscope::tasks {

namespace {

ItemPlan plan(const TaskInput& input)
{
    return planWorld(input, {"arithmetic_direct"});
}

} // namespace

const Task& worldDirect()
{
    static const Task row = plannedTask(
        {"world_direct", "World: arithmetic at once",
         "The same arithmetic stories with nothing written down: what the steps are worth.",
         answerMetrics("direct_exact_match")},
        {worldItemsParameter()},
        plan);
    return row;
}

} // namespace paretoscope::tasks
