#include "core/report/document.h"

namespace paretoscope {

Cell Cell::ofCode(std::string content)
{
    Cell cell(std::move(content));
    cell.code = true;
    return cell;
}

Cell Cell::ofStrong(std::string content)
{
    Cell cell(std::move(content));
    cell.strong = true;
    return cell;
}

void Document::add(Paragraph block)
{
    blocks.emplace_back(std::in_place_type<Paragraph>, std::move(block));
}

void Document::add(BulletList block)
{
    blocks.emplace_back(std::in_place_type<BulletList>, std::move(block));
}

void Document::add(Table block)
{
    blocks.emplace_back(std::in_place_type<Table>, std::move(block));
}

void Document::add(Figure block)
{
    blocks.emplace_back(std::in_place_type<Figure>, std::move(block));
}

void Document::heading(std::string text, int level)
{
    blocks.emplace_back(std::in_place_type<Heading>, Heading{std::move(text), level});
}

void Document::paragraph(std::string text)
{
    Paragraph block;
    block.parts.emplace_back(std::move(text));
    add(std::move(block));
}

} // namespace paretoscope
