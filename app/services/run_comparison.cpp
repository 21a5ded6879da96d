#include "app/services/run_comparison.h"

#include "core/store/store.h"

#include <span>

namespace paretoscope {

RunComparison readRunComparison(const std::filesystem::path& store, int64_t a, int64_t b)
{
    const std::unique_ptr<Store> reader = Store::open(store, StoreAccess::ReadOnly);
    RunComparison result;
    reader->readConsistently([&] {
        result.a = reader->run(a);
        result.b = reader->run(b);
    });
    result.comparison = compareRuns(std::span(&result.a, 1), std::span(&result.b, 1), {});
    return result;
}

} // namespace paretoscope
