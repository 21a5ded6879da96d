#include "core/base/machine.h"

#include "core/base/parallel.h"
#include "core/base/text.h"

#include <fmt/format.h>
#include <fstream>
#include <unistd.h>

namespace paretoscope {

namespace {

std::string processorName()
{
    std::ifstream file("/proc/cpuinfo");
    for (std::string line; std::getline(file, line);)
        if (line.starts_with("model name")) return std::string(trimmed(line.substr(line.find(':') + 1)));
    return "unknown processor";
}

} // namespace

std::string machineDescription()
{
    const double bytes = double(::sysconf(_SC_PHYS_PAGES)) * double(::sysconf(_SC_PAGE_SIZE));
    return fmt::format("{}, {} cores, {}", processorName(), availableCores(), humanBytes(bytes));
}

} // namespace paretoscope
