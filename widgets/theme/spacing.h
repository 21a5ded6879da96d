// Distances, from the font, so that they grow with it.
#pragma once

#include <QApplication>
#include <QFontMetrics>
#include <QMargins>

#include <algorithm>

namespace paretoscope {

struct Spacing {
    int tiny;   // inside a control
    int small;  // between related things
    int medium; // between groups, panel margins
    int large;  // around empty states

    QMargins panel() const { return {medium, medium, medium, medium}; }
};

inline Spacing spacing()
{
    const int height = QFontMetrics(QApplication::font()).height();
    return {height / 4, height / 2, height * 3 / 4, height * 2};
}

// Width of `count` characters of the application's font; digits, which are wider than the average
// letter of many fonts, fit.
inline int charactersWide(int count)
{
    const QFontMetrics metrics(QApplication::font());
    return std::max(metrics.averageCharWidth(), metrics.horizontalAdvance(QLatin1Char('0'))) * count;
}

} // namespace paretoscope
