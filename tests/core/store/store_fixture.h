// Stores in scratch folders, and values to put in them.
#pragma once

#include "core/base/file.h"
#include "core/store/store.h"
#include "tests/test_data.h"

#include <cmath>
#include <limits>

namespace paretoscope::test {

class ScratchStore {
public:
    std::filesystem::path path() const { return folder_.path() / "runs.db"; }
    std::unique_ptr<Store> open(StoreAccess access = StoreAccess::ReadWrite) const
    {
        return Store::open(path(), access);
    }

private:
    ScratchFolder folder_;
};

inline RunRequest requestOf(const std::string& recipe, uint64_t seed = 1)
{
    RunRequest request;
    request.model = "builtin:tiny";
    request.recipe = recipe;
    request.tasks = {{"perplexity", "{\"window\":256}", "/data/text.txt"}};
    request.seed = seed;
    return request;
}

inline Measurement measurementOf(const std::string& metric, double value)
{
    Measurement m;
    m.metric = metric;
    m.value = value;
    return m;
}

inline Measurement perplexityWithItems(size_t count)
{
    Measurement m = measurementOf("perplexity", 9.25);
    m.standardError = 0.125;
    m.low = 9.0;
    m.high = 9.5;
    m.count = int64_t(count);
    for (size_t i = 0; i < count; ++i)
        m.items.push_back(
            {"window-" + std::to_string(i), 2.0 + 1.0 / double(i + 3), double(i % 7 + 1)});
    return m;
}

inline void verifySameItems(const std::vector<ItemScore>& a, const std::vector<ItemScore>& b)
{
    QCOMPARE(a.size(), b.size());
    for (size_t i = 0; i < a.size(); ++i) {
        QCOMPARE(QString::fromStdString(a[i].item), QString::fromStdString(b[i].item));
        QVERIFY(a[i].score == b[i].score);
        QVERIFY(a[i].weight == b[i].weight);
    }
}

// Runs every queued run to Done with one metric.
inline void finishAll(Store& store, const std::function<double(const Run&)>& valueOf)
{
    while (const std::optional<Run> run = store.takeQueuedRun())
        store.finishRun(run->id, {}, {measurementOf("perplexity", valueOf(*run))});
}

} // namespace paretoscope::test
