// One conversation with a model: cache, position and scratch memory.
#pragma once

#include "core/attention/attention_policy.h"
#include "core/inference/transformer.h"

#include <functional>
#include <memory>
#include <span>
#include <vector>

namespace paretoscope {

struct SessionOptions {
    std::shared_ptr<const AttentionPolicy> policy; // prototype; null = keep everything
    std::shared_ptr<const KvCodec> codec;          // null = f32 rows
    int64_t chunk = 512;                           // rows of one pass during a prefill
};

enum class LogitRows { None, Last, All };

// Not thread-safe; sessions of one model may run on different threads.
class Session {
public:
    Session(ModelPtr model, std::shared_ptr<const Backend> backend, SessionOptions options = {});

    const Model& model() const { return *model_; }
    int64_t length() const { return length_; } // tokens seen, the next token's position
    const KvCache& cache() const { return cache_; }

    // Appends tokens in chunks. Logits [rows, V] of all of them, the last, or none; valid until
    // the next call. Error(BadUsage) for an unknown token or beyond the context.
    ConstMatrixView forward(std::span<const int32_t> tokens, LogitRows rows = LogitRows::Last,
                            Observer* observer = nullptr);
    // Final hidden states [tokens, D] of the appended tokens, in one pass, without logits.
    ConstMatrixView hidden(std::span<const int32_t> tokens, Observer* observer = nullptr,
                           std::span<const int32_t> tokenTypes = {});
    // Rows [n, D] for the next n tokens that stand for pictures, in the order of the text, which the
    // session reads as it comes to them.
    void addPictures(std::span<const float> rows);
    // log p(tokens[i] | tokens before) for i >= 1, appended to an empty session; memory bounded
    // by the chunk. Result has tokens.size() - 1 values.
    std::vector<float> tokenLogProbabilities(std::span<const int32_t> tokens);

    void reserve(int64_t tokens);
    void rollback(int64_t tokens); // forgets the last ones
    void reset();
    int64_t scratchBytes() const { return scratch_.reservedBytes(); }

private:
    // `sequenceLength`: of the text that these tokens are a piece of.
    Value pass(std::span<const int32_t> tokens, int64_t sequenceLength, Observer* observer,
               std::span<const int32_t> tokenTypes = {});

    ModelPtr model_;
    std::shared_ptr<const Backend> backend_;
    SessionOptions options_;
    std::unique_ptr<AttentionPolicy> policy_;
    KvCache cache_;
    Scratch scratch_;
    PassMemory memory_;
    EagerOperations operations_;
    ConstMatrixView nextPictures(std::span<const int32_t> tokens);

    int64_t length_ = 0;
    std::vector<float> pictures_;  // rows that are still to come
    int64_t picturesUsed_ = 0;     // rows of them that were read
    std::vector<float> allLogits_;
};

// Some rows of logits of windows that are scored together. Rows count on over all windows, each of
// which has as many as it has tokens after its first; targets[i] is the token after row i.
struct LogitRowsView {
    int64_t firstRow = 0;
    ConstMatrixView logits; // [rows, V]
    std::span<const int32_t> targets;
};
using LogitVisitor = std::function<void(const LogitRowsView&)>;

// Logits of many independent windows, batched, in order. `batchRows` bounds the rows of one pass.
void visitWindowLogits(const ModelPtr& model, const std::shared_ptr<const Backend>& backend,
                       std::span<const std::span<const int32_t>> windows, const LogitVisitor& visit,
                       int64_t batchRows = 2048, const std::function<void(size_t done)>& progress = {});

// Log-probabilities of many independent windows, batched: result[i] has windows[i].size() - 1
// values.
std::vector<std::vector<float>> scoreWindows(
    const ModelPtr& model, const std::shared_ptr<const Backend>& backend,
    std::span<const std::span<const int32_t>> windows, int64_t batchRows = 2048,
    const std::function<void(size_t done)>& progress = {});

} // namespace paretoscope
