#include "core/base/log_listener.h"

#include "core/base/log_audience.h"

#include <algorithm>
#include <mutex>
#include <utility>
#include <vector>

namespace paretoscope {

struct LogListener::State {
    std::mutex calls; // held while hearing, so that nothing is heard after the destructor
    std::function<void(LogLevel, const std::string&)> hear;
};

namespace {

struct Audience {
    std::mutex guard;
    std::vector<std::pair<const void*, std::function<void(LogLevel, const std::string&)>>> listeners;
};

Audience& audience()
{
    static Audience instance;
    return instance;
}

} // namespace

LogListener::LogListener(std::function<void(LogLevel, const std::string&)> hear)
    : state_(std::make_shared<State>())
{
    state_->hear = std::move(hear);
    const std::lock_guard lock(audience().guard);
    audience().listeners.emplace_back(state_.get(), [state = state_](LogLevel level, const std::string& message) {
        const std::lock_guard call(state->calls);
        if (state->hear) state->hear(level, message);
    });
}

LogListener::~LogListener()
{
    {
        const std::lock_guard lock(audience().guard);
        std::erase_if(audience().listeners, [this](const auto& entry) { return entry.first == state_.get(); });
    }
    const std::lock_guard call(state_->calls);
    state_->hear = nullptr;
}

void tellListeners(LogLevel level, const std::string& message)
{
    if (level < LogLevel::Info) return;
    decltype(Audience::listeners) listeners;
    {
        const std::lock_guard lock(audience().guard);
        listeners = audience().listeners;
    }
    for (const auto& [key, hear] : listeners)
        hear(level, message);
}

} // namespace paretoscope
