// A worker that does what the recipe's text says, and writes down that it started:
//   finish, slow, fail, crash, exit3, killed, hang, garbage, flood, none
//   right, wrong: a race of 200 items, all of them answered so; after them as finish
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

// 200 items, and what they come to when none is left out.
RunOutcome raceOf(const RunRequest& request, bool right, const RaceNews& news)
{
    RunOutcome outcome;
    outcome.provenance.version = "test";
    const auto number = [](const char* metric, double value) {
        Measurement measurement;
        measurement.metric = metric;
        measurement.value = value;
        return measurement;
    };
    std::vector<Measurement> costs;
    for (const std::string& name : raceCosts()) costs.push_back(number(name.c_str(), request.seed == 2 && !right ? 1 : 2));
    if (news.costs) news.costs(costs);
    Measurement answers = number("exact_match", right ? 1 : 0);
    for (int i = 0; i < 200; ++i) {
        answers.items.push_back({"item-" + std::to_string(i), right ? 1.0 : 0.0, 1});
        if (!news.item) continue;
        news.item(answers.items.back());
        sleepMs(2);
    }
    outcome.measurements = costs;
    outcome.measurements.push_back(answers);
    return outcome;
}

RunOutcome act(const RunRequest& request, JobContext& job, const RaceNews& news)
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
    if (recipe == "right" || recipe == "wrong") return raceOf(request, recipe == "right", news);
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
