#include "app/command_line/command.h"
#include "app/command_line/report_export.h"

namespace paretoscope::commands {

const Command& exportReportCommand()
{
    static const Command row{
        "export report", "Write a report that is read by people.", {}, reportOptions("html or md"), exportReport};
    return row;
}

} // namespace paretoscope::commands
