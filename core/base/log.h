// The log: lines on standard error and, where asked, a file. The only place that knows spdlog.
// Thread-safe.
#pragma once

#include <filesystem>
#include <fmt/format.h>
#include <string>

namespace paretoscope {

enum class LogLevel { Debug, Info, Warning, Error, Off };

void setLogLevel(LogLevel level);
void addLogFile(const std::filesystem::path& path); // appends; throws Error(Io)
void logMessage(LogLevel level, const std::string& message);

template <class... Args>
void logInfo(fmt::format_string<Args...> format, Args&&... args)
{
    logMessage(LogLevel::Info, fmt::format(format, std::forward<Args>(args)...));
}

template <class... Args>
void logWarning(fmt::format_string<Args...> format, Args&&... args)
{
    logMessage(LogLevel::Warning, fmt::format(format, std::forward<Args>(args)...));
}

template <class... Args>
void logError(fmt::format_string<Args...> format, Args&&... args)
{
    logMessage(LogLevel::Error, fmt::format(format, std::forward<Args>(args)...));
}

} // namespace paretoscope
