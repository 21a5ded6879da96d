// What this machine is, for a run's provenance.
#pragma once

#include <string>

namespace paretoscope {

// "AMD EPYC, 2 cores, 23.4 GiB": processor name, usable cores, memory.
std::string machineDescription();

} // namespace paretoscope
