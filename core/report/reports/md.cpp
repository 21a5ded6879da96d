#include "core/report/cells.h"

namespace paretoscope::reports {

namespace {

std::string cell(std::string text)
{
    for (size_t at = 0; (at = text.find('|', at)) != text.npos; at += 2) text.insert(at, "\\");
    return text;
}

std::string write(const ReportInput& input)
{
    const std::vector<std::string> metrics = metricColumns(input);
    std::string text = input.title.empty() ? std::string() : "# " + input.title + "\n\n";
    std::string rule = "|---|---|";
    text += "| Experiment | Recipe |";
    for (const std::string& metric : metrics) {
        text += " " + cell(metricHeading(metric)) + " |";
        rule += "--:|";
    }
    text += "\n" + rule + "\n";
    for (const Run& run : input.runs) {
        text += "| " + cell(run.experiment) + " | `" + cell(run.request.recipe) + "` |";
        for (const std::string& metric : metrics) text += " " + measurementText(run, metric) + " |";
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
