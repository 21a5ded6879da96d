// What the passes over one model reuse, so that a decode loop allocates nothing after its first
// steps. Single-threaded.
#pragma once

#include "core/autograd/operations.h"
#include "core/model/rope.h"

#include <cstdint>
#include <vector>

namespace paretoscope {

// Experts chosen for the rows of one pass, ordered by expert.
struct ExpertRouting {
    struct Choice {
        int32_t expert;
        float weight;
    };
    std::vector<Choice> choices;  // [rows · used], by row
    std::vector<int32_t> begins;  // [experts + 1]: where each expert's rows start
    std::vector<int32_t> rows;    // [rows · used], by expert, ascending inside one
    std::vector<float> weights;   // as rows
    std::vector<double> scores;   // [experts], of one row
    std::vector<double> choosing; // [experts], what decides
    std::vector<double> groupScores;
    std::vector<int32_t> order;
};

// cos and sin rows of one RopeConfig for all rows of the batch.
struct RopeRows {
    MatrixView cosines;
    MatrixView sines;
};

struct PassMemory {
    struct Frequencies {
        int64_t regime = -1; // of ropeRegime
        RopeFrequencies values;
    };

    const void* model = nullptr; // that the frequencies belong to
    std::vector<int32_t> positions; // [rows]
    std::vector<int32_t> ids;
    std::vector<Frequencies> frequencies; // by rope, the last ones used
    std::vector<RopeRows> ropes;
    std::vector<float> alibiSlopes;       // [heads]
    std::vector<KeyValueSpan> spans;      // reused by every block
    std::vector<AttentionSegment> segments;
    ExpertRouting routing;
};

} // namespace paretoscope
