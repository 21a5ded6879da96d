#include "core/evaluation/oriented_points.h"

namespace paretoscope {

double areaUpTo(const std::vector<OrientedPoint>& front, double referenceX, double referenceY)
{
    // Strips of equal height: x grows and y falls along the front.
    double area = 0;
    double top = referenceY;
    for (const OrientedPoint& point : front) {
        if (!(point.x < referenceX && point.y < top)) continue;
        area += (referenceX - point.x) * (top - point.y);
        top = point.y;
    }
    return area;
}

double hypervolume(std::span<const FrontierPoint> points, FrontierDirections directions,
                   double referenceX, double referenceY)
{
    if (directions.xHigherIsBetter) referenceX = -referenceX;
    if (directions.yHigherIsBetter) referenceY = -referenceY;
    return areaUpTo(nonDominated(orientedPoints(points, directions)), referenceX, referenceY);
}

} // namespace paretoscope
