#include "core/base/log.h"

#include "core/base/error.h"
#include "core/base/log_audience.h"

#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

namespace paretoscope {

namespace {

spdlog::level::level_enum toSpdlog(LogLevel level)
{
    switch (level) {
    case LogLevel::Debug: return spdlog::level::debug;
    case LogLevel::Info: return spdlog::level::info;
    case LogLevel::Warning: return spdlog::level::warn;
    case LogLevel::Error: return spdlog::level::err;
    case LogLevel::Off: return spdlog::level::off;
    }
    return spdlog::level::info;
}

spdlog::logger& logger()
{
    static const std::shared_ptr<spdlog::logger> instance = [] {
        auto made = std::make_shared<spdlog::logger>(
            "paretoscope", std::make_shared<spdlog::sinks::stderr_color_sink_mt>());
        made->set_pattern("%H:%M:%S %^%l%$ %v");
        made->set_level(spdlog::level::warn);
        return made;
    }();
    return *instance;
}

} // namespace

void setLogLevel(LogLevel level)
{
    logger().set_level(toSpdlog(level));
}

void addLogFile(const std::filesystem::path& path)
{
    try {
        logger().sinks().push_back(std::make_shared<spdlog::sinks::basic_file_sink_mt>(path.string()));
    } catch (const spdlog::spdlog_ex&) {
        fail(ErrorCode::Io, "cannot write the log file '{}'", path.string());
    }
}

void logMessage(LogLevel level, const std::string& message)
{
    logger().log(toSpdlog(level), message);
    tellListeners(level, message);
}

} // namespace paretoscope
