#include "core/report/foreign_runs.h"

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/json.h"
#include "core/base/text.h"

#include <algorithm>

namespace paretoscope {

namespace {

// The whole file as one value, or what its first line holds.
Json firstValue(const std::string& text, const std::string& name)
{
    const std::string_view content = trimmed(text);
    const std::string_view line = trimmed(content.substr(0, content.find('\n')));
    return line.size() < content.size() && Json::accept(line) ? parseJson(line, name + ": line 1")
                                                              : parseJson(content, name);
}

} // namespace

std::vector<Run> readForeignRuns(const std::filesystem::path& file)
{
    const std::string text = readFile(file);
    const Json first = firstValue(text, file.string());
    std::string known;
    for (const ForeignFormat* format : foreign_formats::all()) {
        if (format->recognizes(file, first)) {
            std::vector<Run> runs = format->read(file, text);
            if (runs.empty())
                fail(ErrorCode::BadFile, "{}: there is no result in it that could be shown", file.string());
            return runs;
        }
        known += (known.empty() ? "" : ", ") + format->description;
    }
    fail(ErrorCode::BadFile, "{}: none of the known forms: {}", file.string(), known);
}

std::string plainName(const std::string& text)
{
    constexpr size_t most = 200;
    std::string result = text;
    if (result.size() > most) {
        size_t end = most;
        while (end > 0 && (result[end] & 0xC0) == 0x80)
            --end; // not within a character
        result.resize(end);
    }
    std::replace_if(
        result.begin(), result.end(), [](unsigned char c) { return c < 0x20 || c == 0x7F; }, '?');
    return result;
}

Run foreignRun(const std::string& model, const std::string& origin, const std::string& what, const Json& settings)
{
    Run run;
    run.request.model = plainName(model);
    run.request.recipe = fmt::format("imported: {}, {}", plainName(origin), plainName(what));
    run.request.tasks = {{"imported", settings.dump(-1, ' ', false, Json::error_handler_t::replace), ""}};
    run.request.backend = "foreign";
    run.settings = run.request.tasks[0].settings;
    run.state = RunState::Done;
    run.provenance.origin = plainName(origin);
    return run;
}

std::vector<Json> jsonLines(const std::string& text, const std::string& name)
{
    std::vector<Json> values;
    forEachJsonLine(text, name, [&](const Json& line, int64_t, const std::string&) { values.push_back(line); });
    return values;
}

} // namespace paretoscope
