// Trains a model on sequences of tokens.
#pragma once

#include "core/base/job_context.h"
#include "core/training/adamw.h"
#include "core/training/trainable_model.h"

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace paretoscope {

// One sequence. weights[i] says how much predicting tokens[i + 1] counts; empty: all count 1.
struct TrainingSequence {
    std::vector<int32_t> tokens; // two or more
    std::vector<float> weights;  // tokens.size() - 1, or empty
};

// Immutable; thread-safe. The same step gives the same sequences, so that training goes on from a
// checkpoint as if it had never stopped.
class TrainingData {
public:
    virtual ~TrainingData() = default;
    virtual std::vector<TrainingSequence> batch(int64_t step) const = 0;
    virtual std::string description() const = 0; // for the record: where from, which settings
};

// `count` windows of `length` tokens from random places of one text. Error(BadFile) when the text is
// shorter than a window.
std::shared_ptr<const TrainingData> windowsOfTokens(std::vector<int32_t> tokens, int64_t length, int64_t count,
                                                    uint64_t seed, std::string description);

struct TrainingSettings {
    AdamWSettings optimizer;
    Schedule schedule;          // schedule.steps is how many steps are made
    double clip = 1;            // of the gradients' common norm; 0 = none
    int64_t rowsAtOnce = 4096;  // tokens of a micro-batch, which bounds memory
    int64_t checkpointEvery = 200;
    int64_t until = 0; // steps after which training stops, before the schedule's end; 0 = at its end
};

struct TrainingProgress {
    int64_t step = 0; // made so far
    double loss = 0;  // nat a token of the last batch, before its step
    double accuracy = 0; // share of its tokens of weight 1 or more whose likeliest prediction was right
    double gradientNorm = 0;
    double tokensPerSecond = 0; // since the last report
};

// Not thread-safe; uses all threads of the process.
class Trainer {
public:
    // The start's numbers are copied; Error(Unsupported) for what a tape does not know.
    Trainer(const Model& start, const TrainingSettings& settings, std::shared_ptr<const TrainingData> data);

    // Goes on from a file that `saveCheckpoint` wrote, to the same bits. Error(BadFile) when it
    // belongs to other shapes, settings or data.
    void resume(const std::filesystem::path& checkpoint);
    void saveCheckpoint(const std::filesystem::path& checkpoint) const; // all or nothing

    // Makes the steps that are left. Writes `checkpoint` (when given) every so many steps and before
    // Error(Cancelled) leaves. `listener` hears of every step.
    void run(JobContext& job, const std::filesystem::path& checkpoint = {},
             const std::function<void(const TrainingProgress&)>& listener = {});

    int64_t stepsMade() const { return optimizer_.steps(); }
    const TrainableModel& model() const { return model_; }

private:
    // What a batch adds up to.
    struct Sums {
        double loss = 0;
        int64_t right = 0, judged = 0;
    };
    void addGradients(std::span<const TrainingSequence> sequences, double weightOfBatch, Sums& sums);
    Sums passOver(const std::vector<TrainingSequence>& batch);
    std::string fingerprint() const; // of settings and data

    TrainingSettings settings_;
    std::shared_ptr<const TrainingData> data_;
    TrainableModel model_;
    Gradients gradients_;
    AdamW optimizer_;
    std::shared_ptr<const Backend> backend_;
    Scratch scratch_;
};

} // namespace paretoscope
