#include "core/backend/cpu/blas.h"

#include "core/base/parallel.h"

#include <cblas.h>
#include <fmt/format.h>
#include <mutex>
#include <sstream>

namespace paretoscope::cpu {

namespace {

// How many threads OpenBLAS has been told to use, and who wants it serial.
class BlasThreads {
public:
    BlasThreads()
    {
        setThreadCountListener([](int threads) { instance().setThreads(threads); });
        setThreads(threadCount());
    }

    static BlasThreads& instance()
    {
        static BlasThreads threads;
        return threads;
    }

    void enter()
    {
        const std::lock_guard lock(mutex_);
        if (++serialUsers_ == 1 && threads_ != 1) openblas_set_num_threads(1);
    }

    void leave()
    {
        const std::lock_guard lock(mutex_);
        if (--serialUsers_ == 0 && threads_ != 1) openblas_set_num_threads(threads_);
    }

private:
    void setThreads(int threads)
    {
        const std::lock_guard lock(mutex_);
        threads_ = threads;
        if (serialUsers_ == 0) openblas_set_num_threads(threads_);
    }

    std::mutex mutex_;
    int serialUsers_ = 0;
    int threads_ = 1;
};

// From the start: LAPACK may run before any kernel does.
[[maybe_unused]] const BlasThreads& startup = BlasThreads::instance();

CBLAS_TRANSPOSE transposition(bool transpose)
{
    return transpose ? CblasTrans : CblasNoTrans;
}

} // namespace

SerialBlas::SerialBlas()
{
    BlasThreads::instance().enter();
}

SerialBlas::~SerialBlas()
{
    BlasThreads::instance().leave();
}

void multiply(bool transposeA, bool transposeB, float alpha, ConstMatrixView a, ConstMatrixView b,
              bool accumulate, MatrixView y)
{
    const int64_t inner = transposeA ? a.rows : a.columns;
    cblas_sgemm(CblasRowMajor, transposition(transposeA), transposition(transposeB), int(y.rows),
                int(y.columns), int(inner), alpha, a.data, int(a.stride), b.data, int(b.stride),
                accumulate ? 1.0f : 0.0f, y.data, int(y.stride));
}

std::string blasDetail()
{
    // The configuration reads "OpenBLAS 0.3.21 NO_LAPACKE DYNAMIC_ARCH ...".
    std::istringstream words(openblas_get_config());
    std::string name;
    std::string version;
    words >> name >> version;
    return fmt::format("{} {} ({})", name, version, openblas_get_corename());
}

} // namespace paretoscope::cpu
