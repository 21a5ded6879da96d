// A LaTeX table for the booktabs package.
#include "core/report/cells.h"

namespace paretoscope::reports {

namespace {

std::string escaped(const std::string& text)
{
    std::string result;
    for (const char c : text) {
        if (std::string_view("&%$#_{}").find(c) != std::string_view::npos) result += '\\';
        if (c == '\\') result += "\\textbackslash{}";
        else if (c == '~') result += "\\textasciitilde{}";
        else if (c == '^') result += "\\textasciicircum{}";
        else result += c;
    }
    for (size_t at = 0; (at = result.find("±", at)) != result.npos;) result.replace(at, sizeof("±") - 1, "$\\pm$");
    return result;
}

std::string write(const ReportInput& input)
{
    const std::vector<std::string> metrics = metricColumns(input);
    std::string text = "% needs \\usepackage{booktabs}\n\\begin{tabular}{l" + std::string(metrics.size(), 'r') + "}\n\\toprule\nRecipe";
    for (const std::string& metric : metrics) text += " & " + escaped(metricHeading(metric));
    text += " \\\\\n\\midrule\n";
    for (const Run& run : input.runs) {
        text += "\\texttt{" + escaped(run.request.recipe) + "}";
        for (const std::string& metric : metrics) text += " & " + escaped(measurementText(run, metric));
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
