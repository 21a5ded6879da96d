#include "core/base/text.h"
#include "core/base/version.h"
#include "core/run/worker_protocol.h"

#include <chrono>
#include <exception>
#include <istream>
#include <new>
#include <ostream>
#include <utility>

namespace paretoscope {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds progressInterval{100};

void send(std::ostream& output, const WorkerMessage& message)
{
    output << messageLine(message) << std::flush;
}

class ProgressSender {
public:
    ProgressSender(std::ostream& output, int64_t run) : output_(output), run_(run) {}

    void operator()(const Progress& progress)
    {
        const Clock::time_point now = Clock::now();
        if (sent_ && now - last_ < progressInterval) return;
        sent_ = true;
        last_ = now;
        send(output_, WorkerProgress{run_, progress.fraction, progress.stage});
    }

private:
    std::ostream& output_;
    int64_t run_;
    bool sent_ = false;
    Clock::time_point last_;
};

WorkerMessage answer(const WorkerRequest& request, std::ostream& output, const RunFunction& work)
{
    JobContext job(ProgressSender(output, request.run));
    try {
        RaceNews news;
        if (!request.request.race.empty()) {
            news.costs = [&](const std::vector<Measurement>& costs) { send(output, WorkerCosts{request.run, costs}); };
            news.item = [&](const ItemScore& item) { send(output, WorkerItem{request.run, item}); };
        }
        return WorkerDone{request.run, work(request.request, job, news)};
    } catch (const Error& error) {
        return WorkerFailed{request.run, error.code(), error.what()};
    } catch (const std::bad_alloc&) {
        return WorkerFailed{request.run, ErrorCode::OutOfMemory, "there is not enough memory for this run"};
    } catch (const std::exception& error) {
        return WorkerFailed{request.run, ErrorCode::Internal, error.what()};
    }
}

} // namespace

void serveWorker(std::istream& input, std::ostream& output, const RunFunction& work)
{
    send(output, WorkerReady{version()});
    std::string text;
    while (output && std::getline(input, text)) {
        if (trimmed(text).empty()) continue;
        WorkerRequest request;
        try {
            request = parseRequestLine(text);
        } catch (const Error& error) {
            send(output, WorkerFailed{0, error.code(), error.what()});
            continue;
        }
        send(output, answer(request, output, work));
    }
}

} // namespace paretoscope
