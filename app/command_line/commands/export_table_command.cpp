#include "app/command_line/command.h"
#include "app/command_line/report_export.h"

namespace paretoscope::commands {

const Command& exportTableCommand()
{
    static const Command row{
        "export table", "Write the run table into a file.", {}, reportOptions("csv, json, tex, html or md"), exportReport};
    return row;
}

} // namespace paretoscope::commands
