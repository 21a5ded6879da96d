// From the program's arguments to a command.
#pragma once

namespace paretoscope {

// Runs the command that the arguments name and returns the exit status: 0 done, 1 failed, 2 bad
// usage. Without a command it opens the window.
int runCommandLine(int argc, char** argv);

} // namespace paretoscope
