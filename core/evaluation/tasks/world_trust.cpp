#include "core/evaluation/tasks/world_questions.h"

namespace paretoscope::tasks {

namespace {

void run(const TaskInput& input, Evidence& evidence)
{
    askWorld(input, evidence, {"missing", "refusal"});
}

} // namespace

const Task& worldTrust()
{
    static const Task row{
        {"world_trust", "World: trust",
         "Whether a model says that it does not know, and keeps what it must not tell.",
         answerMetrics("trust_exact_match")},
        {worldItemsParameter()},
        run};
    return row;
}

} // namespace paretoscope::tasks
