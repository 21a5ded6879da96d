#include "core/evaluation/interpolation.h"

#include "core/base/error.h"

#include <algorithm>
#include <cmath>

namespace paretoscope {

namespace {

using Numbers = std::vector<double>;

Numbers secants(std::span<const double> t, std::span<const double> v)
{
    Numbers result;
    for (size_t i = 0; i + 1 < t.size(); ++i)
        result.push_back((v[i + 1] - v[i]) / (t[i + 1] - t[i]));
    return result;
}

// Three-point slope at an end, kept from overshooting; h0, d0 of the piece at the end.
double pchipEnd(double h0, double h1, double d0, double d1)
{
    const double slope = ((2 * h0 + h1) * d0 - h0 * d1) / (h0 + h1);
    if (slope * d0 <= 0) return 0;
    if (d0 * d1 <= 0 && std::abs(slope) > 3 * std::abs(d0)) return 3 * d0;
    return slope;
}

Numbers pchipSlopes(std::span<const double> t, const Numbers& d)
{
    const size_t n = t.size();
    if (n == 2) return {d[0], d[0]};
    Numbers slopes(n, 0.0);
    for (size_t k = 1; k + 1 < n; ++k) {
        if (d[k - 1] * d[k] <= 0) continue;
        const double before = t[k] - t[k - 1];
        const double after = t[k + 1] - t[k];
        const double w1 = 2 * after + before;
        const double w2 = after + 2 * before;
        slopes[k] = (w1 + w2) / (w1 / d[k - 1] + w2 / d[k]); // weighted harmonic mean
    }
    slopes[0] = pchipEnd(t[1] - t[0], t[2] - t[1], d[0], d[1]);
    slopes[n - 1] = pchipEnd(t[n - 1] - t[n - 2], t[n - 2] - t[n - 3], d[n - 2], d[n - 3]);
    return slopes;
}

Numbers akimaSlopes(size_t n, const Numbers& d)
{
    if (n == 2) return {d[0], d[0]};
    // Secants continued linearly by two on each side; m[i + 2] is the secant after point i.
    Numbers m(n + 3);
    std::copy(d.begin(), d.end(), m.begin() + 2);
    m[1] = 2 * m[2] - m[3];
    m[0] = 2 * m[1] - m[2];
    m[n + 1] = 2 * m[n] - m[n - 1];
    m[n + 2] = 2 * m[n + 1] - m[n];
    double largest = 0;
    for (size_t i = 0; i < n; ++i)
        largest = std::max(largest, std::abs(m[i + 3] - m[i + 2]) + std::abs(m[i + 1] - m[i]));
    Numbers slopes(n);
    for (size_t i = 0; i < n; ++i) {
        const double after = std::abs(m[i + 3] - m[i + 2]);
        const double before = std::abs(m[i + 1] - m[i]);
        slopes[i] = after + before > 1e-9 * largest
                        ? (after * m[i + 1] + before * m[i + 2]) / (after + before)
                        : (m[i + 1] + m[i + 2]) / 2;
    }
    return slopes;
}

// Solves the normal equations of a polynomial in s = t - t[0] by Gaussian elimination; 4×4 at most.
std::array<double, 4> polynomial(std::span<const double> t, std::span<const double> v)
{
    const size_t terms = std::min<size_t>(4, t.size());
    const double scale = t.back() - t.front(); // powers of numbers up to 1 stay well conditioned
    double rows[4][5] = {};
    for (size_t k = 0; k < t.size(); ++k) {
        const double s = (t[k] - t[0]) / scale;
        for (size_t i = 0; i < terms; ++i) {
            for (size_t j = 0; j < terms; ++j)
                rows[i][j] += std::pow(s, double(i + j));
            rows[i][4] += std::pow(s, double(i)) * v[k];
        }
    }
    for (size_t pivot = 0; pivot < terms; ++pivot) {
        size_t best = pivot;
        for (size_t i = pivot; i < terms; ++i)
            if (std::abs(rows[i][pivot]) > std::abs(rows[best][pivot])) best = i;
        std::swap(rows[pivot], rows[best]);
        for (size_t i = 0; i < terms; ++i) {
            if (i == pivot) continue;
            const double factor = rows[i][pivot] / rows[pivot][pivot];
            for (size_t j = pivot; j < 5; ++j)
                rows[i][j] -= factor * rows[pivot][j];
        }
    }
    std::array<double, 4> result{};
    for (size_t i = 0; i < terms; ++i)
        result[i] = rows[i][4] / rows[i][i] / std::pow(scale, double(i));
    return result;
}

} // namespace

Curve::Curve(std::span<const double> t, std::span<const double> values, Interpolant interpolant)
    : t_(t.begin(), t.end())
{
    if (t.size() < 2 || t.size() != values.size())
        fail(ErrorCode::Internal, "a curve needs two points or more");
    for (size_t i = 0; i + 1 < t.size(); ++i)
        if (!(t[i] < t[i + 1])) fail(ErrorCode::Internal, "a curve's points must be in order");
    if (interpolant == Interpolant::Cubic) {
        coefficients_ = {polynomial(t, values)};
        t_ = {t.front(), t.back()};
        return;
    }
    const Numbers d = secants(t, values);
    const Numbers slopes =
        interpolant == Interpolant::Akima ? akimaSlopes(t.size(), d) : pchipSlopes(t, d);
    for (size_t i = 0; i < d.size(); ++i) {
        const double h = t[i + 1] - t[i];
        coefficients_.push_back({values[i], slopes[i],
                                 (3 * d[i] - 2 * slopes[i] - slopes[i + 1]) / h,
                                 (slopes[i] + slopes[i + 1] - 2 * d[i]) / (h * h)});
    }
}

size_t Curve::pieceOf(double t) const
{
    const auto next = std::upper_bound(t_.begin() + 1, t_.end() - 1, t);
    return size_t(next - t_.begin()) - 1;
}

double Curve::at(double t) const
{
    const size_t piece = pieceOf(t);
    const auto& c = coefficients_[piece];
    const double s = t - t_[piece];
    return c[0] + s * (c[1] + s * (c[2] + s * c[3]));
}

double Curve::integralOfPiece(size_t piece, double from, double to) const
{
    const auto& c = coefficients_[piece];
    const auto upTo = [&](double s) {
        return s * (c[0] + s * (c[1] / 2 + s * (c[2] / 3 + s * c[3] / 4)));
    };
    return upTo(to - t_[piece]) - upTo(from - t_[piece]);
}

double Curve::integral(double from, double to) const
{
    double sum = 0;
    for (size_t piece = pieceOf(from); piece < coefficients_.size() && from < to; ++piece) {
        const double end = piece + 1 < coefficients_.size() ? std::min(to, t_[piece + 1]) : to;
        sum += integralOfPiece(piece, from, end);
        from = end;
    }
    return sum;
}

} // namespace paretoscope
