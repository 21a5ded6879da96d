#include "core/evaluation/tasks/world_questions.h"

namespace paretoscope::tasks {

namespace {

void run(const TaskInput& input, Evidence& evidence)
{
    askWorld(input, evidence, {"needle"});
}

} // namespace

const Task& worldNeedle()
{
    static const Task row{
        {"world_needle", "World: needles",
         "A number mentioned once in a long text, among others that resemble it.",
         answerMetrics("needle_exact_match")},
        {worldItemsParameter(),
         Parameter::integer("fillers", "Text around", 95, 0, 10000,
                            "Sentences without the number; about ten tokens each for a model of the world.")
             .withUnit("sentences")},
        run};
    return row;
}

} // namespace paretoscope::tasks
