#include "core/base/command_process.h"

#include "core/base/error.h"
#include "core/base/pipe.h"
#include "core/base/text.h"

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace paretoscope {

namespace {

using Clock = std::chrono::steady_clock;

constexpr size_t mostErrors = 64 << 10;

void killOwnGroup(int)
{
    ::kill(0, SIGKILL);
}

void resetSignals()
{
    for (const int signal : {SIGINT, SIGTERM, SIGPIPE, SIGHUP, SIGQUIT, SIGCHLD}) std::signal(signal, SIG_DFL);
    sigset_t none;
    sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

struct StartPlan {
    char* const* words;
    const char* folder;
    int output, error, failure; // descriptors to write to
    pid_t parent;
};

// The rest of this file's child side calls only what may be called between fork and exec.
[[noreturn]] void becomeProgram(const StartPlan& plan)
{
    const int nothing = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    const bool ready = ::dup2(nothing, STDIN_FILENO) >= 0 && ::dup2(plan.output, STDOUT_FILENO) >= 0 &&
                       ::dup2(plan.error, STDERR_FILENO) >= 0 && (!plan.folder || ::chdir(plan.folder) == 0);
    if (ready) ::execvp(plan.words[0], plan.words);
    const int reason = errno;
    [[maybe_unused]] const ssize_t told = ::write(plan.failure, &reason, sizeof reason);
    ::_exit(127);
}

// Between us and the program: heads the process group and takes it along when we are gone.
[[noreturn]] void guard(const StartPlan& plan)
{
    ::setpgid(0, 0);
    resetSignals();
    std::signal(SIGTERM, killOwnGroup);
    ::prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (::getppid() != plan.parent) ::_exit(127); // it ended before the line above
    const pid_t program = ::_Fork();
    if (program == 0) {
        std::signal(SIGTERM, SIG_DFL);
        becomeProgram(plan);
    }
    int failure = plan.failure, output = plan.output, error = plan.error;
    for (int* descriptor : {&failure, &output, &error}) closeDescriptor(*descriptor);
    int status = 0;
    while (program > 0 && ::waitpid(program, &status, 0) < 0 && errno == EINTR) {
    }
    if (program > 0 && WIFEXITED(status)) ::_exit(WEXITSTATUS(status));
    std::signal(WTERMSIG(status), SIG_DFL);
    ::raise(program > 0 ? WTERMSIG(status) : SIGKILL);
    ::_exit(127);
}

class RunningCommand {
public:
    explicit RunningCommand(const CommandRequest& request)
        : name_(request.words[0])
    {
        Pipe output("from a program"), error("from a program"), failure("from a program");
        std::vector<std::string> texts = request.words;
        std::vector<char*> words;
        for (std::string& text : texts) words.push_back(text.data());
        words.push_back(nullptr);
        const std::string folder = request.folder.string();
        const StartPlan plan{words.data(),   folder.empty() ? nullptr : folder.c_str(), output.writeEnd,
                             error.writeEnd, failure.writeEnd, ::getpid()};
        group_ = ::_Fork();
        if (group_ == 0) guard(plan);
        if (group_ < 0) failErrno(errno, fmt::format("cannot start '{}'", name_));
        ::setpgid(group_, group_); // whoever comes first
        closeDescriptor(output.writeEnd);
        closeDescriptor(error.writeEnd);
        closeDescriptor(failure.writeEnd);
        output_ = takeWithoutBlocking(output.readEnd);
        error_ = takeWithoutBlocking(error.readEnd);
        refuseFailedStart(failure.readEnd);
    }
    ~RunningCommand()
    {
        closeDescriptor(output_);
        closeDescriptor(error_);
        ::kill(-group_, SIGKILL); // what it left behind goes too
        if (!status_) waitForEnd();
    }
    RunningCommand(const RunningCommand&) = delete;
    RunningCommand& operator=(const RunningCommand&) = delete;

    // Takes what has been written, for at most a twentieth of a second. False once the program has ended.
    bool goOn(CommandOutcome& outcome)
    {
        pollfd waits[2]{{output_, POLLIN, 0}, {error_, POLLIN, 0}}; // poll passes over -1
        ::poll(waits, 2, 50);
        read(outcome);
        int status = 0;
        if (::waitpid(group_, &status, WNOHANG) != group_) return true;
        status_ = status;
        read(outcome);
        return false;
    }

    int exitStatus() const
    {
        if (WIFEXITED(*status_)) return WEXITSTATUS(*status_);
        fail(ErrorCode::Unsupported, "'{}' was ended by signal {}", name_, WTERMSIG(*status_));
    }

private:
    void read(CommandOutcome& outcome)
    {
        if (output_ >= 0) readAvailable(output_, outcome.output);
        if (error_ >= 0) readAvailable(error_, outcome.errors);
        if (outcome.errors.size() > mostErrors) outcome.errors.erase(0, outcome.errors.size() - mostErrors);
    }

    void refuseFailedStart(int descriptor)
    {
        int reason = 0;
        ssize_t count = 0;
        while ((count = ::read(descriptor, &reason, sizeof reason)) < 0 && errno == EINTR) {
        }
        if (count != sizeof reason) return; // closed by exec
        closeDescriptor(output_);
        closeDescriptor(error_);
        waitForEnd();
        failErrno(reason, fmt::format("cannot start '{}'", name_));
    }

    void waitForEnd()
    {
        int status = 0;
        while (::waitpid(group_, &status, 0) < 0 && errno == EINTR) {
        }
        status_ = status;
    }

    std::string name_;
    pid_t group_ = -1;
    int output_ = -1, error_ = -1;
    std::optional<int> status_;
};

} // namespace

CommandOutcome runCommand(const CommandRequest& request, JobContext& job, const std::string& stage)
{
    if (request.words.empty() || request.words[0].empty()) fail(ErrorCode::BadUsage, "a command names no program");
    job.throwIfCancelled();
    CommandOutcome outcome;
    RunningCommand running(request);
    const auto start = Clock::now();
    while (running.goOn(outcome)) {
        job.throwIfCancelled();
        const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
        if (request.timeoutSeconds > 0 && seconds > request.timeoutSeconds)
            fail(ErrorCode::Unsupported, "'{}' took longer than the {} it may take", request.words[0],
                 humanSeconds(request.timeoutSeconds));
        if (outcome.output.size() > request.mostOutput)
            fail(ErrorCode::Unsupported, "'{}' wrote more than {} to standard output", request.words[0],
                 humanBytes(double(request.mostOutput)));
        // How far it is, only it knows: half way to the end, ever slower.
        job.report(seconds / (seconds + 60), stage);
    }
    if (outcome.output.size() > request.mostOutput)
        fail(ErrorCode::Unsupported, "'{}' wrote more than {} to standard output", request.words[0],
             humanBytes(double(request.mostOutput)));
    outcome.exitStatus = running.exitStatus();
    return outcome;
}

} // namespace paretoscope
