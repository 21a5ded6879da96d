// A small writer of SVG 1.1: shapes and real text, without scripts, fonts or links. Units are
// pixels at 96 a inch; the drawing scales with its box. Not thread-safe.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace paretoscope {

struct SvgStyle {
    std::string fill = "none", stroke = "none";
    double strokeWidth = 1;
    std::string dash; // "4 3"; empty = solid
    double opacity = 1;
};

struct SvgText {
    double size = 12;
    std::string anchor = "start"; // "middle", "end"
    std::string fill = "#1b2733";
    bool bold = false;
    double rotation = 0; // degrees around its place
    bool halo = false;   // white behind the letters, for text over lines
};

class SvgDrawing {
public:
    SvgDrawing(double width, double height, const std::string& title, const std::string& description);

    void line(double x1, double y1, double x2, double y2, const SvgStyle& style);
    void rectangle(double x, double y, double width, double height, const SvgStyle& style);
    void circle(double x, double y, double radius, const SvgStyle& style);
    void polyline(const std::vector<std::pair<double, double>>& points, const SvgStyle& style, bool closed = false);
    void text(double x, double y, const std::string& content, const SvgText& style);
    // What a pointer shows over everything until endGroup().
    void beginGroup(const std::string& title);
    void endGroup();

    std::string finish() const;

private:
    void element(std::string_view name, const std::string& attributes);

    std::string body_;
};

} // namespace paretoscope
