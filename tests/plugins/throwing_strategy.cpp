#include "core/base/error.h"
#include "core/strategy/strategy.h"

namespace paretoscope::throwing {

std::unique_ptr<const Strategy> makeBroken()
{
    fail(ErrorCode::Io, "the table of throwing.broken is not there");
}

} // namespace paretoscope::throwing
