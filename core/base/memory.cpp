#include "core/base/memory.h"

#include <fstream>
#include <string>

namespace paretoscope {

namespace {

int64_t statusKilobytes(const std::string& key)
{
    std::ifstream status("/proc/self/status");
    std::string word;
    while (status >> word) {
        if (word == key) {
            int64_t kilobytes = 0;
            status >> kilobytes;
            return kilobytes;
        }
        status.ignore(256, '\n');
    }
    return 0;
}

} // namespace

int64_t residentBytes()
{
    return statusKilobytes("VmRSS:") * 1024;
}

int64_t peakResidentBytes()
{
    return statusKilobytes("VmHWM:") * 1024;
}

bool resetPeakResident()
{
    std::ofstream clear("/proc/self/clear_refs");
    clear << "5" << std::flush; // "5" resets the high-water mark (proc(5))
    return bool(clear);
}

} // namespace paretoscope
