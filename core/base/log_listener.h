// Reading along with the log: for a page that shows it.
#pragma once

#include "core/base/log.h"

#include <functional>
#include <memory>
#include <string>

namespace paretoscope {

// Hears every message from Info on, whatever is written to standard error, until it is destroyed. The
// function is called on the thread that logs; it must not log. Thread-safe.
class LogListener {
public:
    explicit LogListener(std::function<void(LogLevel level, const std::string& message)> hear);
    ~LogListener();
    LogListener(const LogListener&) = delete;
    LogListener& operator=(const LogListener&) = delete;

private:
    struct State;
    std::shared_ptr<State> state_;
};

} // namespace paretoscope
