// Losses on a tape. Each returns its value and adds its gradient to the tape's value.
#pragma once

#include "core/autograd/tape.h"

#include <cstdint>
#include <span>

namespace paretoscope {

// Σ w_i · -log softmax(logits_i)[target_i] / Σ w_i over the rows of logits [T, V]; a row with weight
// 0 is not looked at. `weights` empty: all 1. `share` scales the gradient and the value, for the
// accumulation of several micro-batches. 0 when no weight is positive.
double crossEntropy(TapeOperations& tape, Value logits, std::span<const int32_t> targets,
                    std::span<const float> weights = {}, double share = 1);

// Mean over rows of KL(teacher ‖ student), both softmax(logits / temperature), times temperature²
// (Hinton et al. 2015, arXiv:1503.02531). teacher [T, V].
double forwardKl(TapeOperations& tape, Value student, ConstMatrixView teacher, double temperature = 1,
                 double share = 1);
// Mean over rows of KL(student ‖ teacher), as above (Gu et al., MiniLLM, 2023, arXiv:2306.08543).
double reverseKl(TapeOperations& tape, Value student, ConstMatrixView teacher, double temperature = 1,
                 double share = 1);
// Mean over all elements of (value - target)².
double meanSquare(TapeOperations& tape, Value value, ConstMatrixView target, double share = 1);

// Direct preference (Rafailov et al. 2023, arXiv:2305.18290, equation 7): -log σ(beta · margin), where
// the margin is the policy's log-ratio of the chosen and the rejected answer minus the reference's.
struct PreferenceLoss {
    double loss = 0;
    double slope = 0; // of the loss by the policy's log-ratio: what the chosen answer's
                      // log-probability gets, and the rejected one's with the other sign
};
PreferenceLoss preferenceLoss(double policyLogRatio, double referenceLogRatio, double beta);

} // namespace paretoscope
