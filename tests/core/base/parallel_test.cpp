#include "core/base/error.h"
#include "core/base/job_context.h"
#include "core/base/parallel.h"
#include "tests/test_data.h"

#include <atomic>
#include <thread>
#include <vector>

using namespace paretoscope;

class ParallelTest : public QObject {
    Q_OBJECT

private slots:
    void cleanup() { setThreadCount(0); }

    void everyIndexOnce()
    {
        for (const int threads : {1, 2, 3, 7}) {
            setThreadCount(threads);
            for (const int64_t count : {0, 1, 2, 5, 64, 1001}) {
                std::vector<std::atomic<int>> seen(size_t(count) + 1);
                parallelFor(count, 3, [&](int64_t begin, int64_t end) {
                    for (int64_t i = begin; i < end; ++i) ++seen[size_t(i)];
                });
                for (int64_t i = 0; i < count; ++i) QCOMPARE(seen[size_t(i)].load(), 1);
            }
        }
    }

    void manyShortJobs()
    {
        setThreadCount(2);
        std::atomic<int64_t> sum{0};
        for (int i = 0; i < 20000; ++i)
            parallelFor(2, 1, [&](int64_t begin, int64_t end) { sum += end - begin; });
        QCOMPARE(sum.load(), 40000);
    }

    void nestedCallsRunInline()
    {
        setThreadCount(2);
        std::atomic<int> sum{0};
        parallelFor(4, 1, [&](int64_t begin, int64_t end) {
            for (int64_t i = begin; i < end; ++i)
                parallelFor(10, 1, [&](int64_t b, int64_t e) { sum += int(e - b); });
        });
        QCOMPARE(sum.load(), 40);
    }

    void anErrorReachesTheCaller()
    {
        setThreadCount(2);
        const auto work = [] {
            parallelFor(2, 1, [](int64_t begin, int64_t) {
                if (begin == 1) fail(ErrorCode::BadFile, "from the second range");
            });
        };
        PARETOSCOPE_EXPECT_ERROR(work(), "from the second range");
        std::atomic<int> sum{0}; // and the pool still works
        parallelFor(2, 1, [&](int64_t begin, int64_t end) { sum += int(end - begin); });
        QCOMPARE(sum.load(), 2);
    }

    void severalCallersTakeTurns()
    {
        setThreadCount(2);
        std::atomic<int64_t> sum{0};
        std::vector<std::thread> callers;
        for (int c = 0; c < 3; ++c)
            callers.emplace_back([&] {
                for (int i = 0; i < 500; ++i)
                    parallelFor(8, 1, [&](int64_t begin, int64_t end) { sum += end - begin; });
            });
        for (std::thread& caller : callers) caller.join();
        QCOMPARE(sum.load(), 3 * 500 * 8);
    }

    void progressNeverGoesBackAndCancelStops()
    {
        std::vector<double> seen;
        JobContext job([&](const Progress& progress) { seen.push_back(progress.fraction); });
        job.enterPart(0, 0.5);
        job.report(1, "first");
        job.enterPart(0.5, 1);
        job.report(0.5, "second");
        job.report(0.2, "second");
        QCOMPARE(seen, (std::vector<double>{0.5, 0.75, 0.75}));
        job.cancel();
        PARETOSCOPE_EXPECT_ERROR(job.report(1, "third"), "cancelled");
    }
};

QTEST_GUILESS_MAIN(ParallelTest)
#include "parallel_test.moc"
