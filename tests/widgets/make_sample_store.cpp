// make_sample_store FILE RUNS [EXPERIMENTS]: for looking at the window and for timing it.
#include "core/base/error.h"
#include "tests/widgets/sample_store.h"

#include <cstdio>
#include <cstdlib>

int main(int argc, char** argv)
{
    if (argc < 3) {
        std::fputs("usage: make_sample_store FILE RUNS [EXPERIMENTS]\n", stderr);
        return 2;
    }
    try {
        const auto store = paretoscope::Store::open(argv[1]);
        const int experiments = argc > 3 ? std::atoi(argv[3]) : 1;
        for (int i = 0; i < experiments; ++i) {
            paretoscope::test::SampleStore sample;
            sample.runs = std::atoll(argv[2]);
            sample.seed = uint64_t(i + 1);
            const bool small = sample.runs < 1000;
            sample.failed = small && i == 0 ? 2 : 0;
            sample.queued = small && i == 0 ? 12 : 0;
            const std::string name = "starter: sample " + std::to_string(i + 1);
            paretoscope::test::fillExperiment(*store, name, sample);
        }
        return 0;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "make_sample_store: %s\n", error.what());
        return 1;
    }
}
