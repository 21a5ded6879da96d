// A worker that does what the recipe's text says, and writes down that it started:
//   finish, slow, fail, crash, exit3, killed, hang, garbage, flood, none
#include "core/base/error.h"
#include "core/run/worker_process.h"
#include "core/run/worker_protocol.h"

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <sys/resource.h>
#include <thread>
#include <unistd.h>

using namespace paretoscope;

namespace {

void sleepMs(int milliseconds)
{
    std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds));
}

[[noreturn]] void endBy(int signal)
{
    const rlimit noCore{0, 0};
    setrlimit(RLIMIT_CORE, &noCore);
    std::signal(signal, SIG_DFL);
    raise(signal);
    std::_Exit(1);
}

// One line a start: "recipe pid".
void note(const std::string& recipe)
{
    if (const char* file = std::getenv("FAKE_WORKER_NOTES"))
        std::ofstream(file, std::ios::app) << recipe << ' ' << getpid() << std::endl;
}

RunOutcome outcomeFor(const RunRequest& request)
{
    RunOutcome outcome;
    outcome.provenance.version = "test";
    outcome.provenance.seed = request.seed;
    outcome.measurements.push_back({"perplexity", 12.5, 0.25, 12.0, 13.0, 2,
                                    {{"window-0000", 2.5, 10}, {"window-0001", 2.75, 5}}});
    return outcome;
}

RunOutcome act(const RunRequest& request, JobContext& job)
{
    const std::string& recipe = request.recipe;
    note(recipe);
    job.report(0.25, "a quarter");
    if (recipe == "fail") fail(ErrorCode::Unsupported, "this model cannot be halved");
    if (recipe == "crash") {
        std::cerr << "about to read address 0\n" << std::flush;
        endBy(SIGSEGV);
    }
    if (recipe == "killed") endBy(SIGKILL);
    if (recipe == "exit3") std::_Exit(3);
    if (recipe == "garbage") std::cout << "hello, this is a library's banner\n" << std::flush;
    if (recipe == "hang") sleepMs(60000);
    if (recipe == "slow") sleepMs(400);
    if (recipe == "flood")
        for (int i = 0; i < 20000; ++i) std::cerr << "a chatty library, line " << i << '\n';
    return outcomeFor(request);
}

} // namespace

int main()
{
    endWithScheduler();
    if (std::getenv("FAKE_WORKER_DEAF")) return 4; // ends without reading its input
    serveWorker(std::cin, std::cout, act);
}
