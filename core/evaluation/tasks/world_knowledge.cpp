#include "core/evaluation/tasks/world_questions.h"

namespace paretoscope::tasks {

namespace {

void run(const TaskInput& input, Evidence& evidence)
{
    askWorld(input, evidence, {"knowledge"});
}

} // namespace

const Task& worldKnowledge()
{
    static const Task row{
        {"world_knowledge", "World: knowledge",
         "Facts of the synthetic world that a model learned in training, asked for in other words.",
         answerMetrics("knowledge_exact_match")},
        {worldItemsParameter()},
        run};
    return row;
}

} // namespace paretoscope::tasks
