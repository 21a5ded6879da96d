#include "core/base/parallel.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <exception>
#include <memory>
#include <mutex>
#include <sched.h>
#include <thread>
#include <utility>
#include <vector>

namespace paretoscope {

namespace {

thread_local bool insideParallel = false;

// One parallelFor: `parts` ranges over [0, count).
struct Job {
    int64_t count;
    int64_t parts;
    void* body;
    RangeFunction call;

    void runMember(int member) const
    {
        if (member < parts) call(body, count * member / parts, count * (member + 1) / parts);
    }
};

// A team of threads that run one job together; the caller is member 0. Members spin for a moment
// before they sleep, because decoding one token starts hundreds of jobs of a few microseconds.
class Team {
public:
    explicit Team(int threads) : threads_(threads)
    {
        for (int member = 1; member < threads; ++member)
            members_.emplace_back([this, member] { serve(member); });
    }

    ~Team()
    {
        {
            const std::lock_guard lock(mutex_);
            stopping_ = true;
            generation_.fetch_add(1, std::memory_order_release);
        }
        wake_.notify_all();
        for (std::thread& member : members_) member.join();
    }

    Team(const Team&) = delete;
    Team& operator=(const Team&) = delete;

    int threads() const { return threads_; }

    void run(const Job& job)
    {
        {
            const std::lock_guard lock(mutex_);
            job_ = &job;
            pending_.store(threads_ - 1, std::memory_order_relaxed);
            generation_.fetch_add(1, std::memory_order_release);
        }
        if (sleepers_.load(std::memory_order_acquire) > 0) wake_.notify_all();
        runMember(0);
        for (int spin = 0; pending_.load(std::memory_order_acquire) != 0; ++spin)
            if (spin > 2000) std::this_thread::yield();
        if (error_) std::rethrow_exception(std::exchange(error_, nullptr));
    }

private:
    void runMember(int member)
    {
        insideParallel = true;
        try {
            job_->runMember(member);
        } catch (...) {
            const std::lock_guard lock(errorMutex_);
            if (!error_) error_ = std::current_exception();
        }
        insideParallel = false;
    }

    void serve(int member)
    {
        uint64_t seen = 0;
        for (;;) {
            seen = waitForJob(seen);
            if (stopping_.load(std::memory_order_acquire)) return;
            runMember(member);
            pending_.fetch_sub(1, std::memory_order_release);
        }
    }

    uint64_t waitForJob(uint64_t seen)
    {
        for (int spin = 0; spin < 20000; ++spin) {
            const uint64_t now = generation_.load(std::memory_order_acquire);
            if (now != seen) return now;
            if (spin % 64 == 63) std::this_thread::yield();
        }
        std::unique_lock lock(mutex_);
        sleepers_.fetch_add(1, std::memory_order_acq_rel);
        wake_.wait(lock, [&] { return generation_.load(std::memory_order_acquire) != seen; });
        sleepers_.fetch_sub(1, std::memory_order_acq_rel);
        return generation_.load(std::memory_order_acquire);
    }

    int threads_;
    std::vector<std::thread> members_;
    std::mutex mutex_;
    std::condition_variable wake_;
    std::atomic<uint64_t> generation_{0};
    std::atomic<int> pending_{0};
    std::atomic<int> sleepers_{0};
    std::atomic<bool> stopping_{false};
    const Job* job_ = nullptr;
    std::mutex errorMutex_;
    std::exception_ptr error_;
};

struct Pool {
    std::mutex mutex; // one parallelFor at a time
    std::unique_ptr<Team> team;
    int threads = availableCores();
    void (*listener)(int threads) = nullptr;
};

Pool& pool()
{
    static Pool instance;
    return instance;
}

} // namespace

int availableCores()
{
    cpu_set_t set;
    CPU_ZERO(&set);
    if (::sched_getaffinity(0, sizeof(set), &set) == 0) return std::max(1, CPU_COUNT(&set));
    return std::max(1, int(std::thread::hardware_concurrency()));
}

void setThreadCount(int threads)
{
    const std::lock_guard lock(pool().mutex);
    pool().threads = threads > 0 ? threads : availableCores();
    pool().team.reset();
    if (pool().listener) pool().listener(pool().threads);
}

void setThreadCountListener(void (*listener)(int threads))
{
    const std::lock_guard lock(pool().mutex);
    pool().listener = listener;
}

int threadCount()
{
    return pool().threads;
}

void runParallel(int64_t count, int64_t grain, void* body, RangeFunction call)
{
    if (count <= 0) return;
    grain = std::max<int64_t>(1, grain);
    const int64_t parts = std::min<int64_t>(pool().threads, (count + grain - 1) / grain);
    if (parts <= 1 || insideParallel) {
        call(body, 0, count);
        return;
    }
    const std::lock_guard lock(pool().mutex);
    if (!pool().team) pool().team = std::make_unique<Team>(pool().threads);
    pool().team->run(Job{count, parts, body, call});
}

} // namespace paretoscope
