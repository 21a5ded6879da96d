#include "core/evaluation/tasks/world_questions.h"

namespace paretoscope::tasks {

namespace {

ItemPlan plan(const TaskInput& input)
{
    return planWorld(input, {"knowledge"});
}

} // namespace

const Task& worldKnowledge()
{
    static const Task row = plannedTask(
        {"world_knowledge", "World: knowledge",
         "Facts of the synthetic world that a model learned in training, asked for in other words.",
         answerMetrics("knowledge_exact_match")},
        {worldItemsParameter()},
        plan);
    return row;
}

} // namespace paretoscope::tasks
