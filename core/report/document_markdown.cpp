#include "core/report/document.h"

#include <cstdint>

namespace paretoscope {

namespace {

// RFC 4648, with padding.
std::string base64(const std::string& bytes)
{
    constexpr std::string_view digits =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string text;
    for (size_t i = 0; i < bytes.size(); i += 3) {
        const size_t have = std::min<size_t>(3, bytes.size() - i);
        uint32_t block = 0;
        for (size_t j = 0; j < 3; ++j)
            block = block << 8 | (j < have ? static_cast<unsigned char>(bytes[i + j]) : 0u);
        for (size_t j = 0; j < 4; ++j)
            text += j <= have ? digits[block >> (18 - 6 * j) & 63] : '=';
    }
    return text;
}

// Of one line, and without a character that ends a cell or starts markup.
std::string escaped(const std::string& text)
{
    std::string result;
    for (const char c : text) {
        if (std::string_view("|\\`*_<>[]#").find(c) != std::string_view::npos) result += '\\';
        result += c == '\n' || c == '\r' ? ' ' : c;
    }
    return result;
}

std::string inlineText(const Cell& cell)
{
    if (cell.text.empty()) return {};
    if (cell.strong) return "**" + escaped(cell.text) + "**";
    if (!cell.code) return escaped(cell.text);
    // Code keeps everything but the end of the cell, of the line and of the code as it is.
    std::string result = "`";
    for (const char c : cell.text) {
        if (c == '|') result += '\\';
        result += c == '\n' || c == '\r' ? ' ' : c == '`' ? '\'' : c;
    }
    return result + "`";
}

std::string inlineText(const std::vector<Cell>& cells)
{
    std::string text;
    for (const Cell& cell : cells)
        text += inlineText(cell);
    return text;
}

struct Writer {
    std::string text;

    void operator()(const Heading& heading)
    {
        text += std::string(size_t(heading.level), '#') + " " + escaped(heading.text) + "\n\n";
    }
    void operator()(const Paragraph& paragraph)
    {
        text += (paragraph.lead ? "> " : "") + inlineText(paragraph.parts) + "\n\n";
    }
    void operator()(const BulletList& list)
    {
        for (const auto& item : list.items)
            text += "- " + inlineText(item) + "\n";
        text += "\n";
    }
    void operator()(const Table& table)
    {
        std::string rule = "|";
        text += "|";
        for (const Table::Column& column : table.columns) {
            text += " " + escaped(column.title) + " |";
            rule += column.number ? "--:|" : "---|";
        }
        text += "\n" + rule + "\n";
        for (const auto& row : table.rows) {
            text += "|";
            for (const Cell& cell : row)
                text += " " + inlineText(cell) + " |";
            text += "\n";
        }
        text += "\n";
        if (!table.caption.empty()) text += "*" + escaped(table.caption) + "*\n\n";
    }
    void operator()(const Figure& figure)
    {
        text += "![" + escaped(figure.description) + "](data:image/svg+xml;base64," + base64(figure.svg) +
                ")\n\n" + escaped(figure.caption) + "\n\n";
    }
};

} // namespace

std::string markdownOf(const Document& document)
{
    Writer writer;
    writer.text = "# " + escaped(document.title) + "\n\n";
    if (!document.subtitle.empty()) writer.text += escaped(document.subtitle) + "\n\n";
    for (const DocumentBlock& block : document.blocks)
        std::visit(writer, block);
    return writer.text;
}

} // namespace paretoscope
