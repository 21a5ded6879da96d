#include "app/command_line/interrupt_guard.h"

namespace paretoscope {

namespace {

volatile std::sig_atomic_t interruptions = 0;

void interrupt(int signal)
{
    interruptions = interruptions + 1;
    if (interruptions > 1) { // the user insists
        std::signal(signal, SIG_DFL);
        std::raise(signal);
    }
}

} // namespace

InterruptGuard::InterruptGuard()
{
    interruptions = 0;
    struct sigaction action {};
    action.sa_handler = interrupt;
    sigaction(SIGINT, &action, &oldInterrupt_);
    sigaction(SIGTERM, &action, &oldTerminate_);
}

InterruptGuard::~InterruptGuard()
{
    sigaction(SIGINT, &oldInterrupt_, nullptr);
    sigaction(SIGTERM, &oldTerminate_, nullptr);
}

bool InterruptGuard::interrupted()
{
    return interruptions > 0;
}

} // namespace paretoscope
