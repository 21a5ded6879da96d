// Other wordings of an item whose answer stays the same by construction, for asking a model the same thing twice
// (methods/reasoning_eval_vision.md, semantic-sensitivity; Arakelyan et al. 2024, arXiv 2401.14440).
#pragma once

#include "core/data/world/world.h"

#include <vector>

namespace paretoscope {

// Kinds whose items have other wordings.
const std::vector<const char*>& rewordableKinds();

// Three of them, always the same ones: of a passage, a sentence without a fact before and behind the others, and the
// sentences in reverse order; of a table, its rows reversed and rotated by one and by two. Question and answer are those
// of the item; the ids have "-1" to "-3" behind them. Error(Internal) for an item of another kind.
std::vector<WorldItem> worldRewordings(const WorldItem& item);

} // namespace paretoscope
