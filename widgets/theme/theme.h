// The look of the whole program: scheme, palette, style sheet.
#pragma once

#include "widgets/theme/colors.h"

#include <QObject>

namespace paretoscope {

enum class ThemeMode { System, Light, Dark };

// One a process, as QApplication's palette is; belongs to the GUI thread. Widgets that paint
// themselves read colors() while painting and repaint on `changed`.
class Theme : public QObject {
    Q_OBJECT
public:
    static Theme& instance();

    // Call once after QApplication exists: sets style, palette and style sheet.
    void apply(ThemeMode mode);
    ThemeMode mode() const { return mode_; }
    ColorScheme scheme() const { return scheme_; }
    const ThemeColors& colors() const { return themeColors(scheme_); }

Q_SIGNALS:
    void changed();

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    Theme() = default;
    void readSystemScheme();
    void show();

    ThemeMode mode_ = ThemeMode::System;
    ColorScheme scheme_ = ColorScheme::Light;
    ColorScheme systemScheme_ = ColorScheme::Light;
    bool installed_ = false;
};

} // namespace paretoscope
