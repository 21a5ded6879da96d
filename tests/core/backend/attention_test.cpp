// Attention against a plain f64 evaluation of its definition.
#include "core/backend/backend.h"
#include "core/base/parallel.h"
#include "kernel_tools.h"

using namespace paretoscope;
using namespace paretoscope::test;

namespace {

// Everything one call needs. KV heads may be ragged, their positions in any order.
struct Sample {
    AttentionShape shape;
    int64_t rows = 1;
    std::vector<int64_t> lengths;
    int32_t firstPosition = 0;
    bool shuffled = false;
    std::vector<float> slopes;
    std::vector<float> sinks;

    std::vector<float> query;
    std::vector<int32_t> positions;
    std::vector<std::vector<float>> keys;
    std::vector<std::vector<float>> values;
    std::vector<std::vector<int32_t>> keyPositions;
    std::vector<KeyValueSpan> spans;

    void fill()
    {
        constexpr int64_t padding = 3;
        query = normals(rows * shape.queryHeads * shape.keyDim, 1);
        for (int64_t r = 0; r < rows; ++r) positions.push_back(firstPosition + int32_t(r));
        shape.alibiSlopes = slopes.empty() ? nullptr : slopes.data();
        shape.sinks = sinks.empty() ? nullptr : sinks.data();
        for (size_t h = 0; h < lengths.size(); ++h) {
            keys.push_back(normals(lengths[h] * (shape.keyDim + padding), 10 + h));
            values.push_back(normals(lengths[h] * (shape.valueDim + padding), 20 + h));
            std::vector<int32_t> order;
            for (int64_t k = 0; k < lengths[h]; ++k) order.push_back(int32_t(k));
            Random random(30 + h);
            for (size_t k = order.size(); shuffled && k > 1; --k) std::swap(order[k - 1], order[random.below(k)]);
            keyPositions.push_back(order);
        }
        for (size_t h = 0; h < lengths.size(); ++h)
            spans.push_back({keys[h].data(), values[h].data(), keyPositions[h].data(), lengths[h],
                             shape.keyDim + padding, shape.valueDim + padding});
    }
};

std::vector<double> exactLogits(const Sample& sample, int64_t row, int64_t head)
{
    const AttentionShape& shape = sample.shape;
    const KeyValueSpan& kv = sample.spans[size_t(head / (shape.queryHeads / shape.kvHeads))];
    const float* q = sample.query.data() + (row * shape.queryHeads + head) * shape.keyDim;
    std::vector<double> logits;
    for (int64_t k = 0; k < kv.length; ++k) {
        const int64_t distance = sample.positions[size_t(row)] - kv.positions[k];
        double logit = dot(q, kv.keys + k * kv.keyStride, shape.keyDim).value * double(shape.scale);
        if (shape.softCap > 0) logit = double(shape.softCap) * std::tanh(logit / double(shape.softCap));
        if (shape.alibiSlopes) logit -= double(shape.alibiSlopes[head]) * double(distance);
        const bool hidden = (shape.causal && distance < 0) || (shape.window > 0 && distance >= shape.window);
        logits.push_back(hidden ? -std::numeric_limits<double>::infinity() : logit);
    }
    return logits;
}

std::vector<double> exactOutput(const Sample& sample, int64_t row, int64_t head)
{
    const AttentionShape& shape = sample.shape;
    const KeyValueSpan& kv = sample.spans[size_t(head / (shape.queryHeads / shape.kvHeads))];
    const std::vector<double> logits = exactLogits(sample, row, head);
    double top = shape.sinks ? double(shape.sinks[head]) : -1e300;
    for (const double logit : logits) top = std::max(top, logit);
    double sum = shape.sinks ? std::exp(double(shape.sinks[head]) - top) : 0;
    std::vector<double> out(size_t(shape.valueDim), 0.0);
    for (int64_t k = 0; k < kv.length; ++k) {
        const double weight = std::exp(logits[size_t(k)] - top);
        sum += weight;
        for (int64_t c = 0; c < shape.valueDim; ++c) out[size_t(c)] += weight * double(kv.values[k * kv.valueStride + c]);
    }
    for (double& value : out) value = sum > 0 ? value / sum : 0;
    return out;
}

void check(Sample& sample, const std::string& where)
{
    sample.fill();
    const AttentionShape& shape = sample.shape;
    PaddedMatrix query(sample.rows, shape.queryHeads * shape.keyDim, sample.query);
    PaddedMatrix output(sample.rows, shape.queryHeads * shape.valueDim);
    cpuBackend()->attention(shape, query.view(), sample.positions, sample.spans, output.view());
    for (int64_t r = 0; r < sample.rows; ++r)
        for (int64_t h = 0; h < shape.queryHeads; ++h) {
            const std::vector<double> expected = exactOutput(sample, r, h);
            // Logits of size about 4 err by some epsilon of their terms, values are below 5.
            for (int64_t c = 0; c < shape.valueDim; ++c)
                KERNEL_COMPARE(output.view().row(r)[h * shape.valueDim + c], expected[size_t(c)], 2e-5,
                               fmt::format("{}, row {}, head {}", where, r, h));
        }
    QVERIFY2(output.paddingIntact(), where.c_str());
}

Sample sampleOf(int64_t heads, int64_t kvHeads, int64_t keyDim, int64_t valueDim, int64_t rows, int64_t length)
{
    Sample sample;
    sample.shape.queryHeads = heads;
    sample.shape.kvHeads = kvHeads;
    sample.shape.keyDim = keyDim;
    sample.shape.valueDim = valueDim;
    sample.shape.scale = float(1 / std::sqrt(double(keyDim)));
    sample.rows = rows;
    sample.lengths.assign(size_t(kvHeads), length);
    sample.firstPosition = int32_t(length - rows);
    return sample;
}

} // namespace

class AttentionTest : public QObject {
    Q_OBJECT

private slots:
    void sizes_data() { addTargets(); }
    void sizes()
    {
        const UseTarget target;
        for (const int64_t rows : {1, 3, 17, 100})
            for (const int64_t length : {100, 301})
                for (const auto& [heads, kvHeads] : {std::pair<int64_t, int64_t>{1, 1}, {4, 4}, {6, 2}, {8, 1}})
                    for (const auto& [keyDim, valueDim] : {std::pair<int64_t, int64_t>{16, 16}, {33, 17}, {64, 80}, {3, 1}}) {
                        Sample sample = sampleOf(heads, kvHeads, keyDim, valueDim, rows, length);
                        check(sample, fmt::format("{} rows, {} keys, {}/{} heads, {}/{} values", rows, length, heads,
                                                  kvHeads, keyDim, valueDim));
                    }
    }

    void features_data() { addTargets(); }
    void features()
    {
        const UseTarget target;
        for (const int64_t rows : {1, 5, 90})
            for (int features = 0; features < 64; ++features) {
                Sample sample = sampleOf(4, 2, 16, 24, rows, 300);
                sample.shape.causal = (features & 1) == 0;
                if (features & 2) sample.shape.window = 20;
                if (features & 4) sample.shape.softCap = 2.5f;
                if (features & 8) sample.slopes = {0.5f, 0.25f, 0.01f, 0.001f};
                if (features & 16) sample.sinks = {0.5f, -3, 6, 0};
                sample.shuffled = (features & 32) != 0;
                check(sample, fmt::format("{} rows, features {}", rows, features));
            }
    }

    void raggedHeads_data() { addTargets(); }
    void raggedHeads()
    {
        const UseTarget target;
        for (const int64_t rows : {1, 4, 40}) {
            Sample sample = sampleOf(8, 4, 32, 32, rows, 600);
            sample.lengths = {600, 1, 0, 257};
            check(sample, fmt::format("ragged, {} rows", rows));
        }
    }

    // Keys of the future, or too far behind: nothing is seen, and nothing is what comes out.
    void hiddenRowsAreZero_data() { addTargets(); }
    void hiddenRowsAreZero()
    {
        const UseTarget target;
        for (const int64_t rows : {1, 40})
            for (const bool withSinks : {false, true}) {
                Sample sample = sampleOf(2, 2, 16, 16, rows, 50);
                sample.firstPosition = -int32_t(rows) / 2 - 1; // the first half sees no key
                if (withSinks) sample.sinks = {1, -1};
                check(sample, "future");
                Sample far = sampleOf(2, 2, 16, 16, rows, 50);
                far.shape.window = 4;
                far.firstPosition = 40;
                check(far, "behind the window");
            }
    }

    void manyHeadsOfOneKey()
    {
        Sample sample = sampleOf(71, 1, 64, 64, 9, 500);
        check(sample, "71 heads");
    }

    void distantPositionsKeepTheirSlopes()
    {
        Sample sample = sampleOf(2, 1, 16, 16, 3, 64);
        sample.slopes = {0.5f, 0.03f};
        sample.fill();
        for (int32_t& position : sample.positions) position += 1000000;
        for (int32_t& position : sample.keyPositions[0]) position += 1000000;
        std::vector<float> near(3 * 32);
        cpuBackend()->attention(sample.shape, {sample.query.data(), 3, 32}, sample.positions, sample.spans, {near.data(), 3, 32});
        for (int64_t r = 0; r < 3; ++r)
            for (int64_t h = 0; h < 2; ++h) {
                const std::vector<double> expected = exactOutput(sample, r, h);
                for (int64_t c = 0; c < 16; ++c)
                    KERNEL_COMPARE(near[size_t(r * 32 + h * 16 + c)], expected[size_t(c)], 2e-5, "distant");
            }
    }

    void repeatsBitForBit()
    {
        for (const int64_t rows : {1, 70}) {
            Sample sample = sampleOf(6, 2, 64, 64, rows, 700);
            sample.fill();
            std::vector<float> first(size_t(rows * 384));
            std::vector<float> again(first.size());
            const ConstMatrixView query{sample.query.data(), rows, 384};
            cpuBackend()->attention(sample.shape, query, sample.positions, sample.spans, {first.data(), rows, 384});
            for (int i = 0; i < 20; ++i) {
                cpuBackend()->attention(sample.shape, query, sample.positions, sample.spans, {again.data(), rows, 384});
                QVERIFY(std::memcmp(first.data(), again.data(), first.size() * sizeof(float)) == 0);
            }
        }
    }
};

QTEST_GUILESS_MAIN(AttentionTest)
#include "attention_test.moc"
