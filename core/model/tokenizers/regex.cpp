#include "core/model/tokenizers/regex.h"

#include "core/base/error.h"
#include "core/model/tokenizers/onig_pattern.h"

#include <algorithm>
#include <cctype>
#include <chrono>
#include <cstdint>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

namespace paretoscope::tokenizers {

namespace {

constexpr size_t maxPatternBytes = 64 << 10;
constexpr size_t maxJitPatternBytes = 64 << 10; // of compiled code
constexpr uint32_t matchLimit = 2'000'000;
constexpr uint32_t depthLimit = 100'000;
constexpr uint32_t heapLimitKib = 64 << 10;

template <auto release> struct Releaser {
    template <class T> void operator()(T* pointer) const { release(pointer); }
};
using CodePtr = std::unique_ptr<pcre2_code, Releaser<pcre2_code_free>>;
using CompileContextPtr =
    std::unique_ptr<pcre2_compile_context, Releaser<pcre2_compile_context_free>>;
using MatchContextPtr = std::unique_ptr<pcre2_match_context, Releaser<pcre2_match_context_free>>;
using MatchDataPtr = std::unique_ptr<pcre2_match_data, Releaser<pcre2_match_data_free>>;

std::string shortened(std::string pattern)
{
    if (pattern.size() <= 80) return pattern;
    size_t end = 77;
    while (end > 0 && (uint8_t(pattern[end]) & 0xc0) == 0x80)
        --end; // keep characters whole
    pattern.resize(end);
    return pattern + "...";
}

std::string errorText(int error)
{
    PCRE2_UCHAR buffer[160] = {};
    pcre2_get_error_message(error, buffer, sizeof buffer);
    return reinterpret_cast<const char*>(buffer);
}

CodePtr compile(const std::string& pattern, const std::string& where)
{
    if (pattern.size() > maxPatternBytes)
        fail(ErrorCode::BadFile, "{}: a pattern of {} bytes cannot be used", where, pattern.size());
    const std::string translated = pcrePatternOf(pattern);
    const CompileContextPtr context(pcre2_compile_context_create(nullptr));
    if (!context) fail(ErrorCode::OutOfMemory, "{}: no memory for a pattern", where);
    pcre2_set_newline(context.get(), PCRE2_NEWLINE_LF);
    constexpr uint32_t options = PCRE2_UTF | PCRE2_UCP | PCRE2_MULTILINE | PCRE2_NEVER_BACKSLASH_C;
    int error = 0;
    PCRE2_SIZE at = 0;
    CodePtr code(pcre2_compile(reinterpret_cast<PCRE2_SPTR>(translated.data()), translated.size(),
                               options, &error, &at, context.get()));
    if (!code)
        fail(ErrorCode::BadFile, "{}: the pattern '{}' cannot be used: {} (at byte {})", where,
             shortened(pattern), errorText(error), at);
    size_t codeBytes = 0;
    pcre2_pattern_info(code.get(), PCRE2_INFO_SIZE, &codeBytes);
    // Without the compiler the interpreter answers: slower, never different.
    if (codeBytes <= maxJitPatternBytes) pcre2_jit_compile(code.get(), PCRE2_JIT_COMPLETE);
    return code;
}

} // namespace

struct Regex::Code {
    std::string pattern;
    std::string where;
    CodePtr compiled;
};

struct Regex::Matcher::State {
    MatchContextPtr context{pcre2_match_context_create(nullptr)};
    MatchDataPtr data;
    std::chrono::steady_clock::duration spent{};
    size_t bytesSeen = 0;
    unsigned sinceCheck = 0;
    std::chrono::steady_clock::time_point lastCheck;
};

Regex::Regex(const std::string& pattern, std::string where)
    : code_(std::make_unique<Code>())
{
    code_->compiled = compile(pattern, where);
    code_->pattern = shortened(pattern);
    code_->where = std::move(where);
}

Regex Regex::literal(std::string_view text, std::string where)
{
    if (text.empty()) return Regex("(?!)", std::move(where)); // matches nowhere
    std::string pattern;
    for (const char c : text) {
        // A backslash before an ASCII character that is no letter or digit always means itself.
        const bool plain = uint8_t(c) >= 0x80 || c == '\0' || std::isalnum(uint8_t(c));
        if (!plain) pattern += '\\';
        pattern += c;
    }
    return Regex(pattern, std::move(where));
}

Regex::~Regex() = default;
Regex::Regex(Regex&&) noexcept = default;
Regex& Regex::operator=(Regex&&) noexcept = default;

Regex::Matcher::Matcher(const Regex& regex)
    : regex_(regex)
    , state_(std::make_unique<State>())
{
    state_->data.reset(pcre2_match_data_create_from_pattern(regex.code_->compiled.get(), nullptr));
    if (!state_->context || !state_->data)
        fail(ErrorCode::OutOfMemory, "{}: no memory for a pattern", regex.code_->where);
    pcre2_set_match_limit(state_->context.get(), matchLimit);
    pcre2_set_depth_limit(state_->context.get(), depthLimit);
    pcre2_set_heap_limit(state_->context.get(), heapLimitKib);
    state_->lastCheck = std::chrono::steady_clock::now();
}

Regex::Matcher::~Matcher() = default;

bool Regex::Matcher::findFrom(std::string_view subject, size_t offset, Match& match)
{
    const auto run = [&](uint32_t options) {
        return pcre2_match(regex_.code_->compiled.get(),
                           reinterpret_cast<PCRE2_SPTR>(subject.data()), subject.size(), offset,
                           options, state_->data.get(), state_->context.get());
    };
    int result = run(PCRE2_NO_UTF_CHECK);
    if (result == PCRE2_ERROR_JIT_STACKLIMIT) result = run(PCRE2_NO_UTF_CHECK | PCRE2_NO_JIT);
    if (result == PCRE2_ERROR_NOMATCH) return false;
    if (result < 0)
        fail(ErrorCode::BadFile, "{}: the pattern '{}' cannot be matched against this text: {}",
             regex_.code_->where, regex_.code_->pattern, errorText(result));
    const PCRE2_SIZE* bounds = pcre2_get_ovector_pointer(state_->data.get());
    // \K in a lookahead can report a match that begins after its end, or before the offset.
    match = {std::max<size_t>(bounds[0], offset), bounds[1]};
    match.end = std::max(match.begin, match.end);
    return true;
}

// Each match is bounded by steps, all of them together by time: about a hundred times what usual
// patterns need on a slow machine.
void Regex::Matcher::checkTime(size_t subjectBytes)
{
    if (++state_->sinceCheck < 64) return;
    state_->sinceCheck = 0;
    const auto now = std::chrono::steady_clock::now();
    // A pause between two subjects is not the pattern's fault.
    state_->spent += std::min<std::chrono::steady_clock::duration>(now - state_->lastCheck,
                                                                   std::chrono::seconds(1));
    state_->lastCheck = now;
    const auto allowed = std::chrono::seconds(5) +
                         std::chrono::microseconds(20) * int64_t(state_->bytesSeen + subjectBytes);
    if (state_->spent > allowed)
        fail(ErrorCode::BadFile, "{}: the pattern '{}' takes too long on this text",
             regex_.code_->where, regex_.code_->pattern);
}

void Regex::Matcher::findAll(std::string_view subject, std::vector<Match>& matches)
{
    size_t offset = 0;
    size_t previousEnd = size_t(-1);
    Match match{};
    while (offset <= subject.size() && findFrom(subject, offset, match)) {
        checkTime(subject.size());
        const bool empty = match.begin == match.end;
        // An empty match right behind the previous one would split nothing off.
        if (!empty || match.begin != previousEnd) matches.push_back(match);
        previousEnd = offset = match.end;
        if (!empty) continue;
        do
            ++offset;
        while (offset < subject.size() && (uint8_t(subject[offset]) & 0xc0) == 0x80);
    }
    state_->bytesSeen += subject.size();
}

} // namespace paretoscope::tokenizers
