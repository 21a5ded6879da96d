#include "core/base/version.h"

namespace paretoscope {

const char* version() noexcept
{
    return PARETOSCOPE_VERSION;
}

} // namespace paretoscope
