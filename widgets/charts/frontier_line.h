// The corner points of a frontier's step line. Pure.
#pragma once

#include "core/evaluation/frontier.h"

#include <vector>

namespace paretoscope {

struct ChartCorner {
    double x = 0, y = 0;
};

// `points`: the frontier in the order of x. The line is the border of what is attained: from a
// point it runs level towards worse x until the next point, then straight to that one. It is
// extended to `worstX` and `worstY`, so that it reads as a border and not as a path.
std::vector<ChartCorner> frontierCorners(const std::vector<ChartCorner>& points,
                                         FrontierDirections directions, double worstX,
                                         double worstY);

} // namespace paretoscope
