#include "widgets/theme/colors.h"

#include <algorithm>
#include <cmath>

namespace paretoscope {

namespace {

ThemeColors lightColors()
{
    ThemeColors c;
    c.window = QColor(0xf3, 0xf4, 0xf7);
    c.surface = QColor(0xff, 0xff, 0xff);
    c.raised = QColor(0xff, 0xff, 0xff);
    c.hover = QColor(0xe9, 0xec, 0xf2);
    c.border = QColor(0xdd, 0xe0, 0xe7);
    c.outline = QColor(0xb9, 0xbf, 0xcb);
    c.text = QColor(0x1a, 0x1e, 0x27);
    c.muted = QColor(0x56, 0x5f, 0x70);
    c.faint = QColor(0x8b, 0x93, 0xa3);
    c.accent = QColor(0x2b, 0x5f, 0xd0);
    c.accentText = QColor(0xff, 0xff, 0xff);
    c.selection = QColor(0xd9, 0xe4, 0xfb);
    c.good = QColor(0x1b, 0x74, 0x43);
    c.warning = QColor(0x8a, 0x57, 0x00);
    c.bad = QColor(0xb3, 0x26, 0x1e);
    c.grid = QColor(0xe7, 0xe9, 0xee);
    c.series = {QColor(0xcd, 0x81, 0x27), QColor(0xc5, 0x31, 0x0c), QColor(0x05, 0x78, 0x62),
                QColor(0x6f, 0x19, 0x6f), QColor(0x35, 0x3e, 0xb8), QColor(0x80, 0x12, 0x00),
                QColor(0x1d, 0xa1, 0xbb), QColor(0x88, 0x66, 0xe8)};
    return c;
}

ThemeColors darkColors()
{
    ThemeColors c;
    c.window = QColor(0x15, 0x17, 0x1c);
    c.surface = QColor(0x1c, 0x1f, 0x25);
    c.raised = QColor(0x26, 0x2a, 0x32);
    c.hover = QColor(0x2c, 0x31, 0x3b);
    c.border = QColor(0x30, 0x35, 0x40);
    c.outline = QColor(0x4b, 0x53, 0x62);
    c.text = QColor(0xe6, 0xe9, 0xef);
    c.muted = QColor(0xa4, 0xad, 0xbb);
    c.faint = QColor(0x72, 0x7b, 0x8a);
    c.accent = QColor(0x82, 0xaa, 0xff);
    c.accentText = QColor(0x0d, 0x14, 0x22);
    c.selection = QColor(0x2b, 0x3d, 0x66);
    c.good = QColor(0x72, 0xd3, 0x9c);
    c.warning = QColor(0xf0, 0xb9, 0x60);
    c.bad = QColor(0xff, 0x8f, 0x85);
    c.grid = QColor(0x2a, 0x2f, 0x38);
    c.series = {QColor(0xef, 0xd6, 0x5c), QColor(0xd0, 0x8b, 0x12), QColor(0x03, 0xb5, 0x98),
                QColor(0xde, 0x9a, 0xff), QColor(0x33, 0x7b, 0xef), QColor(0xc6, 0x34, 0x05),
                QColor(0x1c, 0xfa, 0xd8), QColor(0x93, 0x55, 0x97)};
    return c;
}

double channelLuminance(double value)
{
    return value <= 0.03928 ? value / 12.92 : std::pow((value + 0.055) / 1.055, 2.4);
}

double luminance(const QColor& color)
{
    return 0.2126 * channelLuminance(color.redF()) + 0.7152 * channelLuminance(color.greenF())
           + 0.0722 * channelLuminance(color.blueF());
}

} // namespace

const ThemeColors& themeColors(ColorScheme scheme)
{
    static const ThemeColors light = lightColors();
    static const ThemeColors dark = darkColors();
    return scheme == ColorScheme::Dark ? dark : light;
}

QPalette themePalette(const ThemeColors& c)
{
    QPalette palette;
    palette.setColor(QPalette::Window, c.window);
    palette.setColor(QPalette::WindowText, c.text);
    palette.setColor(QPalette::Base, c.surface);
    palette.setColor(QPalette::AlternateBase, c.window);
    palette.setColor(QPalette::Text, c.text);
    palette.setColor(QPalette::PlaceholderText, c.muted);
    palette.setColor(QPalette::Button, c.raised);
    palette.setColor(QPalette::ButtonText, c.text);
    palette.setColor(QPalette::BrightText, c.bad);
    palette.setColor(QPalette::Highlight, c.accent);
    palette.setColor(QPalette::HighlightedText, c.accentText);
    palette.setColor(QPalette::Link, c.accent);
    palette.setColor(QPalette::LinkVisited, c.accent);
    palette.setColor(QPalette::ToolTipBase, c.raised);
    palette.setColor(QPalette::ToolTipText, c.text);
    palette.setColor(QPalette::Light, c.hover);
    palette.setColor(QPalette::Midlight, c.border);
    palette.setColor(QPalette::Mid, c.outline);
    palette.setColor(QPalette::Dark, c.outline);
    palette.setColor(QPalette::Shadow, c.border);
    for (const auto role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText})
        palette.setColor(QPalette::Disabled, role, c.faint);
    palette.setColor(QPalette::Disabled, QPalette::Highlight, c.outline);
    return palette;
}

double contrastRatio(const QColor& a, const QColor& b)
{
    const double first = luminance(a), second = luminance(b);
    return (std::max(first, second) + 0.05) / (std::min(first, second) + 0.05);
}

} // namespace paretoscope
