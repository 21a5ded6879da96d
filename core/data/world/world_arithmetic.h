// Chains of additions and subtractions told as stories.
#pragma once

#include "core/data/world/world_draw.h"

namespace paretoscope {

struct WorldCalculation {
    std::string story; // "Problem: Ada has 7 apples. Ada finds 5 more. ...\n"
    std::string question;
    std::string steps;  // "7 + 5 = 12, 12 - 3 = 9."
    std::string detail; // the same in sentences
    int result = 0;
};

// `steps` operations with numbers from 1 to 9; all results lie between 0 and 99.
WorldCalculation drawCalculation(WorldDraw& draw, int steps);

} // namespace paretoscope
