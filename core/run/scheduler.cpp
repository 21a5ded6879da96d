#include "core/run/scheduler.h"

#include "core/base/error.h"
#include "core/run/scheduler_loop.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <pthread.h>
#include <sys/eventfd.h>
#include <thread>
#include <unistd.h>
#include <utility>

namespace paretoscope {

SchedulerMailbox::SchedulerMailbox() : descriptor(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK))
{
    if (descriptor < 0) failErrno(errno, "cannot make an event descriptor");
}

SchedulerMailbox::~SchedulerMailbox()
{
    ::close(descriptor);
}

void SchedulerMailbox::ring()
{
    const uint64_t one = 1;
    [[maybe_unused]] const ssize_t written = ::write(descriptor, &one, sizeof one);
}

void SchedulerMailbox::drain()
{
    uint64_t rings = 0;
    [[maybe_unused]] const ssize_t count = ::read(descriptor, &rings, sizeof rings);
}

struct Scheduler::Implementation {
    SchedulerOptions options;
    Listener listener;
    SchedulerMailbox mailbox;
    std::thread thread;

    // Signals belong to the program's other threads; a broken pipe is then an errno.
    static void blockSignals()
    {
        sigset_t all;
        sigfillset(&all);
        pthread_sigmask(SIG_BLOCK, &all, nullptr);
    }
};

Scheduler::Scheduler(SchedulerOptions options, Listener listener)
    : implementation_(std::make_unique<Implementation>())
{
    options.jobs = std::max(1, options.jobs);
    implementation_->options = std::move(options);
    implementation_->listener = std::move(listener);
}

Scheduler::~Scheduler()
{
    stop();
}

void Scheduler::start()
{
    Implementation& own = *implementation_;
    if (own.thread.joinable()) return;
    own.thread = std::thread([&own] {
        Implementation::blockSignals();
        SchedulerLoop(own.options, own.listener, own.mailbox).run();
    });
}

void Scheduler::wake()
{
    const std::lock_guard lock(implementation_->mailbox.mutex);
    implementation_->mailbox.woken = true;
    implementation_->mailbox.empty = false;
    implementation_->mailbox.ring();
}

void Scheduler::pause(bool paused)
{
    const std::lock_guard lock(implementation_->mailbox.mutex);
    implementation_->mailbox.paused = paused;
    implementation_->mailbox.ring();
}

bool Scheduler::paused() const
{
    const std::lock_guard lock(implementation_->mailbox.mutex);
    return implementation_->mailbox.paused;
}

void Scheduler::cancelRun(int64_t run)
{
    const std::lock_guard lock(implementation_->mailbox.mutex);
    implementation_->mailbox.cancels.push_back(run);
    implementation_->mailbox.ring();
}

void Scheduler::stop()
{
    {
        const std::lock_guard lock(implementation_->mailbox.mutex);
        implementation_->mailbox.stop = true;
        implementation_->mailbox.ring();
    }
    if (implementation_->thread.joinable()) implementation_->thread.join();
}

void Scheduler::waitUntilEmpty()
{
    std::unique_lock lock(implementation_->mailbox.mutex);
    SchedulerMailbox& mailbox = implementation_->mailbox;
    mailbox.changed.wait(lock, [&] { return mailbox.empty || mailbox.ended; });
}

} // namespace paretoscope
