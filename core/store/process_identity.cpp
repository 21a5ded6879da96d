#include "core/store/process_identity.h"

#include "core/base/text.h"

#include <array>
#include <fmt/format.h>
#include <fstream>
#include <iterator>
#include <optional>
#include <string_view>
#include <unistd.h>

namespace paretoscope {

namespace {

std::string firstLine(const std::string& path)
{
    std::ifstream file(path);
    std::string line;
    std::getline(file, line);
    return line;
}

// Machine start and process namespace: a process id means nothing outside of them.
std::string surroundings()
{
    std::array<char, 64> name{};
    const ssize_t length = ::readlink("/proc/self/ns/pid", name.data(), name.size());
    return fmt::format("{}/{}", firstLine("/proc/sys/kernel/random/boot_id"),
                       std::string_view(name.data(), length > 0 ? size_t(length) : 0));
}

// Clock ticks since the machine started; nothing when the process is gone.
std::optional<long long> processStart(long long pid)
{
    const std::string line = firstLine(fmt::format("/proc/{}/stat", pid));
    // The name in parentheses may hold blanks and parentheses itself.
    const size_t name = line.rfind(')');
    if (name == line.npos || name + 2 >= line.size()) return std::nullopt;
    const std::vector<std::string> fields = splitText(std::string_view(line).substr(name + 2), ' ');
    constexpr size_t startField = 19; // field 22 of proc(5), counted from the state
    if (fields.size() <= startField || fields[0] == "Z" || fields[0] == "X") return std::nullopt;
    return parseInteger(fields[startField]);
}

} // namespace

const std::string& thisProcessIdentity()
{
    // A forked child is another process.
    thread_local pid_t pid = 0;
    thread_local std::string identity;
    if (pid != ::getpid()) {
        pid = ::getpid();
        identity = fmt::format("{}/{}/{}", surroundings(), pid, processStart(pid).value_or(0));
    }
    return identity;
}

bool processIsAlive(const std::string& identity)
{
    const std::vector<std::string> parts = splitText(identity, '/');
    if (parts.size() != 4 || fmt::format("{}/{}", parts[0], parts[1]) != surroundings())
        return false;
    const std::optional<long long> pid = parseInteger(parts[2]);
    const std::optional<long long> start = parseInteger(parts[3]);
    return pid && start && *pid > 0 && processStart(*pid) == start;
}

} // namespace paretoscope
