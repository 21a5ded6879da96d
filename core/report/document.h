// A text with headings, tables and drawings, before it is HTML or Markdown. Plain values; all text
// is raw and escaped by the writers, so that names may hold anything.
#pragma once

#include <deque>
#include <string>
#include <variant>
#include <vector>

namespace paretoscope {

struct Cell {
    std::string text;
    bool code = false;   // a recipe, a path, a fingerprint
    bool strong = false;

    Cell() = default;
    Cell(std::string content) : text(std::move(content)) {}
    Cell(const char* content) : text(content) {}
    static Cell ofCode(std::string content);
    static Cell ofStrong(std::string content);
};

struct Heading {
    std::string text;
    int level = 2;
};
struct Paragraph {
    std::vector<Cell> parts; // one after the other, without spaces of their own
    bool lead = false;       // larger: what a hurried reader reads
};
struct BulletList {
    std::vector<std::vector<Cell>> items;
};
struct Table {
    struct Column {
        std::string title;
        bool number = false; // to the right
    };
    std::vector<Column> columns;
    std::vector<std::vector<Cell>> rows;
    std::string caption;
    bool small = false; // an appendix
};
struct Figure {
    std::string svg; // complete <svg> element, already escaped
    std::string caption, description;
};

using DocumentBlock = std::variant<Heading, Paragraph, BulletList, Table, Figure>;

struct Document {
    std::string title, subtitle;
    std::deque<DocumentBlock> blocks;

    void add(Paragraph block);
    void add(BulletList block);
    void add(Table block);
    void add(Figure block);
    void heading(std::string text, int level = 2);
    void paragraph(std::string text);
};

// One file without scripts and without anything from elsewhere; reads well on paper.
std::string htmlOf(const Document& document);
// The same for readers of plain text; drawings as images inside the text.
std::string markdownOf(const Document& document);

// "<" and its kin as entities; bytes that are no UTF-8 and control characters as U+FFFD.
std::string escapedMarkup(const std::string& text);

} // namespace paretoscope
