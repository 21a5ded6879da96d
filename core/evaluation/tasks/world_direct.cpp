#include "core/evaluation/tasks/world_questions.h"

namespace paretoscope::tasks {

namespace {

void run(const TaskInput& input, Evidence& evidence)
{
    askWorld(input, evidence, {"arithmetic_direct"});
}

} // namespace

const Task& worldDirect()
{
    static const Task row{
        {"world_direct", "World: arithmetic at once",
         "The same arithmetic stories with nothing written down: what the steps are worth.",
         answerMetrics("direct_exact_match")},
        {worldItemsParameter()},
        run};
    return row;
}

} // namespace paretoscope::tasks
