#include "widgets/charts/chart_style.h"

#include <cmath>
#include <numbers>

namespace paretoscope {

namespace {

// A regular polygon; `turn` in degrees, 0 = a corner on top.
QPainterPath polygon(int corners, double radius, double turn = 0)
{
    QPainterPath path;
    for (int i = 0; i < corners; ++i) {
        const double angle = (360.0 * i / corners + turn) * std::numbers::pi / 180;
        const QPointF corner(radius * std::sin(angle), -radius * std::cos(angle));
        if (i == 0) path.moveTo(corner);
        else path.lineTo(corner);
    }
    path.closeSubpath();
    return path;
}

QPainterPath cross()
{
    constexpr double arm = 3.0, half = 1.1;
    QPainterPath path;
    path.addRect(QRectF(-arm, -half, 2 * arm, 2 * half));
    QPainterPath upright;
    upright.addRect(QRectF(-half, -arm, 2 * half, 2 * arm));
    return path.united(upright);
}

} // namespace

QPainterPath markPath(MarkShape shape)
{
    QPainterPath path;
    switch (shape) {
    case MarkShape::Disc: path.addEllipse(QPointF(0, 0), 2.7, 2.7); break;
    case MarkShape::Square: path.addRect(QRectF(-2.35, -2.35, 4.7, 4.7)); break;
    case MarkShape::Diamond: path = polygon(4, 3.3); break;
    case MarkShape::Triangle: path = polygon(3, 3.3).translated(0, 0.4); break;
    case MarkShape::TriangleDown: path = polygon(3, 3.3, 180).translated(0, -0.4); break;
    case MarkShape::Pentagon: path = polygon(5, 3.0); break;
    case MarkShape::Hexagon: path = polygon(6, 3.0, 30); break;
    case MarkShape::Cross: path = cross(); break;
    }
    return path;
}

QPainterPath starPath()
{
    QPainterPath path;
    for (int i = 0; i < 10; ++i) {
        const double radius = i % 2 == 0 ? 4.2 : 1.8, angle = i * std::numbers::pi / 5;
        const QPointF corner(radius * std::sin(angle), -radius * std::cos(angle));
        if (i == 0) path.moveTo(corner);
        else path.lineTo(corner);
    }
    path.closeSubpath();
    return path;
}

ChartStyle screenChartStyle(const ThemeColors& colors, const QFont& font)
{
    ChartStyle style;
    style.background = colors.surface;
    style.text = colors.text;
    style.muted = colors.muted;
    style.grid = colors.grid;
    style.axis = colors.outline;
    style.accent = colors.accent;
    style.series = colors.series;
    const bool dark = colors.surface.lightness() < colors.text.lightness();
    style.ramp = dark ? std::array{QColor(0x84, 0x5e, 0xe0), QColor(0xb8, 0x5f, 0xcb), QColor(0xe2, 0x6f, 0x9a),
                                   QColor(0xf7, 0xa0, 0x66), QColor(0xf9, 0xe0, 0x7a)}
                      : std::array{QColor(0xd9, 0x7a, 0x2b), QColor(0xbf, 0x4a, 0x63), QColor(0x8d, 0x36, 0x91),
                                   QColor(0x50, 0x34, 0x9c), QColor(0x1c, 0x1f, 0x5e)};
    style.font = font;
    return style;
}

ChartStyle printChartStyle(const QFont& font)
{
    ChartStyle style = screenChartStyle(themeColors(ColorScheme::Light), font);
    style.background = Qt::white;
    style.interactive = false;
    return style;
}

QColor withAlpha(QColor color, int alpha)
{
    color.setAlpha(alpha);
    return color;
}

} // namespace paretoscope
