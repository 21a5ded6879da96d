// Distances, from the font, so that they grow with it.
#pragma once

#include <QApplication>
#include <QFontMetrics>
#include <QMargins>

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

// Width of `count` average characters of the application's font.
inline int charactersWide(int count)
{
    return QFontMetrics(QApplication::font()).averageCharWidth() * count;
}

} // namespace paretoscope
