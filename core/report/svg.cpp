#include "core/report/svg.h"

#include "core/report/document.h"

#include <cmath>
#include <fmt/format.h>

namespace paretoscope {

namespace {

// Two digits are a hundredth of a pixel; what is no number is drawn nowhere rather than breaking the file.
std::string number(double value)
{
    if (!std::isfinite(value)) return "-9999";
    std::string text = fmt::format("{:.2f}", value);
    while (text.back() == '0') text.pop_back();
    if (text.back() == '.') text.pop_back();
    return text == "-0" ? "0" : text;
}

std::string attribute(std::string_view name, const std::string& value)
{
    return fmt::format(" {}=\"{}\"", name, escapedMarkup(value));
}

std::string attributesOf(const SvgStyle& style)
{
    std::string text = attribute("fill", style.fill) + attribute("stroke", style.stroke);
    if (style.stroke != "none") text += attribute("stroke-width", number(style.strokeWidth));
    if (!style.dash.empty()) text += attribute("stroke-dasharray", style.dash);
    if (style.opacity < 1) text += attribute("opacity", number(style.opacity));
    return text;
}

} // namespace

SvgDrawing::SvgDrawing(double width, double height, const std::string& title, const std::string& description)
{
    body_ = fmt::format("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0} {1}\" width=\"{0}\" height=\"{1}\" "
                        "role=\"img\" font-family=\"system-ui, 'Liberation Sans', Arial, sans-serif\">\n"
                        "<title>{2}</title>\n<desc>{3}</desc>\n",
                        number(width), number(height), escapedMarkup(title), escapedMarkup(description));
    rectangle(0, 0, width, height, {"#ffffff", "none", 1, "", 1});
}

void SvgDrawing::element(std::string_view name, const std::string& attributes)
{
    body_ += fmt::format("<{}{}/>\n", name, attributes);
}

void SvgDrawing::line(double x1, double y1, double x2, double y2, const SvgStyle& style)
{
    element("line", attribute("x1", number(x1)) + attribute("y1", number(y1)) + attribute("x2", number(x2)) +
                        attribute("y2", number(y2)) + attributesOf(style));
}

void SvgDrawing::rectangle(double x, double y, double width, double height, const SvgStyle& style)
{
    element("rect", attribute("x", number(x)) + attribute("y", number(y)) + attribute("width", number(width)) +
                        attribute("height", number(height)) + attributesOf(style));
}

void SvgDrawing::circle(double x, double y, double radius, const SvgStyle& style)
{
    element("circle", attribute("cx", number(x)) + attribute("cy", number(y)) + attribute("r", number(radius)) +
                          attributesOf(style));
}

void SvgDrawing::polyline(const std::vector<std::pair<double, double>>& points, const SvgStyle& style, bool closed)
{
    std::string list;
    for (const auto& [x, y] : points)
        list += (list.empty() ? "" : " ") + number(x) + "," + number(y);
    element(closed ? "polygon" : "polyline",
            attribute("points", list) + attributesOf(style) + attribute("stroke-linejoin", "round"));
}

void SvgDrawing::text(double x, double y, const std::string& content, const SvgText& style)
{
    std::string attributes = attribute("x", number(x)) + attribute("y", number(y)) +
                             attribute("font-size", number(style.size)) + attribute("fill", style.fill);
    if (style.anchor != "start") attributes += attribute("text-anchor", style.anchor);
    if (style.bold) attributes += attribute("font-weight", "600");
    if (style.rotation != 0)
        attributes += attribute("transform", fmt::format("rotate({} {} {})", number(style.rotation), number(x), number(y)));
    if (style.halo)
        attributes += " paint-order=\"stroke\" stroke=\"#ffffff\" stroke-width=\"3\" stroke-linejoin=\"round\"";
    body_ += fmt::format("<text{}>{}</text>\n", attributes, escapedMarkup(content));
}

void SvgDrawing::beginGroup(const std::string& title)
{
    body_ += "<g>";
    if (!title.empty()) body_ += "<title>" + escapedMarkup(title) + "</title>";
    body_ += "\n";
}

void SvgDrawing::endGroup()
{
    body_ += "</g>\n";
}

std::string SvgDrawing::finish() const
{
    return body_ + "</svg>";
}

} // namespace paretoscope
