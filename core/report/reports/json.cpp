#include "core/base/json.h"
#include "core/report/report.h"

namespace paretoscope::reports {

namespace {

std::string write(const ReportInput& input)
{
    // Paths may be anything; a report is always valid UTF-8.
    return runsJson(input.runs).dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

} // namespace

const Report& json()
{
    static const Report row{"json", "json", "Every run with every figure, for programs", write};
    return row;
}

} // namespace paretoscope::reports
