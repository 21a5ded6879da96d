#include "core/data/world/rewording.h"
#include "core/evaluation/tasks/world_questions.h"

namespace paretoscope::tasks {

namespace {

// Ids begin with "reworded-", so that these questions are not taken for the plain ones.
ItemPlan plan(const TaskInput& input)
{
    std::vector<WorldTestItem> all;
    for (const char* id : rewordableKinds()) {
        const WorldKind& kind = worldKind(id);
        for (const WorldItem& item : worldTestItems(kind, kind.level, input.settings.integer("items"))) {
            WorldItem original = item;
            original.id += "-0";
            std::vector<WorldItem> wordings = worldRewordings(item);
            wordings.insert(wordings.begin(), std::move(original));
            for (WorldItem& wording : wordings) {
                wording.id = "reworded-" + wording.id;
                all.push_back({&kind, std::move(wording)});
            }
        }
    }
    return planWorldItems(input, std::move(all));
}

} // namespace

const Task& worldRewording()
{
    static const Task row = plannedTask(
        {"world_rewording", "World: the same in other words",
         "Passages, joined facts and tables, each asked four times: as it is and in three wordings that have the same answer "
         "(Arakelyan et al. 2024, arXiv 2401.14440). Whether the answers are the same, and what the worst wording costs.",
         {"exact_match", "wording_consistency", "wording_loss", "answer_tokens", "flip_rate", "right_to_wrong_rate",
          "wrong_to_right_rate"}},
        {worldItemsParameter()},
        plan);
    return row;
}

} // namespace paretoscope::tasks
