#include "core/run/worker_process.h"

#include "core/base/error.h"
#include "core/base/pipe.h"
#include "core/base/text.h"

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <spawn.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace paretoscope {

namespace {

constexpr const char* schedulerVariable = "PARETOSCOPE_SCHEDULER";

// Standard streams on the pipes, an own process group, no blocked and no ignored signals.
class SpawnSetup {
public:
    SpawnSetup(const Pipe& input, const Pipe& output, const Pipe& error)
    {
        posix_spawn_file_actions_init(&actions_);
        posix_spawn_file_actions_adddup2(&actions_, input.readEnd, STDIN_FILENO);
        posix_spawn_file_actions_adddup2(&actions_, output.writeEnd, STDOUT_FILENO);
        posix_spawn_file_actions_adddup2(&actions_, error.writeEnd, STDERR_FILENO);
        posix_spawnattr_init(&attributes_);
        posix_spawnattr_setflags(
            &attributes_, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
        posix_spawnattr_setpgroup(&attributes_, 0);
        sigset_t signals;
        sigemptyset(&signals);
        posix_spawnattr_setsigmask(&attributes_, &signals);
        for (const int signal : {SIGINT, SIGTERM, SIGPIPE, SIGHUP, SIGQUIT}) sigaddset(&signals, signal);
        posix_spawnattr_setsigdefault(&attributes_, &signals);
    }
    ~SpawnSetup()
    {
        posix_spawn_file_actions_destroy(&actions_);
        posix_spawnattr_destroy(&attributes_);
    }
    SpawnSetup(const SpawnSetup&) = delete;
    SpawnSetup& operator=(const SpawnSetup&) = delete;

    const posix_spawn_file_actions_t* actions() const { return &actions_; }
    const posix_spawnattr_t* attributes() const { return &attributes_; }

private:
    posix_spawn_file_actions_t actions_;
    posix_spawnattr_t attributes_;
};

std::vector<char*> pointers(std::vector<std::string>& texts)
{
    std::vector<char*> result;
    for (std::string& text : texts) result.push_back(text.data());
    result.push_back(nullptr);
    return result;
}

std::vector<std::string> workerEnvironment()
{
    std::vector<std::string> result;
    const std::string own = std::string(schedulerVariable) + "=";
    for (char** entry = environ; *entry; ++entry)
        if (std::strncmp(*entry, own.c_str(), own.size()) != 0) result.emplace_back(*entry);
    result.push_back(own + std::to_string(::getpid()));
    return result;
}

std::string describeSignal(int signal)
{
    if (signal == SIGKILL)
        return "the worker was killed by the system (signal 9), often for lack of memory";
    const char* words = sigdescr_np(signal);
    const char* name = words ? words : "unknown";
    for (const int crash : {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT})
        if (signal == crash) return fmt::format("the worker crashed (signal {}: {})", signal, name);
    return fmt::format("the worker was ended by signal {} ({})", signal, name);
}

} // namespace

WorkerProcess::WorkerProcess(const std::vector<std::string>& command)
{
    if (command.empty()) fail(ErrorCode::Internal, "no worker program is given");
    Pipe input("to a worker"), output("from a worker"), error("from a worker");
    const SpawnSetup setup(input, output, error);
    std::vector<std::string> arguments = command;
    std::vector<std::string> environment = workerEnvironment();
    const int failure = ::posix_spawnp(&process_, command[0].c_str(), setup.actions(), setup.attributes(),
                                       pointers(arguments).data(), pointers(environment).data());
    if (failure != 0) failErrno(failure, fmt::format("cannot start the worker '{}'", command[0]));
    input_ = takeWithoutBlocking(input.writeEnd);
    output_ = takeWithoutBlocking(output.readEnd);
    error_ = takeWithoutBlocking(error.readEnd);
}

WorkerProcess::~WorkerProcess()
{
    closeDescriptor(input_);
    closeDescriptor(output_);
    closeDescriptor(error_);
    if (status_) return;
    kill();
    int status = 0;
    while (::waitpid(process_, &status, 0) < 0 && errno == EINTR) {
    }
}

void WorkerProcess::feed(std::string& text)
{
    while (input_ >= 0 && !text.empty()) {
        const ssize_t written = ::write(input_, text.data(), text.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0 && errno == EAGAIN) return;
        if (written < 0) break; // it no longer reads: its end will tell why
        text.erase(0, size_t(written));
    }
    closeDescriptor(input_);
}

void WorkerProcess::kill()
{
    if (status_) return;
    ::kill(-process_, SIGKILL);
    ::kill(process_, SIGKILL);
}

std::optional<int> WorkerProcess::exitStatus()
{
    int status = 0;
    if (!status_ && ::waitpid(process_, &status, WNOHANG) == process_) status_ = status;
    return status_;
}

std::string describeWorkerEnd(int status, const std::string& lastWords)
{
    std::string sentence =
        WIFSIGNALED(status)
            ? describeSignal(WTERMSIG(status))
            : fmt::format("the worker ended without an answer (exit status {})", WEXITSTATUS(status));
    const std::string words = lastLine(lastWords);
    if (!words.empty()) sentence += fmt::format("; it last wrote: {}", words);
    return sentence;
}

void endWithScheduler()
{
    const char* given = std::getenv(schedulerVariable);
    if (!given) return;
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    // It may have ended before the line above.
    if (std::to_string(::getppid()) != given) ::_exit(1);
}

} // namespace paretoscope
