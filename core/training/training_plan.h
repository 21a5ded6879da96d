// How a built-in model is made: shape, optimizer, and what it learns from in which order.
#pragma once

#include "core/base/json_forward.h"
#include "core/data/world/world.h"
#include "core/model/random_model.h"
#include "core/training/trainer.h"

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace paretoscope {

// A share of a stage's tokens. A number drawn for each item lies between that of `easy` and that of
// `hard`.
struct PlanShare {
    const WorldKind* kind = nullptr;
    double share = 1;
    WorldLevel easy, hard;
    double textWeight = 0.1; // of predicting what is only read; answers weigh 1
};

// One stage after another: a small model that meets the hardest items first learns none of them.
struct PlanStage {
    std::string name;
    int64_t steps = 0;
    int64_t tokens = 4096; // of a step, about
    std::vector<PlanShare> shares;
};

struct TrainingPlan {
    std::string name;
    RandomModelShape shape;
    InitialSpread spread;
    TrainingSettings settings;
    uint64_t seed = 1;
    std::vector<PlanStage> stages;
    std::string fingerprint; // of the file's content

    int64_t steps() const;
};

// Error(NotFound or BadFile) naming the file and the field.
TrainingPlan readTrainingPlan(const std::filesystem::path& file);
TrainingPlan trainingPlanFromJson(const Json& json, const std::string& where);

// A model of the plan's shape that has learned nothing, with the world's tokenizer. Its files are
// written to `folder`, which must not exist and is the model's source.
ModelPtr newPlannedModel(const TrainingPlan& plan, const std::filesystem::path& folder, JobContext& job);

// The plan's items as sequences. Error(Unsupported) when the tokenizer has no begin or end token.
std::shared_ptr<const TrainingData> plannedData(const TrainingPlan& plan, std::shared_ptr<const Tokenizer> tokenizer);

// An item's tokens and weights, between begin and end token.
TrainingSequence worldSequence(const WorldItem& item, const Tokenizer& tokenizer, double textWeight);

} // namespace paretoscope
