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

// Asks items of the test split, in turn of each kind, and adds an answer with a score of 0 or 1 for
// each; the same question is asked once only. Settings may hold "fillers", which replaces the kinds'
// own. Error(Unsupported) without a tokenizer.
void askWorld(const TaskInput& input, Evidence& evidence, std::initializer_list<const char*> kinds);

} // namespace paretoscope::tasks
