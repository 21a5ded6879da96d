// Gradients for what codebook maps store: codebooks, scales, and the norms around them.
//
// A model of codebook maps runs on dense copies of them, whose gradients flow on to the codebooks and scales
// that they are made from; codes stay as they are unless a caller changes them.
#pragma once

#include "core/autograd/gradients.h"
#include "core/base/job_context.h"
#include "core/model/model.h"
#include "core/training/adamw.h"
#include "plugins/quantization/additive_codebooks.h"

#include <memory>
#include <optional>
#include <vector>

namespace paretoscope::quantization {

// Not thread-safe.
class TunableCodebooks {
public:
    // The codebook maps of one block, or of all. Numbers are copied. Error(Unsupported) for experts and
    // latent attention, through which no gradient flows.
    TunableCodebooks(const Model& model, std::optional<int> block, double learningRate);

    // Runs on dense copies, with an embedding in F32.
    const Model& model() const { return *model_; }
    // Of the dense copies and the norms: what a tape adds to. `step` reads it.
    Gradients& gradients() { return *gradients_; }

    // One step of Adam for codebooks, scales and norms; the dense copies follow. Clearing the gradients is the
    // caller's duty.
    void step(double rateShare = 1);

    struct Map {
        LinearId id;
        CodebookFit fit;     // its codebooks and scales are those that are stored
        Tensor dense;        // F32 [rows, columns]
        size_t gradient = 0; // its place in `gradients`
        Tensor codebooks;    // F32, as tuned
        Tensor scaleFactors; // F32 [rows], times `firstScales`
        std::vector<float> firstScales;
    };
    std::vector<Map>& maps() { return maps_; }
    void refresh(Map& map); // the dense copy after its codes were changed

    // `model` with these maps and norms in place of its own.
    std::shared_ptr<const Model> stored(const Model& model) const;

private:
    void own(std::optional<NormParameters>& norm);

    std::shared_ptr<Model> model_;
    std::optional<int> block_;
    std::vector<Map> maps_;
    std::vector<Tensor> norms_;
    std::unique_ptr<Gradients> gradients_; // dense copies, then norms
    std::unique_ptr<Gradients> stored_;    // codebooks and scale factors of each map, then norms
    std::unique_ptr<AdamW> optimizer_;
};

struct BlockTuning {
    int64_t epochs = 4;
    double learningRate = 1e-3;
    uint64_t seed = 1;
    int64_t sequencesOfStep = 8;
};

// `current` with block `block` tuned so that from `inputs` [tokens, D], the residual stream of all
// sequences before it, it makes what the same block of `original` makes. Of all epochs the best one stays.
std::shared_ptr<const Model> tunedBlock(const Model& current, const Model& original, int block,
                                        const std::vector<std::vector<int32_t>>& sequences, ConstMatrixView inputs,
                                        const BlockTuning& settings, const Backend& backend, JobContext& job);

} // namespace paretoscope::quantization
