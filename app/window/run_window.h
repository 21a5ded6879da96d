// The program with a window.
#pragma once

#include "app/window/window_options.h"

class QApplication;

namespace paretoscope {

// Opens the window and returns when it is closed.
int runWindow(QApplication& application, const WindowOptions& options);

// From the program's arguments: makes the application, loads plugins, opens the window.
int runWindow(int& argc, char** argv);

} // namespace paretoscope
