// Pictures in any form that Qt reads.
#pragma once

#include "core/model/picture.h"

#include <string>

namespace paretoscope {

Picture readPicture(const std::string& file); // Error(NotFound or BadFile)

} // namespace paretoscope
