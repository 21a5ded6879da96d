// The cache against a plain list of rows, over random edits.
#include "core/attention/kv_cache.h"
#include "core/base/error.h"
#include "core/base/random.h"
#include "tests/test_data.h"

using namespace paretoscope;

namespace {

constexpr int64_t heads = 3, keyDim = 4, valueDim = 2;

struct Row {
    int32_t position;
    float mark; // first key element; the value's is its negative
};

void appendTo(KvLayer& layer, std::vector<std::vector<Row>>& model, int64_t rows, int32_t firstPosition, Random& random)
{
    std::vector<float> keys(size_t(rows * heads * keyDim)), values(size_t(rows * heads * valueDim));
    std::vector<int32_t> positions;
    for (int64_t r = 0; r < rows; ++r) {
        positions.push_back(firstPosition + int32_t(r));
        for (int64_t h = 0; h < heads; ++h) {
            const auto mark = float(random.uniform());
            keys[size_t((r * heads + h) * keyDim)] = mark;
            values[size_t((r * heads + h) * valueDim)] = -mark;
            model[size_t(h)].push_back({positions.back(), mark});
        }
    }
    layer.append({keys.data(), rows, heads * keyDim}, {values.data(), rows, heads * valueDim}, positions);
}

void compare(KvLayer& layer, const std::vector<std::vector<Row>>& model)
{
    int64_t total = 0;
    for (int64_t h = 0; h < heads; ++h) {
        const auto& rows = model[size_t(h)];
        QCOMPARE(layer.size(h), int64_t(rows.size()));
        const KeyValueSpan span = layer.span(h);
        QCOMPARE(span.length, int64_t(rows.size()));
        for (size_t s = 0; s < rows.size(); ++s) {
            QCOMPARE(span.positions[s], rows[s].position);
            QCOMPARE(span.keys[int64_t(s) * span.keyStride], rows[s].mark);
            QCOMPARE(span.values[int64_t(s) * span.valueStride], -rows[s].mark);
        }
        total += int64_t(rows.size());
    }
    QCOMPARE(layer.slotCount(), total);
}

} // namespace

class KvCacheTest : public QObject {
    Q_OBJECT

private slots:
    void randomEditsMatchAPlainModel()
    {
        for (uint64_t seed = 0; seed < 30; ++seed) {
            Random random(seed);
            KvLayer layer({heads, keyDim, valueDim});
            std::vector<std::vector<Row>> model(heads);
            int32_t position = 0;
            for (int step = 0; step < 40; ++step) {
                const uint64_t what = random.below(10);
                if (what < 6) {
                    const auto rows = int64_t(1 + random.below(4));
                    appendTo(layer, model, rows, position, random);
                    position += int32_t(rows);
                } else if (what < 9) {
                    const auto head = int64_t(random.below(heads));
                    std::vector<int32_t> chosen;
                    std::vector<Row> kept;
                    for (size_t s = 0; s < model[size_t(head)].size(); ++s)
                        if (random.uniform() < 0.7) {
                            chosen.push_back(int32_t(s));
                            kept.push_back(model[size_t(head)][s]);
                        }
                    layer.keep(head, chosen);
                    model[size_t(head)] = kept;
                } else {
                    position = std::max(0, position - int32_t(random.below(5)));
                    layer.truncateFrom(position);
                    for (auto& rows : model) std::erase_if(rows, [&](const Row& row) { return row.position >= position; });
                }
                compare(layer, model);
            }
        }
    }

    void slotsThatDoNotExistAreRefused()
    {
        KvLayer layer({heads, keyDim, valueDim});
        std::vector<std::vector<Row>> model(heads);
        Random random(1);
        appendTo(layer, model, 3, 0, random);
        const std::vector<int32_t> outside{0, 3}, falling{1, 0};
        PARETOSCOPE_EXPECT_ERROR(layer.keep(0, outside), "must be ascending and exist");
        PARETOSCOPE_EXPECT_ERROR(layer.keep(1, falling), "must be ascending and exist");
    }

    void bytesCountWhatIsKept()
    {
        KvCache cache;
        cache.layers.emplace_back(KvLayerShape{heads, keyDim, valueDim});
        std::vector<std::vector<Row>> model(heads);
        Random random(1);
        appendTo(cache.layers[0], model, 5, 0, random);
        QCOMPARE(cache.nominalBytes(), 5 * heads * (keyDim + valueDim) * 2);
        QVERIFY(cache.allocatedBytes() >= 5 * heads * ((keyDim + valueDim) * 4 + 4));
    }
};

QTEST_GUILESS_MAIN(KvCacheTest)
#include "kv_cache_test.moc"
