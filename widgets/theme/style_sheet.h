#pragma once

#include "widgets/theme/colors.h"

#include <QString>

namespace paretoscope {

// What the palette cannot say. Widgets opt in with dynamic properties:
//   QPushButton  primary=true      the one action a page is about
//   QLabel       role="title" | "muted" | "bad" | "good" | "warning"
//   QWidget      role="surface"    a panel's background
QString styleSheet(const ThemeColors& colors);

} // namespace paretoscope
