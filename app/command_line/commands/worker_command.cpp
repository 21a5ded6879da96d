#include "app/command_line/command.h"
#include "app/command_line/console.h"
#include "core/base/error.h"
#include "core/run/worker_process.h"
#include "core/run/worker_protocol.h"

#include <cerrno>
#include <ext/stdio_filebuf.h>
#include <iostream>
#include <ostream>
#include <unistd.h>

namespace paretoscope::commands {

namespace {

// The protocol keeps standard output for itself: what libraries print there goes to standard
// error instead.
int claimStandardOutput()
{
    const int claimed = ::dup(STDOUT_FILENO);
    if (claimed < 0 || ::dup2(STDERR_FILENO, STDOUT_FILENO) < 0)
        failErrno(errno, "cannot keep standard output for the protocol");
    return claimed;
}

int run(const Arguments&, Console&)
{
    endWithScheduler();
    __gnu_cxx::stdio_filebuf<char> buffer(claimStandardOutput(), std::ios::out);
    std::ostream output(&buffer);
    serveWorker(std::cin, output,
                [](const RunRequest& request, JobContext& job, const RaceNews& news) {
                    return executeRun(request, job, {}, news);
                });
    return output ? 0 : 1;
}

} // namespace

const Command& workerCommand()
{
    static const Command row{
        "worker", "Do runs given as JSON lines on standard input, answer with JSON lines.", {}, {}, run};
    return row;
}

} // namespace paretoscope::commands
