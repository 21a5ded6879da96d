// A study as a document that can be read alone.
#pragma once

#include "core/report/document.h"
#include "core/report/study.h"

namespace paretoscope {

Document documentOf(const Study& study);

} // namespace paretoscope
