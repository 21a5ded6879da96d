#include "core/base/json.h"
#include "core/report/report.h"

namespace paretoscope::reports {

const Report& json()
{
    static const Report row{"json", "json", "Every run with every figure, for programs",
                            [](const ReportInput& input) { return runsJson(input.runs).dump(2) + "\n"; }};
    return row;
}

} // namespace paretoscope::reports
