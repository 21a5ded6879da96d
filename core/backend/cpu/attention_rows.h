// The steps of attention that work row by row on one block of logits.
#pragma once

#include <cstdint>

namespace paretoscope::cpu {

// How one query row looks at a block of keys.
struct RowView {
    int64_t queryPosition = 0;
    const int32_t* keyPositions = nullptr; // [keys]
    int64_t keys = 0;
    float softCap = 0;
    float alibiSlope = 0; // 0 = none
    bool masked = false;  // whether any key of the block may be hidden
    bool causal = true;
    int64_t window = 0;
};

// Running softmax of one row over blocks of keys.
struct RowSoftmax {
    float top = 0;  // largest logit so far
    double sum = 0; // of exp(logit - top)
};

// Replaces the row's logits by exp(logit - top), 0 where hidden, and brings `state` up to date.
// Returns what earlier weights and sums of values must be multiplied by.
float softmaxBlock(const RowView& view, float* logits, RowSoftmax& state);

// out[dim] = out · factor + sum over keys of weights[k] · values[k].
void addWeightedValues(const float* weights, int64_t keys, const float* values, int64_t valueStride,
                       int64_t dim, float factor, float* out);

// out = in · factor; in and out may be one.
void scaleFloats(const float* in, int64_t count, float factor, float* out);

} // namespace paretoscope::cpu
