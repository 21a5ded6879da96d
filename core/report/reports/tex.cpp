// A LaTeX table for the booktabs package.
#include "core/report/cells.h"

namespace paretoscope::reports {

namespace {

void replaceAll(std::string& text, std::string_view what, std::string_view with)
{
    for (size_t at = 0; (at = text.find(what, at)) != text.npos; at += with.size())
        text.replace(at, what.size(), with);
}

std::string escaped(const std::string& text)
{
    std::string result;
    for (const char c : text) {
        if (std::string_view("&%$#_{}").find(c) != std::string_view::npos) result += '\\';
        if (c == '\\')
            result += "\\textbackslash{}";
        else if (c == '~')
            result += "\\textasciitilde{}";
        else if (c == '^')
            result += "\\textasciicircum{}";
        else
            result += c == '\n' || c == '\r' ? ' ' : c;
    }
    replaceAll(result, "±", "$\\pm$");
    replaceAll(result, "∞", "$\\infty$");
    return result;
}

std::string write(const ReportInput& input)
{
    const std::vector<std::string> metrics = metricColumns(input);
    const bool states = anyUnfinished(input);
    std::string text = "% needs \\usepackage{booktabs}\n\\begin{tabular}{l" +
                       std::string(metrics.size(), 'r') + (states ? "l" : "") +
                       "}\n\\toprule\nRecipe";
    for (const std::string& metric : metrics)
        text += " & " + escaped(metricHeading(metric));
    if (states) text += " & State";
    text += " \\\\\n\\midrule\n";
    for (const Run& run : input.runs) {
        text += "\\texttt{" + escaped(run.request.recipe) + "}";
        for (const std::string& metric : metrics)
            text += " & " + escaped(measurementText(run, metric));
        if (states) text += " & " + escaped(stateText(run));
        text += " \\\\\n";
    }
    return text + "\\bottomrule\n\\end{tabular}\n";
}

} // namespace

const Report& tex()
{
    static const Report row{"latex", "tex", "A LaTeX table (booktabs)", write};
    return row;
}

} // namespace paretoscope::reports
