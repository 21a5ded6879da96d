// What a model says of a text, kept to judge compressed copies of it by.
#pragma once

#include "core/backend/backend.h"
#include "core/base/job_context.h"
#include "core/model/model.h"

#include <cstdint>
#include <memory>
#include <vector>

namespace paretoscope {

// The likeliest tokens of every position with their log-probabilities, and what is left for all others
// together. The divergence computed from them is a lower bound of the true one (data processing
// inequality), and equal to it when the vocabulary has no more than `kept` tokens. Immutable.
class Teacher {
public:
    // The sequences, of two tokens or more, must outlive this.
    Teacher(const ModelPtr& model, std::shared_ptr<const Backend> backend,
            const std::vector<std::vector<int32_t>>& sequences, JobContext& job, int64_t kept = 512);

    // Mean KL(teacher ‖ model) in nats a token, over the first `sequences` of them. NaN logits give NaN.
    double divergence(const ModelPtr& model, size_t sequences, JobContext& job) const;
    size_t sequences() const { return sequences_.size(); }

private:
    double rowDivergence(const float* logits, int64_t vocabulary, size_t row) const;

    std::shared_ptr<const Backend> backend_;
    const std::vector<std::vector<int32_t>>& sequences_;
    int64_t kept_;
    std::vector<int32_t> tokens_;        // [rows, kept]
    std::vector<float> logProbabilities_; // [rows, kept]
};

} // namespace paretoscope
