#include "core/evaluation/tasks/world_questions.h"

namespace paretoscope::tasks {

namespace {

void run(const TaskInput& input, Evidence& evidence)
{
    askWorld(input, evidence, {"passage", "hops", "table", "program"});
}

} // namespace

const Task& worldRetrieval()
{
    static const Task row{
        {"world_retrieval", "World: retrieval",
         "Questions of the synthetic world that a passage, a table, a program or two joined facts answer.",
         answerMetrics("retrieval_exact_match")},
        {worldItemsParameter()},
        run};
    return row;
}

} // namespace paretoscope::tasks
