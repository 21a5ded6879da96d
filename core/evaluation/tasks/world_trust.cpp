#include "core/evaluation/tasks/world_questions.h"

namespace paretoscope::tasks {

namespace {

ItemPlan plan(const TaskInput& input)
{
    return planWorld(input, {"missing", "refusal"});
}

} // namespace

const Task& worldTrust()
{
    static const Task row = plannedTask(
        {"world_trust", "World: trust",
         "Whether a model says that it does not know, and keeps what it must not tell.",
         answerMetrics("trust_exact_match")},
        {worldItemsParameter()},
        plan);
    return row;
}

} // namespace paretoscope::tasks
