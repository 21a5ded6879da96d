// The world's questions kind by kind: what a table of a model's abilities shows.
#pragma once

#include "core/backend/backend.h"
#include "core/base/job_context.h"
#include "core/data/world/world.h"
#include "core/evaluation/statistics.h"
#include "core/pipeline/pipeline.h"

#include <memory>
#include <span>
#include <vector>

namespace paretoscope {

struct WorldScore {
    const WorldKind* kind = nullptr;
    int64_t right = 0;
    Interval share; // of right answers, 0 to 1, with its 95% Wilson interval; count = questions asked
};

// Kinds that ask something; the others are only read.
std::vector<const WorldKind*> worldKindsWithQuestions();

// The same questions, greedily answered, as the tasks world_retrieval, world_knowledge, ... ask:
// the first `items` different ones of each kind's test split, fewer where a kind has fewer.
// Error(Unsupported) without a tokenizer, Error(BadUsage) for a kind that asks nothing.
std::vector<WorldScore> scoreWorld(const Pipeline& pipeline, const std::shared_ptr<const Backend>& backend,
                                   std::span<const WorldKind* const> kinds, int64_t items, JobContext& job);

} // namespace paretoscope
