// One subcommand: what it takes, as data, and what it does. One file a command in
// app/command_line/commands/, one line in app/command_line/CMakeLists.txt.
#pragma once

#include "app/command_line/arguments.h"

#include <span>
#include <string>
#include <vector>

namespace paretoscope {

class Console;

struct Command {
    std::string name; // "inspect"; "export chart" has two words
    std::string summary;
    std::vector<Positional> positionals;
    std::vector<Option> options;
    // The exit status. What fails is an Error: BadUsage exits with 2, everything else with 1.
    int (*run)(const Arguments& arguments, Console& console);
    bool draws = false; // needs a QApplication; it works without a display all the same
};

namespace commands {
std::span<const Command* const> all();
} // namespace commands

} // namespace paretoscope
