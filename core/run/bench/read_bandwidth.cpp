#include "core/run/bench/read_bandwidth.h"

#include "core/base/parallel.h"
#include "core/run/bench/stopwatch.h"

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <vector>

namespace paretoscope::bench {

namespace {

// Wide enough that the compiler keeps whole vectors, whatever the processor's width.
typedef uint64_t Lanes __attribute__((vector_size(64), aligned(8))); // NOLINT: attributes want a typedef

// Sums [begin, end) as `Streams` parts side by side.
template <int Streams> uint64_t sumStreams(const uint64_t* data, int64_t begin, int64_t end)
{
    constexpr int64_t width = int64_t(sizeof(Lanes) / sizeof(uint64_t));
    const int64_t part = (end - begin) / Streams / width * width;
    Lanes sums[Streams] = {};
    for (int64_t i = 0; i < part; i += width)
        for (int s = 0; s < Streams; ++s)
            sums[s] += *reinterpret_cast<const Lanes*>(data + begin + s * part + i);
    uint64_t total = 0;
    for (const Lanes& sum : sums)
        for (int64_t lane = 0; lane < width; ++lane) total += sum[lane];
    return total;
}

} // namespace

double readBandwidth(double seconds)
{
    const std::vector<uint64_t> block((size_t{512} << 20) / sizeof(uint64_t), 1);
    std::atomic<uint64_t> sink{0};
    double best = 0;
    using Sum = uint64_t (*)(const uint64_t*, int64_t, int64_t);
    for (const Sum sum : {Sum(sumStreams<1>), Sum(sumStreams<2>), Sum(sumStreams<4>)}) {
        const double median = medianSeconds(seconds / 3, [&] {
            parallelFor(int64_t(block.size()), 1 << 16,
                        [&](int64_t begin, int64_t end) { sink += sum(block.data(), begin, end); });
        });
        best = std::max(best, double(block.size() * sizeof(uint64_t)) / median);
    }
    return best;
}

} // namespace paretoscope::bench
