#include "app/command_line/console.h"

#include "core/base/error.h"
#include "core/base/json.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <sys/ioctl.h>
#include <unistd.h>

namespace paretoscope {

namespace {

constexpr std::chrono::milliseconds redrawInterval{100};
constexpr std::chrono::seconds lineInterval{5};

int terminalWidth()
{
    winsize size{};
    const bool known = ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
    return known ? size.ws_col : 80;
}

// Characters, not bytes: continuation bytes of UTF-8 take no room.
size_t widthOf(const std::string& text)
{
    return size_t(std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xc0) != 0x80; }));
}

// At most `width` characters.
std::string cut(const std::string& text, size_t width)
{
    size_t seen = 0;
    for (size_t i = 0; i < text.size(); ++i)
        if ((text[i] & 0xc0) != 0x80 && seen++ == width) return text.substr(0, i);
    return text;
}

std::string bar(double fraction)
{
    constexpr int cells = 24;
    const int full = int(std::clamp(fraction, 0.0, 1.0) * cells);
    return '[' + std::string(size_t(full), '#') + std::string(size_t(cells - full), '.') + ']';
}

bool isNumberCell(const std::string& cell)
{
    return !cell.empty() && (std::isdigit(uint8_t(cell[0])) || cell[0] == '-' || cell[0] == '+');
}

} // namespace

ProgressLine::ProgressLine() : terminal_(::isatty(STDERR_FILENO) != 0), last_(Clock::now()) {}

void ProgressLine::show(double fraction, const std::string& text)
{
    const Clock::time_point now = Clock::now();
    if (terminal_ && shown_ && now - last_ < redrawInterval) return;
    if (!terminal_ && now - last_ < lineInterval) return;
    last_ = now;
    const std::string line = fmt::format("{} {:3.0f}% {}", bar(fraction), 100 * fraction, text);
    if (terminal_)
        std::fprintf(stderr, "\r\033[K%s", cut(line, size_t(std::max(20, terminalWidth() - 1))).c_str());
    else
        std::fprintf(stderr, "%3.0f%% %s\n", 100 * fraction, text.c_str());
    std::fflush(stderr);
    shown_ = true;
}

void ProgressLine::clear()
{
    if (terminal_ && shown_) std::fputs("\r\033[K", stderr);
    shown_ = false;
}

void Console::json(const Json& document)
{
    write(document.dump(2, ' ', false, Json::error_handler_t::replace) + "\n");
}

void Console::write(const std::string& text)
{
    progress_.clear();
    if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() || std::fflush(stdout) != 0)
        failErrno(errno, "cannot write to standard output");
}

void Console::writeNote(const std::string& text)
{
    progress_.clear();
    std::fprintf(stderr, "%s\n", text.c_str());
}

JobContext::Listener Console::progressListener()
{
    return [this](const Progress& progress) { progress_.show(progress.fraction, progress.stage); };
}

std::string textTable(const std::vector<std::vector<std::string>>& rows)
{
    std::vector<size_t> widths;
    for (const auto& row : rows) {
        widths.resize(std::max(widths.size(), row.size()));
        for (size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], widthOf(row[i]));
    }
    std::string text;
    for (const auto& row : rows) {
        std::string line;
        for (size_t i = 0; i < row.size(); ++i) {
            const std::string padding(widths[i] - widthOf(row[i]), ' ');
            line += (i ? "  " : "") + (isNumberCell(row[i]) ? padding + row[i] : row[i] + padding);
        }
        line.erase(line.find_last_not_of(' ') + 1);
        text += line + '\n';
    }
    return text;
}

} // namespace paretoscope
