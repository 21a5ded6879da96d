// Questions of the synthetic world, answered greedily and checked by program.
#pragma once

#include "core/data/world/world.h"
#include "core/evaluation/task.h"

#include <initializer_list>
#include <string>
#include <vector>

namespace paretoscope::tasks {

// items: how many questions of each kind.
Parameter worldItemsParameter();

// What such a task feeds: right answers of all questions, those of its own kinds, and what changed.
std::vector<std::string> answerMetrics(const char* own);

// The first `wanted` different questions of the test split; fewer where a kind has fewer.
std::vector<WorldItem> worldTestItems(const WorldKind& kind, const WorldLevel& level, int64_t wanted);

// A question of the world with what judges its answer.
struct WorldTestItem {
    const WorldKind* kind;
    WorldItem item;
};

// Items that are answered greedily, each an answer with a score of 0 or 1. Error(Unsupported) without a tokenizer.
ItemPlan planWorldItems(const TaskInput& input, std::vector<WorldTestItem> items);

// Items of the test split, in turn of each kind; the same question is asked once only. Settings may hold "fillers",
// which replaces the kinds' own.
ItemPlan planWorld(const TaskInput& input, std::initializer_list<const char*> kinds);

} // namespace paretoscope::tasks
