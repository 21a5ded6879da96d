// The colours of the window, for light and dark. Text on its background has a contrast of at
// least 4.5:1, marks of a chart at least 3:1 (tests/widgets/theme_test).
#pragma once

#include <QColor>
#include <QPalette>

#include <array>

namespace paretoscope {

enum class ColorScheme { Light, Dark };

struct ThemeColors {
    QColor window;      // behind panels, toolbars
    QColor surface;     // panels, tables, charts
    QColor raised;      // buttons, headers, hover card
    QColor hover;       // a control under the mouse
    QColor border;      // between panels
    QColor outline;     // of fields and buttons
    QColor text;        // reading
    QColor muted;       // secondary text; still 4.5:1
    QColor faint;       // disabled text, grid labels
    QColor accent;      // primary action, selection frame, focus
    QColor accentText;  // on accent
    QColor selection;   // behind selected rows, under `text`
    QColor good, warning, bad; // words about states; 4.5:1 on surface
    QColor grid;        // of charts
    // Marks of chart series: eight hues told apart with the common colour deficiencies. Shape
    // always differs as well.
    std::array<QColor, 8> series;
};

const ThemeColors& themeColors(ColorScheme scheme);
QPalette themePalette(const ThemeColors& colors);

// WCAG 2 contrast ratio, 1 to 21. Alpha is ignored.
double contrastRatio(const QColor& a, const QColor& b);

} // namespace paretoscope
