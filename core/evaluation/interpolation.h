// Piecewise cubic curves through points, for Bjøntegaard differences. Pure values.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <vector>

namespace paretoscope {

enum class Interpolant {
    Pchip, // monotone (Fritsch and Carlson 1980, slopes of Fritsch and Butland)
    Akima, // Akima 1970
    Cubic, // one polynomial of degree 3, least squares beyond four points: only for comparison
};

// A curve value(t) on [t.front(), t.back()], t strictly increasing, at least two points (a cubic
// polynomial has the degree the points allow). Error(Internal) otherwise.
class Curve {
public:
    Curve(std::span<const double> t, std::span<const double> values, Interpolant interpolant);

    double at(double t) const;
    double integral(double from, double to) const; // both inside the range

private:
    size_t pieceOf(double t) const;
    double integralOfPiece(size_t piece, double from, double to) const;

    std::vector<double> t_;
    // Of piece i: c[0] + c[1] s + c[2] s² + c[3] s³ with s = t - t_[i].
    std::vector<std::array<double, 4>> coefficients_;
};

} // namespace paretoscope
