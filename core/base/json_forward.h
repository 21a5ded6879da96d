#pragma once

#include <cstddef>
#include <cstdint>
#include <nlohmann/json_fwd.hpp>

namespace paretoscope {

using Json = nlohmann::json; // keys sorted, so that equal values print equal text

} // namespace paretoscope
