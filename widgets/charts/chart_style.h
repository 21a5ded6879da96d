// Colours, font and sizes of a chart, for the screen or for print.
#pragma once

#include "widgets/charts/frontier_data.h"
#include "widgets/charts/series_style.h"
#include "widgets/theme/colors.h"

#include <QFont>
#include <QPainterPath>

#include <array>

namespace paretoscope {

struct ChartStyle {
    QColor background, text, muted, grid, axis, accent;
    std::array<QColor, seriesColorCount> series;
    std::array<QColor, thirdSteps> ramp; // of a third metric, low to high; told apart by lightness alone
    QFont font;
    double markSize = 10;  // of a point on the frontier, in pixels
    bool interactive = true; // hints about directions, faster marks

    QColor seriesColor(const SeriesStyle& style) const { return series[size_t(style.color)]; }
};

ChartStyle screenChartStyle(const ThemeColors& colors, const QFont& font);
// White, dark text, the light theme's series colours.
ChartStyle printChartStyle(const QFont& font);

QColor withAlpha(QColor color, int alpha);

// The outline of a mark, centred on the origin, of equal visual weight for every shape; its
// bounding circle has a diameter of 6 (QCustomPlot's unit for custom marks).
QPainterPath markPath(MarkShape shape);
QPainterPath starPath();

} // namespace paretoscope
