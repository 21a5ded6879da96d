// What log.cpp tells those who listen. Not for others.
#pragma once

#include "core/base/log.h"

namespace paretoscope {

void tellListeners(LogLevel level, const std::string& message);

} // namespace paretoscope
