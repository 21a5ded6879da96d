// What this process uses, as the system counts it (Linux /proc).
#pragma once

#include <cstdint>

namespace paretoscope {

int64_t residentBytes();     // now
int64_t peakResidentBytes(); // since the start or the last reset
bool resetPeakResident();    // false where the system does not allow it

} // namespace paretoscope
