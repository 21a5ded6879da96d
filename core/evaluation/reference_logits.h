// What the uncompressed model predicts, kept small enough to compare every run of an experiment
// with it on the same tokens.
//
// Of each scored position's distribution p over the vocabulary the K most likely tokens are kept
// with their log-probabilities, and M tokens drawn from the rest in proportion to p. With the other
// model's q known in full,
//   KL(p‖q) = Σ_v p(v) f(q(v)/p(v)),  f(r) = r - 1 - ln r ≥ 0,
// because Σ p = Σ q = 1. The K kept terms are exact. With P and Q the two masses of the rest, its
// terms are estimated without bias from the drawn tokens, where the models are close by
//   P · mean f(q/p),            whose variance falls with the fourth power of the difference,
// and where the kept tokens already differ much by
//   (Q - P) - P · mean ln(q/p), which does not miss what q alone finds likely.
// The drawn terms give the estimate's standard error.
// Log-probabilities are 16-bit fixed point in steps of 1/2048 nat down to -32.
// Source of the estimator: Schulman 2020, "Approximating KL divergence", the k3 form.
#pragma once

#include "core/backend/matrix.h"
#include "core/base/file.h"

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace paretoscope {

struct ReferenceShape {
    int64_t vocabulary = 0;
    int64_t kept = 0;  // K
    int64_t drawn = 0; // M; 0 when everything is kept

    int64_t bytesPerPosition() const;
    bool operator==(const ReferenceShape&) const = default;
};

// At most a tenth of the vocabulary's 16-bit logits, at least 16 tokens; all of a tiny vocabulary.
ReferenceShape referenceShape(int64_t vocabulary);

// A position's logits [V], their log-sum-exp, and the text's own next token.
struct PositionLogits {
    std::span<const float> logits;
    double logSumExp = 0;
    int32_t target = 0;
};

// One position compared with another model's logits.
struct PositionFidelity {
    double klDivergence = 0;         // nat, of the reference to the other
    double klVariance = 0;           // of the estimate, from the drawn tokens
    bool sameTop = false;            // both have the same most likely token
    double probabilityChange = 0;    // other minus reference, of the text's own next token
};

// Collects positions in order. Not thread-safe.
class ReferenceWriter {
public:
    ReferenceWriter(const ReferenceShape& shape, uint64_t seed);

    void add(const PositionLogits& position);
    int64_t positions() const { return positions_; }
    void write(Sink& sink) const;

private:
    void drawRest(const PositionLogits& position, double mass, std::vector<int32_t>& tokens);

    ReferenceShape shape_;
    uint64_t seed_;
    int64_t positions_ = 0;
    std::vector<std::byte> records_;
    std::vector<int32_t> order_; // scratch [V]
    std::vector<bool> isKept_;   // scratch [V]
};

// A file that a ReferenceWriter wrote, mapped. Immutable; thread-safe.
class ReferenceLogits {
public:
    // Error(NotFound, Io, or BadFile when it is damaged).
    static ReferenceLogits open(const std::filesystem::path& file);

    const ReferenceShape& shape() const { return shape_; }
    int64_t positions() const { return positions_; }
    // `index`-th position against the other model's prediction there.
    PositionFidelity compare(int64_t index, const PositionLogits& other) const;

private:
    struct Pair {
        double logP, logQ; // of one token
    };
    static double excess(const Pair& pair);
    Pair pairAt(const std::byte* record, int64_t i, const PositionLogits& other) const;
    void addRest(const std::byte* record, const PositionLogits& other, double mass, double otherMass,
                 PositionFidelity& result) const;

    std::shared_ptr<const MappedFile> file_;
    ReferenceShape shape_;
    int64_t positions_ = 0;
};

} // namespace paretoscope
