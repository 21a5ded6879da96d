// Writing runs through the report table, for `export table`.
#pragma once

#include "app/command_line/arguments.h"
#include "app/command_line/console.h"
#include "core/store/store.h"

#include <string>
#include <vector>

namespace paretoscope {

std::vector<Option> reportOptions(const std::string& endings);
// --title, else the experiments' names, else the store's.
std::string reportTitle(const Arguments& arguments, const Store& store);
int exportReport(const Arguments& arguments, Console& console);

} // namespace paretoscope
