#include "core/evaluation/tasks/world_questions.h"

namespace paretoscope::tasks {

namespace {

ItemPlan plan(const TaskInput& input)
{
    return planWorld(input, {"needle"});
}

} // namespace

const Task& worldNeedle()
{
    static const Task row = plannedTask(
        {"world_needle", "World: needles",
         "A number mentioned once in a long text, among others that resemble it.",
         answerMetrics("needle_exact_match")},
        {worldItemsParameter(),
         Parameter::integer("fillers", "Text around", 95, 0, 10000,
                            "Sentences without the number; about ten tokens each for a model of the world.")
             .withUnit("sentences")},
        plan);
    return row;
}

} // namespace paretoscope::tasks
