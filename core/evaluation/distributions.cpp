#include "core/evaluation/distributions.h"

#include "core/evaluation/statistics.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <math.h>

namespace paretoscope {

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double notANumber = std::numeric_limits<double>::quiet_NaN();

// std::lgamma writes a global sign and is not thread-safe.
double logGamma(double x)
{
    int sign = 0;
    return ::lgamma_r(x, &sign);
}

// The continued fraction of I_x(a, b) without its leading factor; converges fast for
// x < (a + 1) / (a + b + 2).
double betaFraction(double a, double b, double x)
{
    constexpr double tiny = 1e-300;
    const auto away = [](double v) { return std::abs(v) < tiny ? tiny : v; };
    double c = 1;
    double d = 1 / away(1 - (a + b) * x / (a + 1));
    double fraction = d;
    for (int m = 1; m <= 20000; ++m) {
        const double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
        d = 1 / away(1 + even * d);
        c = away(1 + even / c);
        fraction *= d * c;
        const double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
        d = 1 / away(1 + odd * d);
        c = away(1 + odd / c);
        const double factor = d * c;
        fraction *= factor;
        if (std::abs(factor - 1) < 1e-16) break;
    }
    return fraction;
}

// Bisection of an increasing function to the last bit.
template <class Function>
double solveIncreasing(double low, double high, double target, const Function& function)
{
    for (int step = 0; step < 2000; ++step) {
        const double middle = low + (high - low) / 2;
        if (middle <= low || middle >= high) break;
        (function(middle) < target ? low : high) = middle;
    }
    return low + (high - low) / 2;
}

} // namespace

double normalCdf(double z)
{
    return 0.5 * std::erfc(-z / std::sqrt(2.0));
}

double normalQuantile(double probability)
{
    if (!(probability >= 0 && probability <= 1)) return notANumber;
    if (probability == 0) return -infinity;
    if (probability == 1) return infinity;
    if (probability > 0.5) return -normalQuantile(1 - probability);
    if (probability == 0.5) return 0;
    // Halley's iteration from the leading term of the tail; erfc keeps the tail's precision.
    double z = -std::sqrt(std::max(0.0, -2 * std::log(2 * probability)));
    for (int step = 0; step < 60; ++step) {
        const double density = std::exp(-z * z / 2) / std::sqrt(2 * M_PI);
        const double newton = (normalCdf(z) - probability) / density;
        const double change = newton / (1 + z * newton / 2);
        z -= change;
        if (std::abs(change) <= 1e-16 * std::abs(z)) break;
    }
    return z;
}

double incompleteBeta(double a, double b, double x)
{
    if (!(a > 0 && b > 0 && x >= 0 && x <= 1)) return notANumber;
    if (x == 0 || x == 1) return x;
    const double logFactor =
        logGamma(a + b) - logGamma(a) - logGamma(b) + a * std::log(x) + b * std::log1p(-x);
    if (x < (a + 1) / (a + b + 2)) return std::exp(logFactor) * betaFraction(a, b, x) / a;
    return 1 - std::exp(logFactor) * betaFraction(b, a, 1 - x) / b;
}

double betaQuantile(double probability, double a, double b)
{
    if (!(probability >= 0 && probability <= 1 && a > 0 && b > 0)) return notANumber;
    return solveIncreasing(0, 1, probability, [&](double x) { return incompleteBeta(a, b, x); });
}

double studentTail(double t, double degreesOfFreedom)
{
    if (!(t >= 0 && degreesOfFreedom > 0)) return notANumber;
    if (std::isinf(degreesOfFreedom)) return normalCdf(-t);
    const double square = t * t;
    return 0.5 * incompleteBeta(degreesOfFreedom / 2, 0.5,
                                degreesOfFreedom / (degreesOfFreedom + square));
}

double studentQuantile(double probability, double degreesOfFreedom)
{
    if (!(probability >= 0 && probability <= 1 && degreesOfFreedom > 0)) return notANumber;
    // Beyond this the two differ by less than their last digits.
    if (degreesOfFreedom > 1e9) return normalQuantile(probability);
    if (probability < 0.5) return -studentQuantile(1 - probability, degreesOfFreedom);
    if (probability == 0.5) return 0;
    const double tail = 1 - probability;
    if (tail == 0) return infinity;
    double high = 1;
    while (studentTail(high, degreesOfFreedom) > tail && high < 1e300)
        high *= 2;
    return solveIncreasing(0, high, -tail,
                           [&](double t) { return -studentTail(t, degreesOfFreedom); });
}

double logFactorial(int64_t n)
{
    return logGamma(double(n) + 1);
}

double logBinomial(int64_t n, int64_t k)
{
    if (k < 0 || k > n) return -infinity;
    return logFactorial(n) - logFactorial(k) - logFactorial(n - k);
}

double binomialCdf(int64_t k, int64_t n, double p)
{
    if (n < 0 || !(p >= 0 && p <= 1)) return notANumber;
    if (k < 0) return 0;
    if (k >= n) return 1;
    return incompleteBeta(double(n - k), double(k) + 1, 1 - p);
}

} // namespace paretoscope
