#include "core/base/job_context.h"

#include "core/base/error.h"

#include <algorithm>

namespace paretoscope {

void JobContext::report(double fraction, const std::string& stage)
{
    throwIfCancelled();
    const double whole = from_ + (to_ - from_) * std::clamp(fraction, 0.0, 1.0);
    reached_ = std::max(reached_, whole);
    if (listener_) listener_({reached_, stage});
}

void JobContext::throwIfCancelled() const
{
    if (cancelled()) fail(ErrorCode::Cancelled, "cancelled");
}

void JobContext::enterPart(double from, double to) noexcept
{
    from_ = from;
    to_ = to;
}

} // namespace paretoscope
