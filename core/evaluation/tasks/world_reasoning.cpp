#include "core/evaluation/tasks/world_questions.h"

namespace paretoscope::tasks {

namespace {

void run(const TaskInput& input, Evidence& evidence)
{
    askWorld(input, evidence, {"arithmetic_steps"});
}

} // namespace

const Task& worldReasoning()
{
    static const Task row{
        {"world_reasoning", "World: reasoning",
         "Arithmetic stories of the synthetic world, answered in steps.",
         answerMetrics("reasoning_exact_match")},
        {worldItemsParameter()},
        run};
    return row;
}

} // namespace paretoscope::tasks
