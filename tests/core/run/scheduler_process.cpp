// scheduler_process STORE WORKER: works off the queue of a store, and is killed by a test.
#include "core/run/scheduler.h"

int main(int argc, char** argv)
{
    if (argc != 3) return 2;
    paretoscope::SchedulerOptions options;
    options.store = argv[1];
    options.workerCommand = {argv[2]};
    options.stopWhenEmpty = true;
    paretoscope::Scheduler scheduler(options, {});
    scheduler.start();
    scheduler.waitUntilEmpty();
}
