// Who is kept, read and merged: the seam for KV compression methods.
#pragma once

#include "core/attention/kv_cache.h"

#include <memory>
#include <string>

namespace paretoscope {

struct StepInfo {
    int32_t firstPosition = 0;
    int64_t count = 0; // tokens of this step
    bool prefill = false;
};

// A pipeline holds a prototype; each session works on its own clone. Evict only in `commit`, never
// while a step runs, so that speculative decoding can roll back. Single-threaded a clone.
class AttentionPolicy {
public:
    virtual ~AttentionPolicy() = default;
    virtual std::string name() const = 0;
    virtual std::unique_ptr<AttentionPolicy> clone() const = 0;
    // After every step whose tokens are accepted.
    virtual void commit(KvCache& cache, const StepInfo& step) = 0;
};

} // namespace paretoscope
