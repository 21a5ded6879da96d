// Somebody else's program, run to its end. Never through a shell. Linux.
#pragma once

#include "core/base/job_context.h"

#include <filesystem>
#include <string>
#include <vector>

namespace paretoscope {

struct CommandRequest {
    std::vector<std::string> words; // the program, looked up in PATH, and its arguments as they are
    std::filesystem::path folder;   // where it starts; empty = here
    double timeoutSeconds = 0;      // 0 = none
    size_t mostOutput = size_t{16} << 20; // bytes of standard output; of standard error the end is kept
};

struct CommandOutcome {
    int exitStatus = 0;
    std::string output;
    std::string errors; // the last 64 KiB
};

// Waits for the program while it polls `job`; `stage` is what the job says meanwhile. The program and
// everything it starts form one process group, which is killed at once on cancel, on timeout, and when this
// process or the calling thread ends, however that happens. Its standard input is empty.
// Error(NotFound or Io) when it cannot be started, Error(Cancelled), and Error(Unsupported), which names the
// program, when it takes longer than the timeout, is ended by a signal or writes more than `mostOutput`.
CommandOutcome runCommand(const CommandRequest& request, JobContext& job, const std::string& stage);

} // namespace paretoscope
