// Decoding allocates nothing once its buffers have grown.
#include "core/inference/session.h"
#include "core/model/open_model.h"
#include "core/strategy/recipe.h"
#include "plugins/quantization/strategies.h"
#include "tests/test_data.h"

#include <atomic>
#include <cstdlib>
#include <new>

namespace {

std::atomic<bool> counting{false};
std::atomic<int64_t> allocations{0};

void* counted(std::size_t size)
{
    if (counting.load(std::memory_order_relaxed)) allocations.fetch_add(1, std::memory_order_relaxed);
    if (void* memory = std::malloc(size ? size : 1)) return memory;
    throw std::bad_alloc();
}

} // namespace

void* operator new(std::size_t size) { return counted(size); }
void* operator new[](std::size_t size) { return counted(size); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }

using namespace paretoscope;

class DecodeAllocationTest : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() { quantization::registerStrategies(StrategyRegistry::instance()); }

    void theCounterCounts()
    {
        counting = true;
        openModel(PARETOSCOPE_SOURCE_DIR "/resources/models/starter"); // allocates in the library
        counting = false;
        QVERIFY(allocations.exchange(0) > 100);
    }

    void nothingAStep_data()
    {
        QTest::addColumn<QString>("recipe");
        for (const char* recipe : {"none", "quantization.rtn(bits=8)", "quantization.rtn(bits=4)", "quantization.rtn(bits=3)",
                                   "quantization.nf4", "quantization.smoothquant(smoothing=false)"})
            QTest::newRow(recipe) << recipe;
    }
    void nothingAStep()
    {
        QFETCH(const QString, recipe);
        Pipeline pipeline;
        pipeline.model = openModel(PARETOSCOPE_SOURCE_DIR "/resources/models/starter");
        JobContext job;
        Workbench workbench;
        workbench.backend = cpuBackend();
        workbench.job = &job;
        pipeline = applyRecipe(parseRecipe(recipe.toStdString()), pipeline, workbench);
        constexpr int warmUp = 4, steps = 16;
        Session session(pipeline.model, cpuBackend());
        session.reserve(warmUp + steps);
        const auto decode = [&](int count) {
            for (int32_t i = 0; i < count; ++i) {
                const int32_t token = 5 + i;
                session.forward({&token, 1});
            }
        };
        decode(warmUp);
        allocations = 0;
        counting = true;
        decode(steps);
        counting = false;
        QCOMPARE(allocations.load(), int64_t(0));
    }
};

QTEST_GUILESS_MAIN(DecodeAllocationTest)
#include "decode_allocation_test.moc"
