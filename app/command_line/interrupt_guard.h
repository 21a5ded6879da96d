// Ctrl-C and SIGTERM, for commands that stop in good order.
#pragma once

#include <csignal>

namespace paretoscope {

// Both are counted while this lives; the second one ends the process as usual. One at a time.
class InterruptGuard {
public:
    InterruptGuard();
    ~InterruptGuard();
    InterruptGuard(const InterruptGuard&) = delete;
    InterruptGuard& operator=(const InterruptGuard&) = delete;

    static bool interrupted();

private:
    struct sigaction oldInterrupt_ {};
    struct sigaction oldTerminate_ {};
};

} // namespace paretoscope
