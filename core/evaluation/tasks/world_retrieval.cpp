#include "core/evaluation/tasks/world_questions.h"

namespace paretoscope::tasks {

namespace {

ItemPlan plan(const TaskInput& input)
{
    return planWorld(input, {"passage", "hops", "table", "program"});
}

} // namespace

const Task& worldRetrieval()
{
    static const Task row = plannedTask(
        {"world_retrieval", "World: retrieval",
         "Questions of the synthetic world that a passage, a table, a program or two joined facts answer.",
         answerMetrics("retrieval_exact_match")},
        {worldItemsParameter()},
        plan);
    return row;
}

} // namespace paretoscope::tasks
