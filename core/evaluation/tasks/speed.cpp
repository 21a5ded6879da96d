// Prefill and decode speed with the kernels that run on the stored representation.
#include "core/base/error.h"
#include "core/base/random.h"
#include "core/evaluation/task.h"
#include "core/model/vision_tower.h"

#include <chrono>

namespace paretoscope::tasks {

namespace {

double timed(const auto& work)
{
    const auto start = std::chrono::steady_clock::now();
    work();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

std::vector<int32_t> randomTokens(const Model& model, int64_t count, uint64_t seed)
{
    Random random(seed, "speed tokens");
    std::vector<int32_t> tokens;
    for (int64_t i = 0; i < count; ++i) tokens.push_back(int32_t(random.below(uint64_t(model.config.vocabulary))));
    // The token that stands for a picture wants one.
    if (model.vision)
        for (int32_t& token : tokens)
            if (token == model.vision->imageToken) token = token == 0 ? 1 : token - 1;
    return tokens;
}

std::string slowBecause(const Model& model)
{
    std::string reason;
    forEachLinear(model, [&](const LinearId&, const Linear& linear) {
        if (reason.empty()) reason = linear.weight->slowBecause();
    });
    return reason;
}

void run(const TaskInput& input, Evidence& evidence)
{
    const Model& model = *input.pipeline.model;
    SpeedEvidence speed;
    const int64_t context = std::max<int64_t>(2, model.config.contextLength);
    speed.promptTokens = std::min(input.settings.integer("prompt_tokens"), context - 1);
    speed.decodeTokens = std::min(input.settings.integer("decode_tokens"), context - 1);
    speed.slowBecause = slowBecause(model);
    const int64_t repeats = input.settings.integer("repeats");
    const std::vector<int32_t> tokens =
        randomTokens(model, std::max(speed.promptTokens, speed.decodeTokens), input.seed);
    Session session(input.pipeline.model, input.backend, input.pipeline.sessionOptions());
    session.reserve(int64_t(tokens.size()));
    const std::span<const int32_t> all(tokens);
    const auto prefill = [&] { session.forward(all.first(size_t(speed.promptTokens))); };
    const auto decode = [&] {
        for (int64_t i = 0; i < speed.decodeTokens; ++i) session.forward(all.subspan(size_t(i), 1));
    };
    for (int64_t repeat = -1; repeat < repeats; ++repeat) { // the first round is the warm-up
        input.job.report(double(repeat + 1) / double(repeats + 1), "measuring speed");
        session.reset();
        const double prefillSeconds = timed(prefill);
        session.reset();
        const double decodeSeconds = timed(decode);
        if (repeat < 0) continue;
        speed.prefillSeconds.push_back(prefillSeconds);
        speed.decodeSeconds.push_back(decodeSeconds);
    }
    evidence.speed = std::move(speed);
}

} // namespace

const Task& speed()
{
    static const Task row{
        {"speed",
         "Speed",
         "Tokens a second when reading a prompt and when generating, after a warm-up, over repeats.",
         {"prefill_tokens_per_second", "decode_tokens_per_second", "time_to_first_token_ms"},
         false},
        {Parameter::integer("prompt_tokens", "Prompt", 256, 1, 1 << 20, "Tokens of the prompt that is read.")
             .withUnit("tokens"),
         Parameter::integer("decode_tokens", "Generated", 32, 1, 1 << 20,
                            "Tokens decoded one at a time, from an empty context.")
             .withUnit("tokens"),
         Parameter::integer("repeats", "Repeats", 5, 1, 1000, "Measured rounds after one warm-up round.")},
        run,
        true};
    return row;
}

} // namespace paretoscope::tasks
