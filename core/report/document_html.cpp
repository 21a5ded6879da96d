#include "core/base/text.h"
#include "core/report/document.h"

namespace paretoscope {

namespace {

constexpr const char* style = R"(
:root{color-scheme:light}
body{font:16px/1.55 system-ui,"Segoe UI","Liberation Sans",Arial,sans-serif;color:#1b2733;background:#fff;
max-width:66rem;margin:2.5rem auto;padding:0 1.5rem}
h1{font-size:1.9rem;line-height:1.2;margin:0 0 .3rem}
h2{font-size:1.25rem;margin:2.4rem 0 .6rem;padding-top:.9rem;border-top:1px solid #d5dde5}
h3{font-size:1.02rem;margin:1.5rem 0 .4rem}
.subtitle{color:#55636f;margin:0 0 1.6rem}
p,ul{margin:.5rem 0;max-width:46rem}ul{padding-left:1.3rem}li{margin:.25rem 0}
.lead{font-size:1.08rem;background:#f2f6fa;border-left:4px solid #0b62a4;padding:.8rem 1.1rem;max-width:none}
code{font:.9em ui-monospace,"DejaVu Sans Mono",monospace;overflow-wrap:break-word}
.table{overflow-x:auto;margin:.8rem 0}
table{border-collapse:collapse;font-size:.88rem;font-variant-numeric:tabular-nums}
caption{caption-side:bottom;text-align:left;color:#55636f;padding-top:.5rem;font-size:.84rem}
th,td{padding:.3rem .7rem;border-bottom:1px solid #e2e8ee;text-align:left;vertical-align:top}
th{border-bottom:2px solid #9fb0bf;font-weight:600;vertical-align:bottom}
th:first-child,td:first-child{padding-left:0}
.number{text-align:right}td.number{white-space:nowrap}
.small table{font-size:.76rem}.small td,.small th{padding:.25rem .45rem}
figure{margin:1rem 0}figure svg{width:100%;height:auto;display:block}
figcaption{color:#55636f;font-size:.88rem;margin-top:.4rem;max-width:46rem}
@media print{body{margin:0;max-width:none;font-size:10.5pt}h2,h3{break-after:avoid}tr,figure,.lead{break-inside:avoid}
thead{display:table-header-group}.table{overflow:visible}.lead{background:none}}
)";

// Recipes and paths have no spaces: where a narrow column may break them.
std::string withBreaks(const std::string& text)
{
    std::string result;
    for (const char c : text) {
        result += c;
        if (c == ',' || c == '(' || c == '+' || c == '/') result += "<wbr>";
    }
    return result;
}

std::string inlineHtml(const Cell& cell)
{
    std::string text = escapedMarkup(cell.text);
    if (cell.code) text = "<code>" + withBreaks(text) + "</code>";
    return cell.strong ? "<strong>" + text + "</strong>" : text;
}

std::string inlineHtml(const std::vector<Cell>& cells)
{
    std::string text;
    for (const Cell& cell : cells)
        text += inlineHtml(cell);
    return text;
}

struct Writer {
    std::string text;

    void operator()(const Heading& heading)
    {
        const std::string tag = "h" + std::to_string(heading.level);
        text += "<" + tag + ">" + escapedMarkup(heading.text) + "</" + tag + ">\n";
    }
    void operator()(const Paragraph& paragraph)
    {
        text += (paragraph.lead ? "<p class=\"lead\">" : "<p>") + inlineHtml(paragraph.parts) + "</p>\n";
    }
    void operator()(const BulletList& list)
    {
        text += "<ul>\n";
        for (const auto& item : list.items)
            text += "<li>" + inlineHtml(item) + "</li>\n";
        text += "</ul>\n";
    }
    void operator()(const Table& table)
    {
        text += table.small ? "<div class=\"table small\"><table>\n" : "<div class=\"table\"><table>\n";
        if (!table.caption.empty()) text += "<caption>" + escapedMarkup(table.caption) + "</caption>\n";
        text += "<thead><tr>";
        for (const Table::Column& column : table.columns)
            text += (column.number ? "<th scope=\"col\" class=\"number\">" : "<th scope=\"col\">") +
                    escapedMarkup(column.title) + "</th>";
        text += "</tr></thead>\n<tbody>\n";
        for (const auto& row : table.rows) {
            text += "<tr>";
            for (size_t i = 0; i < row.size(); ++i) {
                const bool number = i < table.columns.size() && table.columns[i].number;
                text += (number ? "<td class=\"number\">" : "<td>") + inlineHtml(row[i]) + "</td>";
            }
            text += "</tr>\n";
        }
        text += "</tbody>\n</table></div>\n";
    }
    void operator()(const Figure& figure)
    {
        text += "<figure>\n" + figure.svg + "\n<figcaption>" + escapedMarkup(figure.caption) +
                "</figcaption></figure>\n";
    }
};

} // namespace

std::string escapedMarkup(const std::string& text)
{
    std::string_view rest = text;
    std::string result;
    while (!rest.empty()) {
        const size_t valid = firstInvalidUtf8(rest).value_or(rest.size());
        for (const char c : rest.substr(0, valid)) {
            const auto code = static_cast<unsigned char>(c);
            if (c == '&')
                result += "&amp;";
            else if (c == '<')
                result += "&lt;";
            else if (c == '>')
                result += "&gt;";
            else if (c == '"')
                result += "&quot;";
            else if (c == '\'')
                result += "&#39;";
            else if ((code < 0x20 && c != '\n' && c != '\t') || code == 0x7f)
                result += "\uFFFD";
            else
                result += c;
        }
        if (valid == rest.size()) break;
        result += "\uFFFD";
        rest.remove_prefix(valid + 1);
    }
    return result;
}

std::string htmlOf(const Document& document)
{
    const std::string title = escapedMarkup(document.title);
    Writer writer;
    writer.text = "<!doctype html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\">"
                  "<meta name=\"viewport\" content=\"width=device-width\"><title>" +
                  title + "</title><style>" + style + "</style></head>\n<body>\n<h1>" + title + "</h1>\n";
    if (!document.subtitle.empty())
        writer.text += "<p class=\"subtitle\">" + escapedMarkup(document.subtitle) + "</p>\n";
    for (const DocumentBlock& block : document.blocks)
        std::visit(writer, block);
    return writer.text + "</body>\n</html>\n";
}

} // namespace paretoscope
