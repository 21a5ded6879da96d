// Texts that strategies look at, and what they learn from them.
#pragma once

#include "core/inference/transformer.h"
#include "core/strategy/parameter.h"
#include "core/strategy/workbench.h"

#include <string>
#include <vector>

namespace paretoscope {

// calibration_samples and calibration_length: what `calibrationSequences` reads.
std::vector<Parameter> calibrationParameters();

// The workbench's calibration text as tokens, at least `length`, which is that of the setting
// calibration_length, cut to the model's context. Error(BadUsage) without a text, Error(BadFile) when it is
// shorter, Error(Unsupported) without a tokenizer; `who` names the strategy.
struct CalibrationTokens {
    std::vector<int32_t> tokens;
    size_t length;
};
CalibrationTokens calibrationTokens(const Model& model, const Settings& settings, const Workbench& workbench,
                                    const std::string& who);

// Crops of the workbench's calibration text at random places, the same for the same seed. A sequence
// is cut to the model's context. Errors of `calibrationTokens`.
std::vector<std::vector<int32_t>> calibrationSequences(const Model& model, const Settings& settings,
                                                       const Workbench& workbench, const std::string& who);

// All sequences on their way through a model, one block at a time. Holds the residual stream
// [tokens, D] in f32, in which a block's outputs replace its inputs. Not thread-safe.
class BlockWalk {
public:
    // Embeds the sequences with `model`. They must outlive this.
    BlockWalk(const Model& model, const Backend& backend, const std::vector<std::vector<int32_t>>& sequences);

    // Shows the observer what block `block` of `model` sees and leaves the stream before it.
    void look(const Model& model, int block, Observer& observer, JobContext& job);
    // Moves the stream through that block.
    void advance(const Model& model, int block, JobContext& job);
    // The stream as it is now, sequence after sequence; valid until the next `advance`.
    ConstMatrixView states() const { return states_; }

private:
    struct Batch {
        size_t firstSequence, sequences;
        int64_t firstRow, rows;
    };
    void pass(const Model& model, int block, Observer* observer, bool keep, JobContext& job);
    std::vector<SequenceStep> stepsOf(const Model& model, const Batch& batch, std::vector<KvCache>& caches) const;

    const Backend& backend_;
    const std::vector<std::vector<int32_t>>& sequences_;
    std::vector<Batch> batches_;
    std::vector<float> memory_;
    MatrixView states_;
    Scratch scratch_;
};

} // namespace paretoscope
