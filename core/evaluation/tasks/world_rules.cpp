#include "core/evaluation/tasks/world_questions.h"

namespace paretoscope::tasks {

namespace {

void run(const TaskInput& input, Evidence& evidence)
{
    askWorld(input, evidence, {"instructions", "counting"});
}

} // namespace

const Task& worldRules()
{
    static const Task row{
        {"world_rules", "World: instructions",
         "Instructions that a program checks, and the most frequent word of a list.",
         answerMetrics("rules_exact_match")},
        {worldItemsParameter()},
        run};
    return row;
}

} // namespace paretoscope::tasks
