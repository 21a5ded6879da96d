// A worker as a child process with pipes. Linux.
#pragma once

#include "core/base/pipe.h"

#include <cstddef>
#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

namespace paretoscope {

// In a process group of its own, so that a terminal's Ctrl-C reaches the scheduler alone. Not
// thread-safe. The worker dies with the thread that made this object when it calls
// endWithScheduler().
class WorkerProcess {
public:
    // Error(NotFound or Io) when the program cannot be started.
    explicit WorkerProcess(const std::vector<std::string>& command);
    ~WorkerProcess(); // kills it and waits
    WorkerProcess(const WorkerProcess&) = delete;
    WorkerProcess& operator=(const WorkerProcess&) = delete;

    // Descriptors for poll(); -1 once closed. None of them blocks.
    int inputDescriptor() const { return input_; }
    int outputDescriptor() const { return output_; }
    int errorDescriptor() const { return error_; }

    // Writes as much of `text` as the pipe takes and removes it from `text`; closes the input when
    // nothing is left. A worker that no longer reads is not an error here.
    void feed(std::string& text);
    // Appends what has arrived. False once the other end is closed.
    bool readOutput(std::string& text) { return readAvailable(output_, text); }
    bool readErrors(std::string& text) { return readAvailable(error_, text); }

    void kill();                     // at once, with its children
    std::optional<int> exitStatus(); // as of waitpid(); nothing while it runs

private:
    pid_t process_ = -1;
    int input_ = -1;
    int output_ = -1;
    int error_ = -1;
    std::optional<int> status_;
};

// Why a worker that ended with `status` gave no answer, one sentence. `lastWords`: what it wrote
// to standard error.
std::string describeWorkerEnd(int status, const std::string& lastWords);

// Called by a worker when it starts: the process then ends with its scheduler, however that ends.
// Does nothing in a worker that no scheduler started.
void endWithScheduler();

} // namespace paretoscope
