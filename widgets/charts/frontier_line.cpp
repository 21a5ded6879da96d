#include "widgets/charts/frontier_line.h"

#include <algorithm>

namespace paretoscope {

std::vector<ChartCorner> frontierCorners(const std::vector<ChartCorner>& points,
                                         FrontierDirections directions, double worstX,
                                         double worstY)
{
    std::vector<ChartCorner> ordered = points;
    // From the best x to the worst.
    if (directions.xHigherIsBetter) std::reverse(ordered.begin(), ordered.end());
    std::vector<ChartCorner> corners;
    if (ordered.empty()) return corners;
    corners.push_back({ordered.front().x, worstY});
    for (size_t i = 0; i < ordered.size(); ++i) {
        corners.push_back(ordered[i]);
        if (i + 1 < ordered.size()) corners.push_back({ordered[i + 1].x, ordered[i].y});
    }
    corners.push_back({worstX, ordered.back().y});
    return corners;
}

} // namespace paretoscope
