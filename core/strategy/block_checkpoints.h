// Blocks that a strategy has finished, kept until it is done with all, so that a run that was killed or
// cancelled goes on where it stood and ends with the same bytes.
#pragma once

#include "core/model/model.h"
#include "core/strategy/parameter.h"
#include "core/strategy/workbench.h"

#include <memory>
#include <optional>
#include <string>

namespace paretoscope {

// Of one step of a recipe. Does nothing where the workbench keeps nothing. Not thread-safe.
class BlockCheckpoints {
public:
    BlockCheckpoints(const Workbench& workbench, const std::string& strategy, const Settings& settings);

    // `model` with the maps of the block as they were kept; null when they were not, or are damaged.
    std::shared_ptr<const Model> restored(const Model& model, int block) const;
    // Keeps the maps of that block.
    void keep(const Model& model, int block);
    // Forgets the blocks [0, blocks): the step is done.
    void discard(int blocks) const;

private:
    std::string keyOf(int block) const;

    const Workbench& workbench_;
    std::string key_; // empty when nothing is kept
};

} // namespace paretoscope
