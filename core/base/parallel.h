// Data parallelism for kernels: one process-wide pool, sized once.
#pragma once

#include <cstdint>
#include <type_traits>

namespace paretoscope {

// Threads used by parallelFor and by the BLAS. Set before heavy work starts; changing it while a
// parallelFor runs is not allowed. 0 means all cores the process may use.
void setThreadCount(int threads);
int threadCount();
// Called after every setThreadCount with the new count; one listener, that of the BLAS.
void setThreadCountListener(void (*listener)(int threads));
int availableCores();

using RangeFunction = void (*)(void* body, int64_t begin, int64_t end);
void runParallel(int64_t count, int64_t grain, void* body, RangeFunction call);

// Calls body(begin, end) over disjoint ranges that cover [0, count), each at least `grain` long
// except the last. Runs inline when one range is enough or when called from inside a range. The
// split depends only on count, grain and threadCount(), so results repeat. Exceptions of the body
// reach the caller (the first one). Allocates nothing.
template <class Body> void parallelFor(int64_t count, int64_t grain, Body&& body)
{
    using Plain = std::remove_reference_t<Body>;
    runParallel(count, grain, const_cast<void*>(static_cast<const void*>(&body)),
                [](void* erased, int64_t begin, int64_t end) {
                    (*static_cast<Plain*>(erased))(begin, end);
                });
}

} // namespace paretoscope
