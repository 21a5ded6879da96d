// Writing runs through the report table, for `export table` and `export report`.
#pragma once

#include "app/command_line/arguments.h"
#include "app/command_line/console.h"

#include <string>
#include <vector>

namespace paretoscope {

std::vector<Option> reportOptions(const std::string& endings);
int exportReport(const Arguments& arguments, Console& console);

} // namespace paretoscope
