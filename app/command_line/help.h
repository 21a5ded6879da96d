// Help, generated from the command table.
#pragma once

#include "app/command_line/command.h"

#include <string>

namespace paretoscope {

std::string generalHelp();
std::string commandHelp(const Command& command);
std::string usageLine(const Command& command); // "paretoscope inspect MODEL [--json]"

} // namespace paretoscope
