#include "tests/widgets/sample_store.h"


#include <array>
#include <cmath>
#include <vector>

namespace paretoscope::test {

namespace {

struct Family {
    const char* id;
    double loss; // beside round-to-nearest
};

constexpr std::array<Family, 5> families{{{"quantization.rtn", 1.0},
                                          {"quantization.gptq", 0.45},
                                          {"quantization.awq", 0.55},
                                          {"pruning.wanda", 1.6},
                                          {"factorization.svd", 2.2}}};
constexpr std::array<int, 6> bitChoices{8, 6, 5, 4, 3, 2};
constexpr std::array<int, 3> groupChoices{32, 64, 128};

class Noise {
public:
    explicit Noise(uint64_t seed) : state_(seed * 0x9e3779b97f4a7c15ull + 1) {}
    double uniform()
    {
        state_ ^= state_ << 13;
        state_ ^= state_ >> 7;
        state_ ^= state_ << 17;
        return double(state_ >> 11) * 0x1.0p-53;
    }

private:
    uint64_t state_;
};

Measurement plain(const char* metric, double value)
{
    Measurement m;
    m.metric = metric;
    m.value = value;
    m.count = 1;
    return m;
}

Measurement noisy(const char* metric, double value, double half)
{
    Measurement m = plain(metric, value);
    m.standardError = half / 1.96;
    m.low = value - half;
    m.high = value + half;
    m.count = 48;
    return m;
}

struct Planned {
    RunRequest request;
    std::string settings = "{}";
    int bits = 16;
    int group = 0;
    double loss = 0;
};

Planned planRun(int64_t index)
{
    Planned plan;
    plan.request.model = "builtin:starter";
    plan.request.recipe = "none";
    plan.request.tasks = {{"perplexity", R"({"window":256})", "/texts/arithmetic.txt"}};
    if (index == 0) return plan;
    const auto place = size_t(index - 1);
    const Family& family = families[place % families.size()];
    plan.bits = bitChoices[place / families.size() % bitChoices.size()];
    plan.group = groupChoices[place / (families.size() * bitChoices.size()) % groupChoices.size()];
    plan.request.seed = 1 + uint64_t(index) / (families.size() * bitChoices.size() * groupChoices.size());
    plan.loss = family.loss;
    plan.request.recipe = std::string(family.id) + "(bits=" + std::to_string(plan.bits)
                          + ",group_size=" + std::to_string(plan.group) + ")";
    plan.settings = R"({"bits":)" + std::to_string(plan.bits) + R"(,"group_size":)"
                    + std::to_string(plan.group) + R"(,"symmetric":false})";
    return plan;
}

std::vector<Measurement> measure(const Planned& plan, Noise& noise)
{
    constexpr double fullBytes = 18.2e6;
    const double bits = plan.group ? plan.bits + 16.0 / plan.group : 16.0;
    const double bytes = fullBytes * (0.1 + 0.9 * bits / 16);
    const double loss = plan.group ? std::exp(-0.95 * plan.bits) * 22 * plan.loss * (1 + plan.group / 300.0) : 0;
    const double perplexity = 6.31 * std::exp(loss) * (1 + 0.01 * noise.uniform());
    const double speed = 90 * std::pow(16 / bits, 0.7) * (0.95 + 0.1 * noise.uniform());
    return {noisy("perplexity", perplexity, perplexity * 0.018),
            noisy("nll_per_token", std::log(perplexity), 0.018),
            plain("weight_bytes", bytes * 0.98),
            plain("file_bytes", bytes),
            plain("bits_per_weight", bits),
            plain("kv_bytes_per_token", 3072),
            plain("peak_memory_bytes", bytes * 2.1 + 4e7),
            noisy("prefill_tokens_per_second", speed * 9, speed * 0.3),
            noisy("decode_tokens_per_second", speed, speed * 0.03),
            plain("compress_seconds", plan.group ? 0.4 * plan.loss + noise.uniform() : 0)};
}

Provenance provenanceOf(const Planned& plan)
{
    Provenance p;
    p.version = "0.1.0";
    p.seed = plan.request.seed;
    p.threads = 2;
    p.backend = "cpu";
    p.backendDetail = "AVX2, OpenBLAS Haswell";
    p.modelFingerprint = "4f1d9be2c07a55e1";
    p.dataFingerprint = "a9335fd01bb2c4e7";
    p.machine = "2 cores, 8 GiB";
    return p;
}

} // namespace

void fillExperiment(Store& store, const std::string& name, const SampleStore& sample)
{
    const Experiment experiment = store.openExperiment(name, "builtin:starter");
    std::vector<RunRequest> requests;
    std::vector<std::string> settings;
    std::vector<Planned> plans;
    for (int64_t i = 0; i < sample.runs + sample.queued; ++i) {
        plans.push_back(planRun(i));
        plans.back().request.seed += sample.seed * 1000000;
        requests.push_back(plans.back().request);
        settings.push_back(plans.back().settings);
    }
    const std::vector<int64_t> ids = store.addRuns(experiment.id, requests, settings);
    Noise noise(sample.seed);
    for (int64_t i = 0; i < sample.runs; ++i) {
        const Planned& plan = plans[size_t(i)];
        if (i >= sample.runs - sample.failed)
            store.failRun(ids[size_t(i)], ErrorCode::Unsupported,
                          "quantization.gptq: 'blocks.3.feed_forward.down' has 172 inputs, which groups "
                          "of 128 do not divide");
        else
            store.finishRun(ids[size_t(i)], provenanceOf(plan), measure(plan, noise));
    }
}

} // namespace paretoscope::test
