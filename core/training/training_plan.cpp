#include "core/training/training_plan.h"

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/fingerprint.h"
#include "core/base/json.h"
#include "core/base/random.h"
#include "core/data/world/world_tokenizer.h"
#include "core/model/open_model.h"

#include <cmath>

namespace paretoscope {

namespace {

constexpr int64_t mostSteps = int64_t{1} << 40;

double numberIn(const Json& object, const char* field, double fallback, double low, double high, const std::string& where)
{
    const double value = optionalNumber(object, field, fallback, where);
    if (!(value >= low && value <= high))
        fail(ErrorCode::BadFile, "{}: '{}' must be between {} and {}", where, field, low, high);
    return value;
}

RandomModelShape shapeFrom(const Json& json, const std::string& where)
{
    constexpr int64_t most = 1 << 16;
    RandomModelShape shape;
    shape.hidden = requireInteger(json, "hidden", 8, most, where);
    shape.layers = requireInteger(json, "blocks", 1, 1024, where);
    shape.heads = requireInteger(json, "heads", 1, 1024, where);
    shape.kvHeads = requireInteger(json, "kv_heads", 1, 1024, where);
    shape.feedForward = requireInteger(json, "feed_forward", 8, most, where);
    shape.context = requireInteger(json, "context", 16, 1 << 20, where);
    shape.vocabulary = worldVocabulary;
    shape.tied = optionalBool(json, "tied", true, where);
    return shape;
}

TrainingSettings settingsFrom(const Json& json, int64_t steps, const std::string& where)
{
    TrainingSettings settings;
    settings.optimizer.learningRate = numberIn(json, "learning_rate", 2e-3, 1e-9, 1, where);
    settings.optimizer.weightDecay = numberIn(json, "weight_decay", 0.1, 0, 1, where);
    settings.clip = numberIn(json, "clip", 1, 0, 1e9, where);
    settings.schedule.steps = steps;
    settings.schedule.warmup = optionalInteger(json, "warmup", 0, steps, std::min<int64_t>(100, steps / 10), where);
    settings.schedule.floor = numberIn(json, "floor", 0.1, 0, 1, where);
    settings.checkpointEvery = optionalInteger(json, "checkpoint_every", 0, mostSteps, 200, where);
    return settings;
}

// A number, or [easy, hard].
template <class T>
void readRange(const Json& json, const char* field, T& easy, T& hard, const std::string& where)
{
    const auto found = json.find(field);
    if (found == json.end()) return;
    const Json pair = found->is_array() ? *found : Json::array({*found, *found});
    if (pair.size() != 2 || !pair[0].is_number() || !pair[1].is_number() || pair[0] > pair[1] || pair[0] < 0 ||
        pair[1] > 100000)
        fail(ErrorCode::BadFile, "{}: '{}' must be a number or a pair [low, high]", where, field);
    easy = pair[0].get<T>();
    hard = pair[1].get<T>();
}

PlanShare shareFrom(const Json& json, const std::string& where)
{
    PlanShare share;
    share.kind = &worldKind(requireString(json, "kind", where));
    share.share = numberIn(json, "share", 1, 0, 1e6, where);
    share.textWeight = numberIn(json, "text_weight", 0.1, 0, 1, where);
    share.easy = share.hard = share.kind->level;
    readRange(json, "facts", share.easy.facts, share.hard.facts, where);
    readRange(json, "fillers", share.easy.fillers, share.hard.fillers, where);
    readRange(json, "questions", share.easy.questions, share.hard.questions, where);
    readRange(json, "mixed", share.easy.mixed, share.hard.mixed, where);
    return share;
}

PlanStage stageFrom(const Json& json, const std::string& where)
{
    PlanStage stage;
    stage.name = requireString(json, "name", where);
    const std::string place = fmt::format("{}: stage '{}'", where, stage.name);
    stage.steps = requireInteger(json, "steps", 1, mostSteps, place);
    stage.tokens = optionalInteger(json, "tokens", 16, 1 << 24, stage.tokens, place);
    const Json& mix = requireField(json, "mix", place);
    if (!mix.is_array() || mix.empty()) fail(ErrorCode::BadFile, "{}: 'mix' must list what is learned", place);
    double total = 0;
    for (const Json& share : mix) total += stage.shares.emplace_back(shareFrom(share, place)).share;
    if (!(total > 0)) fail(ErrorCode::BadFile, "{}: the shares of 'mix' add up to nothing", place);
    return stage;
}

int drawn(Random& random, int easy, int hard) { return int(random.between(easy, hard)); }

class PlannedData : public TrainingData {
public:
    PlannedData(const TrainingPlan& plan, std::shared_ptr<const Tokenizer> tokenizer)
        : plan_(plan), tokenizer_(std::move(tokenizer))
    {
        if (!tokenizer_ || !tokenizer_->beginToken() || !tokenizer_->endToken())
            fail(ErrorCode::Unsupported, "a training plan needs a tokenizer with a begin and an end token");
    }

    std::vector<TrainingSequence> batch(int64_t step) const override
    {
        const PlanStage& stage = stageAt(step);
        Random random(plan_.seed, "planned batch", uint64_t(step));
        std::vector<TrainingSequence> sequences;
        int64_t tokens = 0;
        constexpr uint64_t mostItems = 1 << 16; // of a step, so that no item comes twice
        for (uint64_t i = 0; tokens < stage.tokens && i < mostItems; ++i) {
            const PlanShare& share = shareOf(stage, random);
            const WorldItem item = worldItem(*share.kind, WorldSplit::Train, plan_.seed, uint64_t(step) * mostItems + i,
                                             levelOf(share, random));
            TrainingSequence sequence = worldSequence(item, *tokenizer_, share.textWeight);
            const auto longest = size_t(plan_.shape.context);
            if (sequence.tokens.size() > longest) continue;
            tokens += int64_t(sequence.tokens.size());
            sequences.push_back(std::move(sequence));
        }
        return sequences;
    }

    std::string description() const override
    {
        return fmt::format("plan '{}' {}, seed {}", plan_.name, plan_.fingerprint, plan_.seed);
    }

private:
    const PlanStage& stageAt(int64_t step) const
    {
        for (const PlanStage& stage : plan_.stages) {
            if (step < stage.steps) return stage;
            step -= stage.steps;
        }
        return plan_.stages.back();
    }

    static const PlanShare& shareOf(const PlanStage& stage, Random& random)
    {
        double total = 0;
        for (const PlanShare& share : stage.shares) total += share.share;
        double ticket = random.uniform() * total;
        for (const PlanShare& share : stage.shares)
            if ((ticket -= share.share) < 0) return share;
        return stage.shares.back();
    }

    static WorldLevel levelOf(const PlanShare& share, Random& random)
    {
        return {drawn(random, share.easy.facts, share.hard.facts), drawn(random, share.easy.fillers, share.hard.fillers),
                drawn(random, share.easy.questions, share.hard.questions),
                share.easy.mixed + random.uniform() * (share.hard.mixed - share.easy.mixed)};
    }

    TrainingPlan plan_;
    std::shared_ptr<const Tokenizer> tokenizer_;
};

} // namespace

int64_t TrainingPlan::steps() const
{
    int64_t total = 0;
    for (const PlanStage& stage : stages) total += stage.steps;
    return total;
}

TrainingPlan trainingPlanFromJson(const Json& json, const std::string& where)
{
    TrainingPlan plan;
    plan.name = requireString(json, "name", where);
    plan.seed = uint64_t(optionalInteger(json, "seed", 0, mostSteps, 1, where));
    plan.shape = shapeFrom(requireField(json, "model", where), where + ": model");
    plan.shape.seed = plan.seed;
    const Json& model = json.at("model");
    plan.spread.embedding = numberIn(model, "embedding_spread", plan.spread.embedding, 0, 10, where);
    plan.spread.matrix = numberIn(model, "matrix_spread", plan.spread.matrix, 0, 10, where);
    const Json& stages = requireField(json, "stages", where);
    if (!stages.is_array() || stages.empty()) fail(ErrorCode::BadFile, "{}: 'stages' must not be empty", where);
    for (const Json& stage : stages) plan.stages.push_back(stageFrom(stage, where));
    plan.settings = settingsFrom(requireField(json, "optimizer", where), plan.steps(), where + ": optimizer");
    plan.fingerprint = Fingerprint().add(json.dump()).hex();
    return plan;
}

TrainingPlan readTrainingPlan(const std::filesystem::path& file)
{
    return trainingPlanFromJson(readJsonFile(file), "'" + file.string() + "'");
}

ModelPtr newPlannedModel(const TrainingPlan& plan, const std::filesystem::path& folder, JobContext& job)
{
    writeRandomModel(plan.shape, folder, job);
    writeFileAtomically(folder / "tokenizer.json", worldTokenizerJson().dump(1) + "\n");
    writeFileAtomically(folder / "tokenizer_config.json", worldTokenizerConfig(plan.shape.context).dump(1) + "\n");
    return withRandomParameters(*openModel(folder.string()), plan.seed, plan.spread);
}

std::shared_ptr<const TrainingData> plannedData(const TrainingPlan& plan, std::shared_ptr<const Tokenizer> tokenizer)
{
    return std::make_shared<PlannedData>(plan, std::move(tokenizer));
}

TrainingSequence worldSequence(const WorldItem& item, const Tokenizer& tokenizer, double textWeight)
{
    TrainingSequence sequence;
    sequence.tokens.push_back(tokenizer.beginToken().value());
    const auto add = [&](const std::string& text, double weight) {
        const std::vector<int32_t> tokens = tokenizer.encode(text, false);
        sequence.tokens.insert(sequence.tokens.end(), tokens.begin(), tokens.end());
        sequence.weights.resize(sequence.tokens.size() - 1, float(weight));
    };
    add(item.text, textWeight);
    for (const WorldQuestion& question : item.questions) {
        add(question.text, textWeight);
        // The line break behind an answer is easy; it would drown the answer's own tokens.
        add(question.answer.substr(0, question.answer.find('\n')), 1);
        add("\n", textWeight);
    }
    sequence.tokens.push_back(tokenizer.endToken().value());
    sequence.weights.resize(sequence.tokens.size() - 1, float(textWeight));
    return sequence;
}

} // namespace paretoscope
