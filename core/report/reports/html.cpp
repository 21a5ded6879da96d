#include "core/report/cells.h"
#include "core/report/document.h"

namespace paretoscope::reports {

namespace {

constexpr const char* style =
    "body{font:15px/1.5 system-ui,sans-serif;margin:2rem;color:#1b2733}"
    "table{border-collapse:collapse}th,td{padding:.35rem .8rem;border-bottom:1px solid #d5dde5;"
    "text-align:right;white-space:nowrap}th:first-child,td:first-child,th:nth-child(2),"
    "td:nth-child(2),.state{text-align:left}tbody "
    "tr:hover{background:#f3f6f9}code{font-size:.92em}";

std::string write(const ReportInput& input)
{
    const std::vector<std::string> metrics = metricColumns(input);
    const bool states = anyUnfinished(input);
    const std::string title = escapedMarkup(input.title.empty() ? "Runs" : input.title);
    std::string text =
        "<!doctype html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\"><title>" + title +
        "</title><style>" + style + "</style></head>\n<body>\n<h1>" + title +
        "</h1>\n<table>\n<thead><tr><th>Experiment</th><th>Recipe</th>";
    for (const std::string& metric : metrics)
        text += "<th>" + escapedMarkup(metricHeading(metric)) + "</th>";
    if (states) text += "<th>State</th>";
    text += "</tr></thead>\n<tbody>\n";
    for (const Run& run : input.runs) {
        text += "<tr><td>" + escapedMarkup(run.experiment) + "</td><td><code>" +
                escapedMarkup(run.request.recipe) + "</code></td>";
        for (const std::string& metric : metrics)
            text += "<td>" + escapedMarkup(measurementText(run, metric)) + "</td>";
        if (states) text += "<td class=\"state\">" + escapedMarkup(stateText(run)) + "</td>";
        text += "</tr>\n";
    }
    return text + "</tbody>\n</table>\n</body>\n</html>\n";
}

} // namespace

const Report& html()
{
    static const Report row{"html", "html", "A page with the table", write};
    return row;
}

} // namespace paretoscope::reports
