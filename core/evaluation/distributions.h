// The few probability distributions that intervals and tests need. Pure, thread-safe; arguments
// outside the domain give NaN.
#pragma once

#include <cstdint>

namespace paretoscope {

double normalCdf(double z);

// Regularized incomplete beta function I_x(a, b), a and b positive, x in [0, 1]
// (continued fraction by the modified Lentz method).
double incompleteBeta(double a, double b, double x);
// x with I_x(a, b) = probability.
double betaQuantile(double probability, double a, double b);

// P(T > t) of Student's t, t >= 0.
double studentTail(double t, double degreesOfFreedom);

double logFactorial(int64_t n);
// ln C(n, k)
double logBinomial(int64_t n, int64_t k);
// P(X <= k), X ~ Binomial(n, p).
double binomialCdf(int64_t k, int64_t n, double p);

} // namespace paretoscope
