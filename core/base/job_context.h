// Progress out of, and cancellation into, anything that takes time.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>

namespace paretoscope {

struct Progress {
    double fraction = 0; // 0 to 1 over the whole job; never goes back
    std::string stage;   // what is being done now, for a person: "perplexity: window 12 of 40"
};

// Handed down to long work by reference. Report freely: the receiver throttles. Poll
// `throwIfCancelled` at least every few hundred milliseconds (once a layer, once a window).
//
// `cancel` and `cancelled` are thread-safe; `report` and `enterPart` belong to the working thread.
class JobContext {
public:
    using Listener = std::function<void(const Progress&)>;

    JobContext() = default;
    explicit JobContext(Listener listener) : listener_(std::move(listener)) {}
    JobContext(const JobContext&) = delete;
    JobContext& operator=(const JobContext&) = delete;

    void report(double fraction, const std::string& stage);
    void cancel() noexcept { cancelled_.store(true, std::memory_order_relaxed); }
    bool cancelled() const noexcept { return cancelled_.load(std::memory_order_relaxed); }
    void throwIfCancelled() const; // Error(Cancelled)

    // Maps the 0..1 of a part onto [from, to] of this job until the next call.
    void enterPart(double from, double to) noexcept;

private:
    Listener listener_;
    std::atomic<bool> cancelled_{false};
    double from_ = 0;
    double to_ = 1;
    double reached_ = 0;
};

} // namespace paretoscope
