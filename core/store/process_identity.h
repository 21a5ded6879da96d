// Tells whether the process that took a run is still there.
#pragma once

#include <string>

namespace paretoscope {

// "boot/namespace/pid/start": the machine's start, the process namespace, the process id and its
// start time, so that a reused process id is not mistaken for the process that had it before.
const std::string& thisProcessIdentity();

// False for malformed text, another boot or namespace, an ended process and a zombie.
bool processIsAlive(const std::string& identity);

} // namespace paretoscope
