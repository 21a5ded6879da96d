#pragma once

namespace paretoscope {

const char* version() noexcept; // "0.1.0"

} // namespace paretoscope
