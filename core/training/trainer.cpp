#include "core/training/trainer.h"

#include "core/base/error.h"
#include "core/base/fingerprint.h"
#include "core/base/random.h"
#include "core/inference/transformer.h"
#include "core/model/formats/safetensors.h"
#include "core/model/formats/safetensors_writer.h"
#include "core/training/losses.h"

#include <algorithm>
#include <bit>
#include <chrono>
#include <cmath>

namespace paretoscope {

namespace {

using Clock = std::chrono::steady_clock;

class TokenWindows : public TrainingData {
public:
    TokenWindows(std::vector<int32_t> tokens, int64_t length, int64_t count, uint64_t seed, std::string description)
        : tokens_(std::move(tokens)), length_(length), count_(count), seed_(seed), description_(std::move(description))
    {
        if (length < 2 || count < 1) fail(ErrorCode::BadUsage, "a window needs two tokens or more");
        if (int64_t(tokens_.size()) < length)
            fail(ErrorCode::BadFile, "{} has {} tokens, fewer than a window of {}", description_, tokens_.size(), length);
    }

    std::vector<TrainingSequence> batch(int64_t step) const override
    {
        Random random(seed_, "training windows", uint64_t(step));
        std::vector<TrainingSequence> sequences;
        for (int64_t i = 0; i < count_; ++i) {
            const auto begin = std::ptrdiff_t(random.below(uint64_t(int64_t(tokens_.size()) - length_ + 1)));
            sequences.push_back({{tokens_.begin() + begin, tokens_.begin() + begin + length_}, {}});
        }
        return sequences;
    }

    std::string description() const override
    {
        return fmt::format("{}, {} windows of {} a step, seed {}", description_, count_, length_, seed_);
    }

private:
    std::vector<int32_t> tokens_;
    int64_t length_, count_;
    uint64_t seed_;
    std::string description_;
};

void checkSequence(const TrainingSequence& sequence)
{
    const bool good = sequence.tokens.size() >= 2 &&
                      (sequence.weights.empty() || sequence.weights.size() + 1 == sequence.tokens.size());
    if (!good) fail(ErrorCode::Internal, "a training sequence does not fit its weights");
}

double weightOf(const TrainingSequence& sequence)
{
    if (sequence.weights.empty()) return double(sequence.tokens.size() - 1);
    double sum = 0;
    for (const float weight : sequence.weights) sum += double(weight);
    return sum;
}

double secondsSince(Clock::time_point start)
{
    return std::chrono::duration<double>(Clock::now() - start).count();
}

} // namespace

std::shared_ptr<const TrainingData> windowsOfTokens(std::vector<int32_t> tokens, int64_t length, int64_t count,
                                                    uint64_t seed, std::string description)
{
    return std::make_shared<TokenWindows>(std::move(tokens), length, count, seed, std::move(description));
}

Trainer::Trainer(const Model& start, const TrainingSettings& settings, std::shared_ptr<const TrainingData> data)
    : settings_(settings)
    , data_(std::move(data))
    , model_(start)
    , gradients_(model_.parameters())
    , optimizer_(model_.parameters(), settings.optimizer)
    , backend_(cpuBackend())
{
}

// One micro-batch; its share of the loss is its share of the batch's weight.
void Trainer::addGradients(std::span<const TrainingSequence> sequences, double weightOfBatch, Sums& sums)
{
    std::vector<KvCache> caches;
    std::vector<SequenceStep> steps;
    std::vector<int32_t> targets;
    std::vector<float> weights;
    double weight = 0;
    caches.reserve(sequences.size());
    for (const TrainingSequence& sequence : sequences) {
        const std::span<const int32_t> tokens(sequence.tokens);
        caches.push_back(makeCache(model_.model()));
        steps.push_back({tokens.first(tokens.size() - 1), 0, &caches.back(), 0, {}});
        targets.insert(targets.end(), tokens.begin() + 1, tokens.end());
        weights.insert(weights.end(), sequence.weights.begin(), sequence.weights.end());
        weights.resize(targets.size(), 1.0f);
        weight += weightOf(sequence);
    }
    if (!(weight > 0)) return;
    scratch_.reset();
    TapeOperations tape(*backend_, scratch_, gradients_);
    PassMemory memory;
    const Value hidden = runTransformer(model_.model(), tape, scratch_, memory, steps);
    const Value logits = runOutputHead(model_.model(), tape, hidden);
    for (int64_t r = 0; r < logits.rows(); ++r) {
        if (weights[size_t(r)] < 1) continue;
        const float* row = logits.view.row(r);
        ++sums.judged;
        if (std::max_element(row, row + logits.columns()) - row == targets[size_t(r)]) ++sums.right;
    }
    sums.loss += crossEntropy(tape, logits, targets, weights, weight / weightOfBatch);
    tape.backward();
}

Trainer::Sums Trainer::passOver(const std::vector<TrainingSequence>& batch)
{
    double weight = 0;
    for (const TrainingSequence& sequence : batch) {
        checkSequence(sequence);
        weight += weightOf(sequence);
    }
    if (!(weight > 0)) fail(ErrorCode::BadFile, "a batch has no token that counts");
    Sums sums;
    for (size_t begin = 0; begin < batch.size();) {
        size_t end = begin;
        int64_t rows = 0;
        do rows += int64_t(batch[end++].tokens.size()) - 1;
        while (end < batch.size() && rows + int64_t(batch[end].tokens.size()) - 1 <= settings_.rowsAtOnce);
        addGradients(std::span(batch).subspan(begin, end - begin), weight, sums);
        begin = end;
    }
    return sums;
}

void Trainer::run(JobContext& job, const std::filesystem::path& checkpoint,
                  const std::function<void(const TrainingProgress&)>& listener)
{
    const int64_t steps = settings_.until > 0 ? std::min(settings_.until, settings_.schedule.steps) : settings_.schedule.steps;
    Clock::time_point last = Clock::now();
    for (int64_t step = stepsMade(); step < steps; ++step) {
        job.throwIfCancelled();
        const std::vector<TrainingSequence> batch = data_->batch(step);
        gradients_.clear();
        TrainingProgress progress;
        const Sums sums = passOver(batch);
        progress.loss = sums.loss;
        progress.accuracy = sums.judged > 0 ? double(sums.right) / double(sums.judged) : 0;
        progress.gradientNorm = clipGradients(gradients_, settings_.clip > 0 ? settings_.clip : HUGE_VAL);
        optimizer_.step(gradients_, settings_.schedule.at(step));
        progress.step = step + 1;
        int64_t tokens = 0;
        for (const TrainingSequence& sequence : batch) tokens += int64_t(sequence.tokens.size()) - 1;
        progress.tokensPerSecond = double(tokens) / secondsSince(last);
        last = Clock::now();
        if (listener) listener(progress);
        const bool due = settings_.checkpointEvery > 0 && (step + 1) % settings_.checkpointEvery == 0;
        // Before the report, which throws when the job was cancelled.
        if (!checkpoint.empty() && (due || job.cancelled())) saveCheckpoint(checkpoint);
        job.report(double(step + 1) / double(steps),
                   fmt::format("step {} of {}, loss {:.3f}, {:.1f}% right, {:.0f} tokens/s", step + 1, steps, progress.loss,
                               100 * progress.accuracy, progress.tokensPerSecond));
    }
}

std::string Trainer::fingerprint() const
{
    const AdamWSettings& o = settings_.optimizer;
    const Schedule& s = settings_.schedule;
    Fingerprint fingerprint;
    fingerprint.add(data_->description());
    for (const double number : {o.learningRate, o.beta1, o.beta2, o.epsilon, o.weightDecay, s.floor, settings_.clip})
        fingerprint.add(std::bit_cast<uint64_t>(number));
    fingerprint.add(uint64_t(s.shape)).add(uint64_t(s.warmup)).add(uint64_t(s.steps));
    fingerprint.add(uint64_t(settings_.rowsAtOnce));
    return fingerprint.hex();
}

void Trainer::saveCheckpoint(const std::filesystem::path& checkpoint) const
{
    SafetensorsWriter writer;
    const std::vector<Tensor> moments = optimizer_.moments();
    for (size_t i = 0; i < model_.parameters().size(); ++i) {
        const std::string& name = model_.names()[i];
        writer.add("parameter." + name, model_.parameters()[i]);
        writer.add("first." + name, moments[2 * i]);
        writer.add("second." + name, moments[2 * i + 1]);
    }
    writer.setMetadata("steps", std::to_string(stepsMade()));
    writer.setMetadata("training", fingerprint());
    writeFileAtomically(checkpoint, [&](Sink& sink) { writer.write(sink); });
}

void Trainer::resume(const std::filesystem::path& checkpoint)
{
    const auto file = SafetensorsFile::open(checkpoint);
    const auto& metadata = file->header().metadata;
    const auto training = metadata.find("training"), steps = metadata.find("steps");
    const auto refuse = [&](const char* why) { fail(ErrorCode::BadFile, "'{}' {}", checkpoint.string(), why); };
    if (training == metadata.end() || steps == metadata.end() || steps->second.size() > 15 ||
        !std::all_of(steps->second.begin(), steps->second.end(), [](char c) { return c >= '0' && c <= '9'; }))
        refuse("is not a training checkpoint");
    if (training->second != fingerprint()) refuse("belongs to a training with other settings or data");
    std::vector<Tensor> moments;
    for (size_t i = 0; i < model_.parameters().size(); ++i) {
        const std::string& name = model_.names()[i];
        const Tensor kept = file->tensor("parameter." + name);
        if (kept.dtype() != DType::F32 || kept.shape() != model_.parameters()[i].shape())
            refuse("belongs to a model of another shape");
        moments.push_back(file->tensor("first." + name));
        moments.push_back(file->tensor("second." + name));
    }
    optimizer_.restore(moments, std::stoll("0" + steps->second));
    for (size_t i = 0; i < model_.parameters().size(); ++i) {
        Tensor target = model_.parameters()[i]; // shares the bytes that are trained
        file->tensor("parameter." + model_.names()[i]).toFloats(0, target.fill<float>());
    }
}

} // namespace paretoscope
