// What the maps of a block read, for solvers: all of them or those of one stage, with or without the first
// tokens of each sequence.
//
// Source: true-sequential order of the published GPTQ code (Frantar et al. 2022, arXiv:2210.17323); leaving
// out first tokens: P-GPTQ of the MiniCPM4 report (arXiv:2506.07900).
#pragma once

#include "core/strategy/covariances.h"

#include <vector>

namespace paretoscope::quantization {

// Maps of a block that read nothing of each other, in execution order: 0 projections of the attention's
// input, 1 those of latents, 2 the attention's output, 3 the feed-forward's input, 4 its down projection.
constexpr int solvingStages = 5;
int solvingStage(const LinearId& id);

class BlockInputs : public Observer {
public:
    // Sequences have `sequenceLength` tokens each, of which `skipped` are left out. `stage` -1: every map.
    BlockInputs(const Backend& backend, int64_t sequenceLength, int64_t skipped, int stage)
        : covariances_(backend), sequenceLength_(sequenceLength), skipped_(skipped), stage_(stage)
    {
    }

    void linearInput(const LinearId& id, ConstMatrixView x) override;
    // Σ x xᵀ [inputs, inputs]; null when no token reached the map.
    const std::vector<double>* of(const LinearId& id) const { return covariances_.of(id); }
    // Whether some inputs came without their places in the sequences (those of experts) and were all taken.
    bool keptAll() const { return keptAll_; }

private:
    InputCovariances covariances_;
    int64_t sequenceLength_, skipped_;
    int stage_;
    bool keptAll_ = false;
    std::vector<float> rows_;
};

} // namespace paretoscope::quantization
