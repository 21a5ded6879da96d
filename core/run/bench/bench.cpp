#include "core/run/bench.h"

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/parallel.h"
#include "core/base/random.h"
#include "core/inference/session.h"
#include "core/model/open_model.h"
#include "core/model/random_model.h"
#include "core/run/bench/read_bandwidth.h"
#include "core/run/bench/stopwatch.h"
#include "core/strategy/recipe.h"

#include <algorithm>

namespace paretoscope {

namespace {

constexpr double giga = 1e9;

std::vector<int32_t> someTokens(const Model& model, int64_t count)
{
    Random random(1, "bench tokens");
    std::vector<int32_t> tokens;
    for (int64_t i = 0; i < count; ++i) tokens.push_back(int32_t(random.below(uint64_t(model.config.vocabulary))));
    return tokens;
}

ModelPtr inFloat32(const Model& model)
{
    auto result = withLinears(model, [](const LinearId&, const Linear& linear) -> LinearWeightPtr {
        return std::make_shared<DenseLinear>(
            Tensor::fromFloats({linear.weight->outputs(), linear.weight->inputs()}, linear.weight->toDense()));
    });
    if (!model.embeddingMap)
        result->embedding = Tensor::fromFloats(model.embedding.shape(), model.embedding.toFloats());
    return result;
}

// Seconds of the plain matrix products of a pass over `rows` tokens, and their operations.
struct Products {
    double seconds = 0;
    double operations = 0;
};

Products plainProducts(const Model& model, int64_t rows, double seconds)
{
    const auto backend = cpuBackend();
    std::map<std::pair<int64_t, int64_t>, int> shapes; // equal shapes are timed once
    forEachLinear(model, [&](const LinearId&, const Linear& linear) {
        ++shapes[{linear.weight->outputs(), linear.weight->inputs()}];
    });
    Products total;
    for (const auto& [shape, count] : shapes) {
        const int64_t outputs = shape.first; // clang 14 captures no structured bindings
        const int64_t inputs = shape.second;
        const std::vector<float> x(size_t(rows * inputs), 0.5f);
        const std::vector<float> w(size_t(outputs * inputs), 0.25f);
        std::vector<float> y(size_t(rows * outputs));
        const double once = bench::medianSeconds(seconds / double(shapes.size()), [&] {
            backend->gemm(false, true, 1, {x.data(), rows, inputs}, {w.data(), outputs, inputs}, false,
                          {y.data(), rows, outputs});
        });
        total.seconds += once * count;
        total.operations += 2.0 * double(rows) * double(outputs) * double(inputs) * count;
    }
    return total;
}

// Multiply-accumulates, twice, of the attention of a pass: every query against the keys it sees.
double attentionOperations(const Model& model, int64_t rows)
{
    double operations = 0;
    for (const BlockConfig& block : model.config.blocks)
        for (int64_t row = 0; row < rows; ++row) {
            const int64_t seen = block.window > 0 ? std::min(row + 1, block.window) : row + 1;
            operations += 2.0 * double(block.heads * (block.headDim + block.valueDim) * seen);
        }
    return operations;
}

double prefillSeconds(const ModelPtr& model, int64_t rows, double seconds)
{
    const std::vector<int32_t> tokens = someTokens(*model, rows);
    Session session(model, cpuBackend());
    session.reserve(rows);
    return bench::medianSeconds(seconds, [&] {
        session.reset();
        session.forward(tokens, LogitRows::None);
    });
}

double decodeSecondsPerToken(const ModelPtr& model, double seconds)
{
    constexpr int64_t steps = 16;
    const std::vector<int32_t> tokens = someTokens(*model, steps);
    Session session(model, cpuBackend());
    session.reserve(steps);
    return bench::medianSeconds(seconds, [&] {
               session.reset();
               for (const int32_t& token : tokens) session.forward({&token, 1});
           }) /
           double(steps);
}

// What decoding one token reads: everything but the embedding table, of which it reads a row.
double bytesRead(const Model& model)
{
    int64_t table = model.embedding.sizeBytes();
    if (model.embeddingMap) table = model.embeddingMap.weight->storedBytes();
    if (!model.output) table = 0;
    return double(weightBytes(model) - table);
}

class Bench {
public:
    Bench(const BenchOptions& options, JobContext& job) : options_(options), job_(job) {}

    std::vector<BenchCheck> run()
    {
        job_.report(0, "memory bandwidth");
        add("memory_read_bandwidth", bench::readBandwidth(options_.secondsPerCheck) / giga, "GB/s", 0,
            "512 MiB summed by all threads, the best of several ways to walk through it");
        prefill();
        decode();
        return std::move(checks_);
    }

private:
    void add(const std::string& name, double value, const std::string& unit, double target,
             const std::string& explanation)
    {
        checks_.push_back({name, value, unit, target, explanation});
    }

    void prefill()
    {
        job_.report(0.1, "prefill");
        constexpr int64_t rows = 512;
        const ModelPtr model = inFloat32(*openModel(options_.model));
        const Products products = plainProducts(*model, rows, options_.secondsPerCheck);
        const double pass = prefillSeconds(model, rows, options_.secondsPerCheck);
        const double limit = products.operations / products.seconds;
        const double operations = products.operations + attentionOperations(*model, rows);
        add("openblas_gemm", limit / giga, "GFLOP/s", 0,
            "the starter model's matrix products at 512 rows, f32, OpenBLAS alone");
        add("prefill_f32_fraction_of_openblas", products.seconds / pass, "ratio", 0.7,
            "time of those products divided by the whole pass: norms, attention and all");
        add("prefill_f32_rate_over_openblas", operations / pass / limit, "ratio", 0,
            "operations a second of the whole pass, attention's own products counted, over OpenBLAS's");
    }

    void decode()
    {
        job_.report(0.3, "writing a random model");
        const ScratchFolder scratch(options_.scratchParent);
        JobContext quiet;
        writeRandomModel(randomModelShape(options_.randomModel), scratch.path() / "model", quiet);
        const ModelPtr dense = openModel((scratch.path() / "model").string());
        const double denseSeconds = decodeOf("f32", dense, 0.4, 0.85);
        for (const int bits : {8, 4, 6, 5, 3, 2}) {
            const ModelPtr packed = rounded(dense, bits);
            const double seconds = decodeOf(fmt::format("packed{}", bits), packed, 0.4 + 0.06 * (9 - bits),
                                            bits == 8 || bits == 4 ? 0.85 : 0.6);
            if (bits == 4)
                add("decode_packed4_speedup_over_f32", denseSeconds / seconds, "ratio", 3,
                    "tokens a second of 4-bit groups of 128 over those of f32, same model");
        }
    }

    double decodeOf(const std::string& name, const ModelPtr& model, double progress, double target)
    {
        job_.report(progress, "decoding, " + name);
        // Bandwidth moves with the machine's neighbours, so it is measured beside each form.
        const double bandwidth = bench::readBandwidth(options_.secondsPerCheck / 3);
        const double seconds = decodeSecondsPerToken(model, options_.secondsPerCheck);
        add("decode_" + name + "_tokens_per_second", 1 / seconds, "tokens/s", 0,
            fmt::format("random model '{}', one token at a time", options_.randomModel));
        add("decode_" + name + "_fraction_of_bandwidth", bytesRead(*model) / seconds / bandwidth, "ratio", target,
            "stored bytes a second over the bandwidth measured beside it");
        return seconds;
    }

    ModelPtr rounded(const ModelPtr& dense, int bits)
    {
        Pipeline pipeline;
        pipeline.model = dense;
        Workbench workbench;
        JobContext quiet;
        workbench.backend = cpuBackend();
        workbench.job = &quiet;
        return applyRecipe(parseRecipe(fmt::format("quantization.rtn(bits={})", bits)), pipeline, workbench).model;
    }

    const BenchOptions& options_;
    JobContext& job_;
    std::vector<BenchCheck> checks_;
};

} // namespace

std::vector<BenchCheck> runBench(const BenchOptions& options, JobContext& job)
{
    setThreadCount(0);
    return Bench(options, job).run();
}

} // namespace paretoscope
