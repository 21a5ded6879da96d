// What changed against the uncompressed model, once both runs are done.
#pragma once

#include "core/store/store.h"

namespace paretoscope {

// Whether model, tasks, seed and backend are the same, so that the items are.
bool askedTheSame(const Run& a, const Run& b);

// After a run was finished: measures what changed against the baseline that was asked the same; after a
// baseline, of all runs that were. Does nothing for other runs. What is wrong with the store is logged:
// the run itself is done.
void measureChangesOf(Store& store, int64_t run);

} // namespace paretoscope
