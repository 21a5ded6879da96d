#include "core/report/cells.h"

namespace paretoscope::reports {

namespace {

// Of one line, and without a character that ends a cell or starts markup.
std::string cell(const std::string& text)
{
    std::string result;
    for (const char c : text) {
        if (std::string_view("|\\`*_<>[]").find(c) != std::string_view::npos) result += '\\';
        result += c == '\n' || c == '\r' ? ' ' : c;
    }
    return result;
}

// Code keeps everything but the end of the cell and of the line as it is.
std::string codeCell(const std::string& text)
{
    std::string result;
    for (const char c : text) {
        if (c == '|') result += '\\';
        result += c == '\n' || c == '\r' ? ' ' : c == '`' ? '\'' : c;
    }
    return "`" + result + "`";
}

std::string write(const ReportInput& input)
{
    const std::vector<std::string> metrics = metricColumns(input);
    const bool states = anyUnfinished(input);
    std::string text = input.title.empty() ? std::string() : "# " + cell(input.title) + "\n\n";
    std::string rule = "|---|---|";
    text += "| Experiment | Recipe |";
    for (const std::string& metric : metrics) {
        text += " " + cell(metricHeading(metric)) + " |";
        rule += "--:|";
    }
    if (states) {
        text += " State |";
        rule += "---|";
    }
    text += "\n" + rule + "\n";
    for (const Run& run : input.runs) {
        text += "| " + cell(run.experiment) + " | " + codeCell(run.request.recipe) + " |";
        for (const std::string& metric : metrics)
            text += " " + measurementText(run, metric) + " |";
        if (states) text += " " + cell(stateText(run)) + " |";
        text += "\n";
    }
    return text;
}

} // namespace

const Report& md()
{
    static const Report row{"markdown", "md", "A Markdown table", write};
    return row;
}

} // namespace paretoscope::reports
